"""The state of a running sandbox, shared by its API and its control API."""

from __future__ import annotations

from threading import Lock
from typing import Any, Generic, TypeVar

from portal.sandbox.clock import Clock
from portal.sandbox.faults import FaultPlan
from portal.sandbox.journal import Journal
from portal.sandbox.knobs import Knobs
from portal.sandbox.tenant import Tenant
from portal.sandbox.webhooks.webhooks import Webhooks

T = TypeVar("T", bound=Tenant)


class Instance(Generic[T]):
    """One address of a PSA with its tenants. Each PSA adds its own knobs and webhooks."""

    knobs: Knobs
    webhooks: Webhooks[Any]

    def __init__(self, clock: Clock, tenants: list[T]) -> None:
        self.clock = clock
        self.tenants = tenants
        self.faults = FaultPlan()
        self.journal = Journal()
        self.url = ""  # known once a socket is bound
        self._lock = Lock()
        self._answers = 0

    def next_answer(self) -> int:
        """Return the number of the next response, so that computed values can differ between responses."""
        with self._lock:
            self._answers += 1
            return self._answers

    def tenant(self, name: str | None) -> T:
        """Return the tenant with this name, or the first one without a name. Raises KeyError if it does not exist."""
        if not name:
            return self.tenants[0]
        return {tenant.name: tenant for tenant in self.tenants}[name]
