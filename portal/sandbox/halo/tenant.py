"""One tenant: its records, tokens and quota."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.data.record_factory import ORDER, RecordFactory
from portal.sandbox.halo.data.references import References
from portal.sandbox.halo.quota import Quota
from portal.sandbox.halo.selection import Selections
from portal.sandbox.halo.settings import TenantSettings
from portal.sandbox.halo.store import Table
from portal.sandbox.halo.tokens import Tokens


class Tenant:
    """Generates all its records when created, which takes about 35 µs per record."""

    def __init__(self, settings: TenantSettings, clock: Clock) -> None:
        self.settings = settings
        self.lock = Lock()  # held while records change
        self.tokens = Tokens(clock)
        self.quota = Quota(clock)
        self.factory = RecordFactory(References(settings.seed, logos=settings.logos))
        with _no_garbage():
            self.tables = {kind: Table(self.factory.make(kind, settings.sizes.get(kind, 0))) for kind in ORDER}
            self.tickets = Table(self.factory.make_tickets(settings.tickets))
        self.selections = Selections(self.tables, self.factory.references)

    @property
    def name(self) -> str:
        return self.settings.name


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Disable the garbage collector, which would scan all rows again and again to no effect."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
