"""Runs one storm: starts a simulated Halo and a portal, connects them, and runs and checks the storm."""

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
from tests.chaos.running_portal import running_portal
from tests.chaos.storm import Storm, StuckError
from tests.chaos.watch import RESUME_SECONDS
from tests.halo_fixtures import set_up


def run_storm(
    folder: Path,
    seed: int,
    *,
    records: int,
    kills: int,
    seconds: float,
    say: Callable[[str], None],
    resume_seconds: float = RESUME_SECONDS,
) -> Storm:
    """Run a storm and return it, with its violations. `say` prints progress."""
    arguments = ("--records", str(records), "--quota", "0", "--seed", str(seed))
    with (
        spawned(*arguments) as halo,
        running_portal(folder, allow=urlsplit(halo.url).netloc) as portal,
        db.connected(),
    ):
        storm = Storm(seed, portal, halo, _connected(halo), say, resume_seconds)
        try:
            storm.run(kills=kills, seconds=seconds)
            storm.verify()
        except StuckError as error:
            storm.violations += [*storm.watch.violations, str(error)]
            say(portal.log_tail())
        return storm


def _connected(halo: SandboxControl) -> Integration:
    account = Account.create(name="Northwind IT", enabled_psas=["halo"])
    integration = set_up(account, halo)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    connected: Integration = Integration.get_by_id(integration.id)
    return connected
