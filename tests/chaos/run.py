"""One storm from start to end: a simulated Halo, a portal connected to it, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from portal import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox import SandboxControl, spawned
from portal.services.connecting import wizard
from portal.services.syncing import sync_runs
from tests.chaos.house import standing
from tests.chaos.storm import Storm, StuckError
from tests.chaos.watch import GO_ON_SECONDS
from tests.halo_fixtures import set_up


def shaken(
    folder: Path,
    seed: int,
    *,
    records: int,
    kills: int,
    seconds: float,
    say: Callable[[str], None],
    go_on_seconds: float = GO_ON_SECONDS,
) -> Storm:
    """Return what a storm has left behind, with its violations; `say` is told how it goes on."""
    arguments = ("--records", str(records), "--quota", "0", "--seed", str(seed))
    with spawned(*arguments) as halo, standing(folder, allow=urlsplit(halo.url).netloc) as house, db.connected():
        storm = Storm(seed, house, halo, _connected(halo), say, go_on_seconds)
        try:
            storm.rage(kills=kills, seconds=seconds)
            storm.reckon()
        except StuckError as error:
            storm.violations += [*storm.watch.violations, str(error)]
            say(house.last_words())
        return storm


def _connected(halo: SandboxControl) -> Integration:
    account = Account.create(name="Northwind IT", enabled_psas=["halo"])
    integration = set_up(account, halo)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    connected: Integration = Integration.get_by_id(integration.id)
    return connected
