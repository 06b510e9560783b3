"""One ConnectWise company: its records and quota."""

from __future__ import annotations

from portal.sandbox import tenant
from portal.sandbox.clock import Clock
from portal.sandbox.connectwise.data.record_factory import ORDER, ConnectWiseRecordFactory
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.connectwise.selection import Selections
from portal.sandbox.connectwise.settings import TenantSettings
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.store import Table


class Tenant(tenant.Tenant):
    """Generates all its records when created."""

    settings: TenantSettings

    def __init__(self, settings: TenantSettings, clock: Clock) -> None:
        super().__init__(clock)
        self.settings = settings
        self.factory = ConnectWiseRecordFactory(References(settings.seed, settings.name))
        with tenant.no_garbage():
            made = {kind: Table(self.factory.make(kind, settings.sizes.get(kind, 0))) for kind in ORDER}
            made["clients"] = Table(map(self.factory.with_main, made["clients"].rows()))
        self.tables = {kind: made[kind] for kind in RECORD_TYPES}
        self.selections = Selections(self.tables)

    @property
    def signing_key(self) -> str:
        """Return the key that signs its callbacks."""
        return f"{SeededRandom(self.settings.seed, 'signing key').getrandbits(256):064x}"
