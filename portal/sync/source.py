"""What the engine needs of a PSA's client; each PSA brings one that fits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol


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


class Page(Protocol):
    """`rows` are those that no earlier page had; `total` is how many the PSA says there are."""

    @property
    def number(self) -> int: ...
    @property
    def rows(self) -> list[Any]: ...
    @property
    def total(self) -> int | None: ...
    @property
    def seconds(self) -> float: ...


class Source(Protocol):
    """Reads the pages of a record type, and reads facts and columns out of a row.

    `pages` raises PsaError; `facts` raises ValueError with a reason for people when a row cannot be used.
    `requests` counts every call so far.
    """

    @property
    def requests(self) -> int: ...
    def pages(self, record_type: str, *, after: int, seen: set[int]) -> Iterator[Page]: ...
    def facts(self, record_type: str, row: Any) -> Facts: ...
    def columns(self, record_type: str, row: Any) -> Columns: ...
