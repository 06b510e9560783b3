"""A running simulated PSA, as the desk reads and operates it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec

from portal.sandbox.changes import Change
from portal.sandbox.control_request import Controlled
from portal.sandbox.desk.description import Description
from portal.sandbox.desk.webhooks.desk_webhooks import DeskWebhooks
from portal.sandbox.instance import Instance
from portal.sandbox.quota import Quota
from portal.sandbox.store import Row, Table

Verb = Literal["create", "change", "deactivate", "reactivate", "delete"]


@dataclass(frozen=True)
class WizardValue:
    """A value for the wizard; `note` says whether the user or the wizard fills it in."""

    label: str
    value: str
    note: str = ""


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
    controlled: ClassVar[Controlled[Any]]

    def __init__(self, instance: Instance[Any], tenant: Any, webhooks: DeskWebhooks) -> None:
        self._instance = instance
        self._tenant = tenant
        self.webhooks = webhooks
        self.name: str = tenant.name
        self.names: list[str] = [each.name for each in instance.tenants]
        self.tables: Mapping[str, Table] = tenant.tables
        self.quota: Quota = tenant.quota
        self.clock = instance.clock
        self.journal = instance.journal
        self.faults = instance.faults

    @abstractmethod
    def values(self) -> list[WizardValue]:
        """Return the values to enter in the portal, and those that the wizard finds out."""

    @abstractmethod
    def each_tenant(self) -> Sequence[SimulatedPsa]: ...

    @abstractmethod
    def knobs_at_start(self) -> msgspec.Struct: ...

    @abstractmethod
    def settings_at_start(self) -> msgspec.Struct: ...

    @abstractmethod
    def merge(self, kind: str, into: int, others: Sequence[int]) -> int:
        """Return how many records moved. Raises KeyError for an unknown record."""

    def handles(self) -> list[Handle]:
        reset = "Quota reset: all requests are available again."
        return [Handle("clear_quota", "Reset the quota", reset, self.quota.reset)]

    def knobs(self) -> Any:
        return self._instance.knobs

    def turn(self, knobs: Any) -> None:
        """Replace all knobs."""
        self._instance.knobs = knobs

    def settings(self) -> msgspec.Struct:
        """Return the tenant's settings: credentials, permissions, and what is fixed since the start."""
        settings: msgspec.Struct = self._tenant.settings
        return settings

    def permit(self, settings: Any) -> None:
        """Replace the tenant's settings."""
        self._tenant.settings = settings

    def edit(
        self, kind: str, verb: Verb, fields: dict[str, Any], *, ids: list[int] | None = None, count: int = 1
    ) -> list[int]:
        """Change these records, or create `count`. Return the ids. Raises KeyError for an unknown record."""
        change = Change(verb, ids=ids, count=count, fields=fields)
        return self.controlled.edit(self._instance, self._tenant, kind, change)

    def views(self, kind: str, row: Row) -> list[View]:
        detail = self.controlled.detail(self._tenant, kind, row.id)
        by_number = f"As {self.description.name} returns it by number"
        return [View("As a row in a list", row.fields()), View(by_number, detail)]
