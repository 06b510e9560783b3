"""What the engine needs of a PSA's client; each PSA brings one that fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol


class Facts(Protocol):
    """What decides about a row. `client_id` is the client that it belongs to, None for none."""

    @property
    def remote_id(self) -> int: ...
    @property
    def inactive(self) -> bool: ...
    @property
    def client_id(self) -> int | None: ...


class Columns(Protocol):
    """The typed columns of models.records.Record, ready to be stored."""

    @property
    def name(self) -> str: ...
    @property
    def client_remote_id(self) -> int | None: ...
    @property
    def client_name(self) -> str: ...
    @property
    def site_remote_id(self) -> int | None: ...
    @property
    def reference(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def is_active(self) -> bool | None: ...
    @property
    def remote_updated_at(self) -> datetime | None: ...


class Row(Protocol):
    """One record as the PSA sent it. `facts` is None when it cannot be used; `problem` tells people why."""

    @property
    def facts(self) -> Facts | None: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def problem(self) -> str: ...


class Page(Protocol):
    """`rows` are those that no earlier page had; `total` is how many the PSA says there are."""

    @property
    def number(self) -> int: ...
    @property
    def rows(self) -> Sequence[Row]: ...
    @property
    def total(self) -> int | None: ...
    @property
    def seconds(self) -> float: ...


class Source(Protocol):
    """Reads the pages of a record type, and the typed columns out of a payload.

    `pages` raises PsaError; `columns` raises ValueError with a reason for people. `requests` counts all calls so far.
    """

    @property
    def requests(self) -> int: ...
    def pages(self, record_type: str, *, after: int, seen: set[int]) -> Iterator[Page]: ...
    def columns(self, record_type: str, payload: bytes) -> Columns: ...
