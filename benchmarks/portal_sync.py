"""The portal's own sync, with everything that it does: budget, lease, checkpoint, books, history and log.

`python -m benchmarks.portal_sync [connect] TASK`: connecting to the Halo is a process of its own, and not timed.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Final

from benchmarks import task
from portal import db, guard, log, outbound_slots, vault
from portal.errors import NotFound
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, RunTrigger, SyncRun
from portal.psa.registry import adapter_of
from portal.services.connecting import wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import held_deletes, sync_runs
from portal.vault import Secret

LOOK_SECONDS: Final = 0.02
# Where speed is measured, the budget must not be what is measured.
NO_QUOTA: Final = 1_000_000


def main() -> None:
    asked = task.asked()
    log.configure(as_json=True, level="ERROR")
    db.bind(asked.database)
    vault.bind((bytes(32),))
    guard.bind(frozenset({"127.0.0.1"}))
    outbound_slots.bind()
    with db.connected():
        if sys.argv[1] == "connect":
            connect(asked)
        else:
            sync(RunKind(asked.kind))


def connect(asked: task.Task) -> None:
    """Make a portal that is connected to the PSA, with nothing synced and no run open."""
    db.upgrade()
    account: Account = Account.create(name="Benchmark", enabled_psas=[asked.psa])
    draft = wizard.draft(account, asked.psa)
    wizard.save_connection(draft, _entered(asked))
    wizard.test_connection(draft, None)
    wizard.choose_data(draft, draft.record_types, active_only=False)
    draft.quota = NO_QUOTA
    wizard.finish_webhooks(draft, skipped=True)
    sync_runs.stop_for_good(wizard.start(draft, None).integration)


def _entered(asked: task.Task) -> ConnectionValues:
    """Return what a person would enter in the PSA's form."""
    form = adapter_of(asked.psa).connect_form
    typed = {form.address: asked.url, **json.loads(asked.credentials)}
    public = {field.name: typed[field.name] for field in form.public if field.name in typed}
    return ConnectionValues(public, {field.name: Secret(typed[field.name]) for field in form.secrets})


def sync(kind: RunKind) -> None:
    """Work until a run has ended, as a worker would: a new one, or the one that a killed process has left."""
    began = time.perf_counter()
    run = _left_behind() or sync_runs.open_run(Integration.get(), kind=kind, trigger=RunTrigger.CLI)
    waited = 0.0
    while run.is_live:
        waited += _wait_until_claimable(run)
        sync_runs.execute(run.id)
        run = SyncRun.get_by_id(run.id)
    report = sync_runs.report(run)
    if report["state"] != RunState.SUCCEEDED and not _approve_deletes(run.integration):
        raise RuntimeError(f"the sync ended {report['state']}: {report['problem']}")
    fetched = sum(step["fetched"] for step in report["steps"].values())
    task.answer(fetched, time.perf_counter() - began - waited, waited)


def _approve_deletes(integration: Integration) -> bool:
    """Decide about deletes that wait for an admin, as one would at once; tells whether there were any."""
    waiting = list(held_deletes.pending(integration))
    for hold in waiting:
        held_deletes.approve(held_deletes.get(integration, hold.id), None)
    return bool(waiting)


def _left_behind() -> SyncRun | None:
    try:
        return sync_runs.live_run(Integration.get())
    except NotFound:
        return None


def _wait_until_claimable(run: SyncRun) -> float:
    began = time.perf_counter()
    while run.id not in {each.id for each in sync_runs.claimable()}:
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
