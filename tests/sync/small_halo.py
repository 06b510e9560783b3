"""A simulated Halo with few records in small pages, and an account connected to it, in its own database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copy as copy_file
from tempfile import TemporaryDirectory
from typing import Final

import pytest
import stamina

from portal import clock, db, guard, vault
from portal.models.accounts import Account
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import wizard
from portal.services.syncing import sync_runs
from tests.halo_fixtures import Copy, set_up

SIZES: Final = {
    "clients": 5,
    "sites": 0,
    "contacts": 0,
    "products": 7,
    "assets": 11,
    "opportunities": 6,
    "contracts": 0,
}
TYPES: Final = ("clients", "products", "assets", "opportunities")
CAPS: Final = {"clients": 3, "products": 4, "assets": 3, "opportunities": 3}


@contextmanager
def connected_to_a_small_halo(migrated: Path, now: Callable[[], datetime]) -> Iterator[Copy]:
    """Connect an account to a small Halo, in its own database."""
    knobs = Knobs(quota=0, caps=CAPS, retry_after="seconds")
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=knobs))) as halo,
        stamina.set_testing(True, attempts=2, cap=True),
        clock.using(now),
    ):
        patch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
        copy_file(migrated, Path(folder) / "portal.sqlite3")
        db.bind(f"sqlite:///{folder}/portal.sqlite3")
        vault.bind((bytes(range(32)),))
        with db.connected():
            # No power failures here, and waiting for the disk would take most of the time.
            db.db.execute_sql("PRAGMA synchronous = off")
            integration = set_up(Account.create(name="Northwind IT", enabled_psas=["halo"]), halo, *TYPES)
            wizard.start(integration, None)
            sync_runs.request_cancel(integration)
            yield Copy(halo, integration)
