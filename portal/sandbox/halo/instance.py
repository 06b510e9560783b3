"""The state of a running Halo sandbox."""

from __future__ import annotations

from portal.sandbox import instance
from portal.sandbox.clock import Clock
from portal.sandbox.halo.settings import Knobs, Settings, TenantSettings
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.halo_webhooks import HaloWebhooks


class Instance(instance.Instance[Tenant]):
    """One Halo address: single-tenant, or hosted with several tenants."""

    knobs: Knobs
    webhooks: HaloWebhooks

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(clock, [Tenant(each, clock) for each in settings.tenants])
        self.started = settings
        self.hosted = settings.hosted
        self.knobs = settings.knobs
        self.webhooks = HaloWebhooks(lambda: self.knobs)
        for webhook in settings.webhooks:
            self.webhooks.register.add(self.tenants[0].name, webhook)

    def start_of(self, tenant: Tenant) -> TenantSettings:
        """Return the tenant's initial settings."""
        return self.started.tenants[self.tenants.index(tenant)]

    def owner(self, token: str) -> Tenant | None:
        return next((tenant for tenant in self.tenants if tenant.tokens.owns(token)), None)
