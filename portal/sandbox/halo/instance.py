"""The state of a running sandbox, which its pages and its control share."""

from __future__ import annotations

from itertools import count

from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.faults import Faults
from portal.sandbox.halo.journal import Journal
from portal.sandbox.halo.settings import Settings, TenantSettings
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.webhooks import Webhooks


class Instance:
    """One Halo address: one customer's, or a hosted one with several tenants."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.started = settings
        self.hosted = settings.hosted
        self.knobs = settings.knobs
        self.tenants = [Tenant(each, clock) for each in settings.tenants]
        self.faults = Faults()
        self.journal = Journal()
        self.webhooks = Webhooks(lambda: self.knobs)
        for webhook in settings.webhooks:
            self.webhooks.register.add(self.tenants[0].name, webhook)
        self.url = ""  # known once a socket is bound
        self._answers = count(1)

    def next_answer(self) -> int:
        """Return the next answer's number: what Halo computes when asked differs from one to the next."""
        return next(self._answers)

    def tenant(self, name: str | None) -> Tenant:
        """By name, or the first without one. KeyError if there is none of that name."""
        if not name:
            return self.tenants[0]
        return {tenant.name: tenant for tenant in self.tenants}[name]

    def start_of(self, tenant: Tenant) -> TenantSettings:
        """Return what the tenant was set up with."""
        return self.started.tenants[self.tenants.index(tenant)]

    def owner(self, token: str) -> Tenant | None:
        return next((tenant for tenant in self.tenants if tenant.tokens.owns(token)), None)
