"""Simulated PSAs with few records in small pages, and an account connected to one, in its own database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copy as copy_file
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
import stamina

from portal import clock, db, guard, outbound_slots, vault
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox import Verbs
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import wizard
from portal.services.syncing import sync_runs
from tests.halo_fixtures import Copy, set_up
from tests.psa_copies import PsaCopy

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


@dataclass(frozen=True)
class SmallPsa:
    """A PSA with few records. `serving` runs its sandbox, `set_up` connects an account to it up to the wizard's last
    step, and `copy` compares the account's records with the sandbox's.

    `faults` pass by themselves. Those in `plausible` look like the truth: sent often enough, they are believed until
    the next sync. `switches` are the ways in which the PSA may behave, the default first.
    """

    slug: str
    serving: Callable[[], AbstractContextManager[Any]]
    set_up: Callable[..., Integration]
    copy: Callable[[Any, Integration], PsaCopy[Any]]
    faults: tuple[dict[str, Any], ...]
    plausible: frozenset[str]
    switches: Mapping[str, list[Any]]


def _serving_halo() -> AbstractContextManager[Verbs]:
    knobs = Knobs(quota=0, caps=CAPS, retry_after="seconds")
    return running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=knobs)))


SMALL_HALO: Final = SmallPsa(
    slug="halo",
    serving=_serving_halo,
    set_up=set_up,
    copy=Copy,
    faults=(
        *({"what": "status", "status": status} for status in (503, 400, 401, 404)),
        {"what": "rate_limit", "seconds": 60.0},
        *({"what": what} for what in ("truncated", "reset", "no_rows", "null_list")),
        {"what": "refused_client", "on": "token"},
    ),
    plausible=frozenset({"no_rows"}),
    switches={
        "stated_page_size": ["granted", "asked", "nothing"],
        "stated_record_count": ["total", "page", "nothing"],
        "past_end": ["empty", "repeat", "repeat_last"],
        "flickers": [[], ["computed"], ["order", "nulls"], ["computed", "numbers"]],
    },
)


@contextmanager
def connected_to(psa: SmallPsa, migrated: Path, now: Callable[[], datetime]) -> Iterator[PsaCopy[Any]]:
    """Connect an account to a small PSA, in its own database."""
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        psa.serving() as sandbox,
        stamina.set_testing(True, attempts=2, cap=True),
        clock.using(now),
    ):
        patch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
        copy_file(migrated, Path(folder) / "portal.sqlite3")
        db.bind(f"sqlite:///{folder}/portal.sqlite3")
        vault.bind((bytes(range(32)),))
        outbound_slots.bind()
        with db.connected():
            # No power failures here, and waiting for the disk would take most of the time.
            db.db.execute_sql("PRAGMA synchronous = off")
            integration = psa.set_up(Account.create(name="Northwind IT", enabled_psas=[psa.slug]), sandbox, *TYPES)
            wizard.start(integration, None)
            sync_runs.request_cancel(integration)
            yield psa.copy(sandbox, integration)
