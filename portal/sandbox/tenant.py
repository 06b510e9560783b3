"""One tenant of a simulated PSA: its settings, records and quota."""

from __future__ import annotations

import gc
from abc import ABC
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from portal.sandbox.clock import Clock
from portal.sandbox.quota import Quota
from portal.sandbox.store import Table


class Tenant(ABC):
    """`settings` is a struct with a `name`; each PSA has its own."""

    settings: Any
    tables: Mapping[str, Table]

    def __init__(self, clock: Clock) -> None:
        self.lock = Lock()  # held while records change
        self.quota = Quota(clock)

    @property
    def name(self) -> str:
        return str(self.settings.name)


@contextmanager
def no_garbage() -> Iterator[None]:
    """Disable the garbage collector, which would scan all rows again and again to no effect."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
