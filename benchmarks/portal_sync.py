"""The portal's own sync, in this process, with everything that it does: lease, checkpoint, log, books."""

from __future__ import annotations

from pathlib import Path

from portal import db, guard, vault
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger
from portal.services import syncing, wizard
from portal.services.connections import ConnectionValues
from portal.vault import Secret


def prepare(base_url: str, client_id: str, client_secret: str, folder: Path) -> Integration:
    """Make a portal with a connected Halo in `folder` and leave its database connected."""
    db.bind(f"sqlite:///{folder / 'portal.sqlite3'}")
    vault.bind((bytes(32),))
    guard.bind(frozenset({"127.0.0.1"}))
    db.db.connect()
    db.upgrade()
    account: Account = Account.create(name="Benchmark", halo_enabled=True)
    draft = wizard.draft(account)
    wizard.save_connection(draft, ConnectionValues(base_url, "", "", client_id, Secret(client_secret)))
    wizard.test_connection(draft, None)
    wizard.choose_data(draft, draft.record_types, active_only=False)
    draft.quota = 1_000_000
    wizard.finish_webhooks(draft, skipped=True)
    syncing.stop_for_good(wizard.start(draft, None).integration)
    return draft


def sync(integration: Integration) -> tuple[int, int]:
    """Run one full sync; returns how many records were read and how many requests that took."""
    run = syncing.open_run(integration, kind=RunKind.FULL, trigger=RunTrigger.CLI)
    syncing.execute(run.id)
    report = syncing.report(run)
    if report["state"] != RunState.SUCCEEDED:
        raise RuntimeError(f"the sync ended {report['state']}: {report['problem']}")
    return sum(step["fetched"] for step in report["steps"].values()), report["requests"]
