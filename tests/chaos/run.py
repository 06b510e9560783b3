"""Runs one storm: starts a simulated PSA and a portal, connects them, and runs and checks the storm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from portal import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox import Verbs
from portal.services.connecting import wizard
from portal.services.syncing import sync_runs
from tests.chaos.running_portal import running_portal
from tests.chaos.storm import Storm, StuckError
from tests.chaos.stormy_psa import StormyPsa
from tests.chaos.watch import RESUME_SECONDS


def run_storm(
    psa: StormyPsa,
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
        psa.spawned(*arguments) as sandbox,
        running_portal(folder, allow=urlsplit(sandbox.url).netloc) as portal,
        db.connected(),
    ):
        storm = Storm(psa, seed, portal, sandbox, _connected(psa, sandbox), say, resume_seconds)
        try:
            storm.run(kills=kills, seconds=seconds)
            storm.verify()
        except StuckError as error:
            storm.violations += [*storm.watch.violations, str(error)]
            say(portal.log_tail())
        return storm


def _connected(psa: StormyPsa, sandbox: Verbs) -> Integration:
    account = Account.create(name="Northwind IT", enabled_psas=[psa.slug])
    integration = psa.set_up(account, sandbox)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    connected: Integration = Integration.get_by_id(integration.id)
    return connected
