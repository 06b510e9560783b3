"""The state of a running ConnectWise sandbox."""

from __future__ import annotations

from portal.sandbox import instance
from portal.sandbox.clock import Clock
from portal.sandbox.connectwise.callbacks.callbacks import Callbacks
from portal.sandbox.connectwise.settings import Knobs, Settings, TenantSettings
from portal.sandbox.connectwise.tenant import Tenant


class Instance(instance.Instance[Tenant]):
    """One ConnectWise address with one company, or with several as on a cloud server."""

    knobs: Knobs
    webhooks: Callbacks

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(clock, [Tenant(each, clock) for each in settings.tenants])
        self.started = settings
        self.knobs = settings.knobs
        self.webhooks = Callbacks(self)
        for callback in settings.callbacks:
            self.webhooks.register.add(self.tenants[0].name, callback)

    def start_of(self, tenant: Tenant) -> TenantSettings:
        """Return the tenant's initial settings."""
        return self.started.tenants[self.tenants.index(tenant)]
