"""One customer's Halo: its records, its tokens, its quota."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.data.maker import ORDER, Maker
from portal.sandbox.halo.data.world import World
from portal.sandbox.halo.quota import Quota
from portal.sandbox.halo.selection import Selections
from portal.sandbox.halo.settings import TenantSettings
from portal.sandbox.halo.store import Table
from portal.sandbox.halo.tokens import Tokens


class Tenant:
    """Made with all its records, which takes about 35 µs for each."""

    def __init__(self, settings: TenantSettings, clock: Clock) -> None:
        self.settings = settings
        self.lock = Lock()  # held while records change
        self.tokens = Tokens(clock)
        self.quota = Quota(clock)
        self.maker = Maker(World(settings.seed, logos=settings.logos))
        with _no_garbage():
            self.tables = {kind: Table(self.maker.make(kind, settings.sizes.get(kind, 0))) for kind in ORDER}
            self.tickets = Table(self.maker.make_tickets(settings.tickets))
        self.selections = Selections(self.tables, self.maker.world)

    @property
    def name(self) -> str:
        return self.settings.name


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Keep the collector off: it would walk every row again and again and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
