"""An account that is connected to a simulated ConnectWise, and its copy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, RunTrigger
from portal.sandbox.connectwise import ConnectWiseSandbox
from portal.services.connecting import wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import sync_runs
from portal.sync.normal_form import value_of
from portal.vault import Secret

SIZES: Final = {
    "clients": 30,
    "sites": 50,
    "contacts": 60,
    "products": 12,
    "assets": 130,
    "opportunities": 14,
    "contracts": 9,
}


def values(sandbox: ConnectWiseSandbox, **changed: str) -> ConnectionValues:
    """Return what an admin would type for this ConnectWise, but for what a test changes."""
    typed = {"site": sandbox.url, **sandbox.credentials()._asdict(), **changed}
    private_key = typed.pop("private_key")
    return ConnectionValues(typed, {"private_key": Secret(private_key)})


@dataclass
class Copy:
    """A connected account's copy of a ConnectWise."""

    sandbox: ConnectWiseSandbox
    integration: Integration

    def sync(self, *types: str, kind: RunKind = RunKind.FULL) -> dict[str, Any]:
        """Sync once, on the whole or these types; returns the report."""
        self.sandbox.reset(faults=False)
        run = sync_runs.open_run(
            self.integration, kind=kind, trigger=RunTrigger.USER, record_types=list(types) or None
        )
        sync_runs.execute(run.id)
        return sync_runs.report(run)

    def live(self, record_type: str) -> dict[int, Record]:
        mine = (Record.integration == self.integration) & (Record.record_type == record_type)
        return {each.remote_id: each for each in Record.select().where(mine, Record.state == RecordState.LIVE)}

    def differences(self) -> list[str]:
        """Name what is missing or surplus, and each value that does not mean what ConnectWise's row says."""
        truth, found = self.sandbox.truth(rows=True), []
        for record_type in SIZES:
            theirs = {int(number): row for number, row in truth[record_type]["rows"].items()}
            ours = self.live(record_type)
            found += [f"{record_type} {number} is missing" for number in theirs.keys() - ours.keys()]
            found += [f"{record_type} {number} is surplus" for number in ours.keys() - theirs.keys()]
            for number in theirs.keys() & ours.keys():
                payload = json.loads(ours[number].payload)
                found += [
                    f"{record_type} {number}: {key}"
                    for key in theirs[number]
                    if key not in {"questions", "customFields"}
                    and value_of(key, payload.get(key)) != value_of(key, theirs[number][key])
                ]
        return found


def connected(account: Account, sandbox: ConnectWiseSandbox) -> Copy:
    """Go through the wizard, with nothing synced yet and no run waiting."""
    account.enabled_psas = ["connectwise"]
    account.save()
    draft = wizard.draft(account, "connectwise")
    wizard.save_connection(draft, values(sandbox))
    diagnosis = wizard.test_connection(draft, None)
    assert diagnosis.ok, diagnosis
    wizard.choose_data(draft, list(SIZES), active_only=False)
    wizard.finish_webhooks(draft, skipped=True)
    wizard.start(draft, None)
    sync_runs.request_cancel(draft)
    return Copy(sandbox, Integration.get_by_id(draft.id))
