"""The state of a running sandbox, shared by its API and its control API."""

from __future__ import annotations

from itertools import count

from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.faults import FaultPlan
from portal.sandbox.halo.journal import Journal
from portal.sandbox.halo.settings import Settings, TenantSettings
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.webhooks import Webhooks


class Instance:
    """One Halo address: single-tenant, or hosted with several tenants."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.started = settings
        self.hosted = settings.hosted
        self.knobs = settings.knobs
        self.tenants = [Tenant(each, clock) for each in settings.tenants]
        self.faults = FaultPlan()
        self.journal = Journal()
        self.webhooks = Webhooks(lambda: self.knobs)
        for webhook in settings.webhooks:
            self.webhooks.register.add(self.tenants[0].name, webhook)
        self.url = ""  # known once a socket is bound
        self._answers = count(1)

    def next_answer(self) -> int:
        """Return the number of the next response, so that computed values can differ between responses."""
        return next(self._answers)

    def tenant(self, name: str | None) -> Tenant:
        """Return the tenant with this name, or the first one without a name. Raises KeyError if it does not exist."""
        if not name:
            return self.tenants[0]
        return {tenant.name: tenant for tenant in self.tenants}[name]

    def start_of(self, tenant: Tenant) -> TenantSettings:
        """Return the tenant's initial settings."""
        return self.started.tenants[self.tenants.index(tenant)]

    def owner(self, token: str) -> Tenant | None:
        return next((tenant for tenant in self.tenants if tenant.tokens.owns(token)), None)
