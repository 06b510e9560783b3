"""A running simulated PSA, as the desk reads and operates it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec

from portal.sandbox.desk.description import Description
from portal.sandbox.desk.parts import Clock, FaultPlan, Journal, Records, Row
from portal.sandbox.desk.webhooks.webhooks import Webhooks

Verb = Literal["create", "change", "deactivate", "reactivate", "delete"]


@dataclass(frozen=True)
class WizardValue:
    """A value for the wizard; `note` says whether the user or the wizard fills it in."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Quota:
    """Requests used, and the limit in a window of seconds; a limit of 0 means none."""

    used: int
    limit: int
    window: float


@dataclass(frozen=True)
class Handle:
    """A button of the overview. `message` says what has been done."""

    id: str
    label: str
    message: str
    act: Callable[[], None]


@dataclass(frozen=True)
class View:
    """A record as the PSA sends it."""

    title: str
    value: Any


class SimulatedPsa(ABC):
    """One tenant of a simulated PSA. It is made anew for each request to the desk."""

    description: ClassVar[Description]
    tenant: str
    tenants: Sequence[str]
    clock: Clock
    journal: Journal
    faults: FaultPlan
    tables: Mapping[str, Records]
    webhooks: Webhooks

    @abstractmethod
    def values(self) -> list[WizardValue]:
        """Return the values to enter in the portal, and those that the wizard finds out."""

    @abstractmethod
    def quota(self) -> Quota: ...

    @abstractmethod
    def handles(self) -> Sequence[Handle]: ...

    @abstractmethod
    def each_tenant(self) -> Sequence[SimulatedPsa]: ...

    @abstractmethod
    def knobs(self) -> msgspec.Struct: ...

    @abstractmethod
    def knobs_at_start(self) -> msgspec.Struct: ...

    @abstractmethod
    def turn(self, knobs: Any) -> None:
        """Replace all knobs."""

    @abstractmethod
    def settings(self) -> msgspec.Struct:
        """Return the tenant's settings: credentials, permissions, and what is fixed since the start."""

    @abstractmethod
    def settings_at_start(self) -> msgspec.Struct: ...

    @abstractmethod
    def permit(self, settings: Any) -> None:
        """Replace the tenant's settings."""

    @abstractmethod
    def edit(
        self, kind: str, verb: Verb, fields: dict[str, Any], *, ids: list[int] | None = None, count: int = 1
    ) -> list[int]:
        """Change these records, or create `count`. Return the ids. Raises KeyError for an unknown record."""

    @abstractmethod
    def merge(self, kind: str, into: int, others: Sequence[int]) -> int:
        """Return how many records moved. Raises KeyError for an unknown record."""

    @abstractmethod
    def views(self, kind: str, row: Row) -> list[View]: ...
