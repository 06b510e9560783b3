"""What the desk reads of a simulated PSA's parts: its clock, journal, faults, records, webhooks and deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Clock(Protocol):
    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


class Journal(Protocol):
    def newest(self, limit: int) -> Sequence[Any]: ...

    def counts(self) -> dict[str, Any]: ...

    def reset(self) -> None: ...


class PlannedFault(Protocol):
    @property
    def fault(self) -> Any: ...

    @property
    def seen(self) -> int: ...

    @property
    def fired(self) -> int: ...


class FaultPlan(Protocol):
    def planned(self) -> Sequence[PlannedFault]: ...

    def add(self, fault: Any, now: float) -> None: ...

    def clear(self) -> None: ...


class Row(Protocol):
    """One record; `updated` is in seconds since 1970."""

    @property
    def id(self) -> int: ...

    @property
    def body(self) -> bytes: ...

    @property
    def active(self) -> bool: ...

    @property
    def updated(self) -> float: ...

    def fields(self) -> dict[str, Any]: ...


class Records(Protocol):
    """The records of one type."""

    def __len__(self) -> int: ...

    def rows(self) -> Sequence[Row]: ...

    def get(self, number: int) -> Row | None: ...


class Registered(Protocol):
    """A webhook that was set up; `webhook` has at least `url` and `active`."""

    @property
    def id(self) -> str: ...

    @property
    def webhook(self) -> Any: ...

    @property
    def failures(self) -> int: ...


class Delivery(Protocol):
    @property
    def number(self) -> int: ...

    @property
    def webhook_id(self) -> str: ...

    @property
    def event(self) -> str: ...
