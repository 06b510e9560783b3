"""Simulated PSAs with few records in small pages, and an account connected to one, in its own database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
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
from portal.sandbox import ConnectWiseVerbs, Verbs, connectwise, halo
from portal.services.connecting import wizard
from portal.services.syncing import sync_runs
from portal.sync.record_types import RecordType
from tests import connectwise_edits, connectwise_fixtures, halo_fixtures
from tests.psa_copies import PsaCopy
from tests.telling import about

NO_RECORDS: Final = dict.fromkeys(RecordType, 0)


@dataclass(frozen=True)
class SmallPsa:
    """A PSA with few records of these `types`. `serving` runs its sandbox, `set_up` connects an account to it up to
    the wizard's last step, and `copy` compares the account's records with the sandbox's. `webhook` returns the body
    of a webhook about a record.

    `faults` pass by themselves. Those in `plausible`, each with its place, look like the truth: they are believed
    until the next sync. `switches` are the ways in which the PSA may behave, the default first. `edits` are what can
    happen to its records besides being created, changed and deleted; each takes the sandbox and a seed.
    """

    slug: str
    types: tuple[str, ...]
    serving: Callable[[], AbstractContextManager[Any]]
    set_up: Callable[..., Integration]
    copy: Callable[[Any, Integration], PsaCopy[Any]]
    webhook: Callable[[str, int], dict[str, Any]]
    faults: tuple[dict[str, Any], ...]
    plausible: frozenset[tuple[str, str]]
    switches: Mapping[str, list[Any]]
    edits: Mapping[str, Callable[[Any, int], Any]] = field(default_factory=dict)


def _serving_halo() -> AbstractContextManager[Verbs]:
    sizes = NO_RECORDS | {"clients": 5, "products": 7, "assets": 11, "opportunities": 6}
    caps = {"clients": 3, "products": 4, "assets": 3, "opportunities": 3}
    knobs = halo.Knobs(quota=0, caps=caps, retry_after="seconds")
    return halo.running(halo.HaloSandbox(halo.Settings(tenants=[halo.TenantSettings(sizes=sizes)], knobs=knobs)))


SMALL_HALO: Final = SmallPsa(
    slug="halo",
    types=("clients", "products", "assets", "opportunities"),
    serving=_serving_halo,
    set_up=halo_fixtures.set_up,
    copy=halo_fixtures.Copy,
    webhook=about,
    faults=(
        *({"what": "status", "status": status} for status in (503, 400, 401, 404)),
        {"what": "rate_limit", "seconds": 60.0},
        *({"what": what} for what in ("truncated", "reset", "no_rows", "null_list")),
        {"what": "refused_client", "on": "token"},
    ),
    plausible=frozenset(),
    switches={
        "stated_page_size": ["granted", "asked", "nothing"],
        "stated_record_count": ["total", "page", "nothing"],
        "past_end": ["empty", "repeat", "repeat_last"],
        "flickers": [[], ["computed"], ["order", "nulls"], ["computed", "numbers"]],
    },
)


def _serving_connectwise() -> AbstractContextManager[ConnectWiseVerbs]:
    sizes = NO_RECORDS | {"clients": 5, "sites": 8, "assets": 11, "opportunities": 6}
    caps = {"clients": 3, "sites": 2, "assets": 3, "opportunities": 3}
    knobs = connectwise.Knobs(quota=0, caps=caps)
    tenants = [connectwise.TenantSettings(sizes=sizes)]
    return connectwise.running(connectwise.ConnectWiseSandbox(connectwise.Settings(tenants=tenants, knobs=knobs)))


CALLED: Final = {"clients": "company", "assets": "configuration", "opportunities": "opportunity"}


def _callback(record_type: str, remote_id: int) -> dict[str, Any]:
    kind = CALLED.get(record_type, "site")
    return {"Action": "updated", "Type": kind, "ID": remote_id, "Entity": None}


SMALL_CONNECTWISE: Final = SmallPsa(
    slug="connectwise",
    types=("clients", "sites", "assets", "opportunities"),
    serving=_serving_connectwise,
    set_up=connectwise_fixtures.set_up,
    copy=connectwise_fixtures.ConnectWiseCopy,
    webhook=_callback,
    faults=(
        *({"what": "status", "status": status} for status in (500, 503, 400, 404)),
        {"what": "throttled", "seconds": 60.0},
        *({"what": what} for what in ("timeout", "html", "plain", "truncated", "reset", "refused_key", "moved")),
        *({"what": what} for what in ("no_rows", "null_list", "wrapped_list")),
        *({"what": what, "on": "forecast"} for what in ("timeout", "html", "reset")),
        {"what": "status", "status": 404, "on": "forecast"},
    ),
    # That a company has no sites needs no proof.
    plausible=frozenset({("no_rows", "sites")}),
    switches={
        "retry_after": ["seconds", "date", "off"],
        "link": ["full", "next_only", "foreign"],
        # Each names the same types: the sandbox keeps the entries of a map that are not named.
        "count": [dict.fromkeys(("clients", "assets"), how) for how in ("exact", "wrong", "missing")],
        "past_end": ["empty", "repeat_last"],
        "no_forward_only": [[], ["clients", "assets"]],
        "refused_conditions": [
            {"clients": [], "assets": []},
            {"clients": ["deletedFlag"], "assets": []},
            {"clients": ["deletedFlag"], "assets": ["lastUpdated"]},
        ],
        "forgets_conditions": [False, True],
        "update_filter": [
            dict.fromkeys(("assets", "opportunities"), how) for how in ("exact", "wide", "ignored", "naive_only")
        ],
        "doubled_deleted": [False, True],
    },
    edits={
        "merge": connectwise_edits.merge,
        "move a site": connectwise_edits.move_site,
        "purge": connectwise_edits.purge_client,
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
            integration = psa.set_up(
                Account.create(name="Northwind IT", enabled_psas=[psa.slug]), sandbox, *psa.types
            )
            wizard.start(integration, None)
            sync_runs.request_cancel(integration)
            yield psa.copy(sandbox, integration)
