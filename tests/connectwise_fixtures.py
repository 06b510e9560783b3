"""A simulated ConnectWise with few records, and an account that is connected to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stamina

from portal import guard
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, RunTrigger, SyncLog, SyncRun
from portal.sandbox import ConnectWiseVerbs
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import sync_runs
from portal.sync.normal_form import value_of
from portal.vault import Secret

SIZES = {
    "clients": 25,
    "sites": 40,
    "contacts": 60,
    "products": 8,
    "assets": 130,
    "opportunities": 20,
    "contracts": 9,
}
SECRETS = ("private_key",)


@pytest.fixture
def connectwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectWiseSandbox]:
    """Serve a ConnectWise that may be called; what fails is repeated once, and at once."""
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    # Small pages, so that lists have several.
    knobs = Knobs(quota=0, caps={"assets": 50, "contacts": 50})
    settings = Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=knobs)
    with running(ConnectWiseSandbox(settings)) as sandbox, stamina.set_testing(True, attempts=2, cap=True):
        yield sandbox


def values(sandbox: ConnectWiseVerbs, **changed: str) -> ConnectionValues:
    """Return what an admin would type for this ConnectWise, but for what a test changes."""
    typed = {"site": sandbox.url, **sandbox.credentials()._asdict(), **changed}
    public = {name: value for name, value in typed.items() if name not in SECRETS}
    return ConnectionValues(public, {name: Secret(typed[name]) for name in SECRETS})


def set_up(account: Account, sandbox: ConnectWiseVerbs, *types: str, active_only: bool = False) -> Integration:
    """Go through the wizard up to its last step. What the connection test has asked is not counted."""
    draft = wizard.draft(account, "connectwise")
    wizard.save_connection(draft, values(sandbox))
    diagnosis = wizard.test_connection(draft, None)
    assert diagnosis.ok, diagnosis
    sandbox.reset(faults=False)
    wizard.choose_data(draft, list(types or SIZES), active_only)
    wizard.finish_webhooks(draft, skipped=True)
    return draft


@dataclass
class ConnectWiseCopy:
    """A connected account's copy of a ConnectWise."""

    sandbox: ConnectWiseSandbox
    integration: Integration

    def open(self, *types: str, kind: RunKind = RunKind.FULL) -> SyncRun:
        chosen = list(types) or None
        return sync_runs.open_run(self.integration, kind=kind, trigger=RunTrigger.USER, record_types=chosen)

    def sync(self, *types: str, kind: RunKind = RunKind.FULL) -> dict[str, Any]:
        """Sync once, on the whole or these types; returns the report."""
        self.sandbox.reset(faults=False)
        run = self.open(*types, kind=kind)
        sync_runs.execute(run.id)
        return sync_runs.report(run)

    def ids(self, record_type: str, state: RecordState = RecordState.LIVE) -> set[int]:
        return {each.remote_id for each in self._records(record_type, state)}

    def payload(self, record_type: str, remote_id: int) -> dict[str, Any]:
        found = Record.get(self._mine(record_type), Record.remote_id == remote_id)
        return dict(json.loads(found.payload))

    def differences(self, *types: str) -> list[str]:
        """Name what is missing or surplus, and each value that does not mean what ConnectWise's row says."""
        truth, found = self.sandbox.truth(rows=True), []
        for record_type in types or SIZES:
            theirs = truth[record_type]["rows"]
            ours = {str(each.remote_id): json.loads(each.payload) for each in self._records(record_type)}
            found += [f"{record_type} {number} is missing" for number in theirs.keys() - ours.keys()]
            found += [f"{record_type} {number} is surplus" for number in ours.keys() - theirs.keys()]
            found += [
                f"{record_type} {number}: {key}"
                for number in theirs.keys() & ours.keys()
                for key in theirs[number]
                if key not in WITHOUT_PASSWORDS
                and value_of(key, ours[number].get(key)) != value_of(key, theirs[number][key])
            ]
        return found

    def logged(self, **wanted: Any) -> list[str]:
        """Return the messages of the sync log whose fields read as `wanted`, oldest first."""
        query = SyncLog.select().where(SyncLog.integration == self.integration).order_by(SyncLog.id)
        return [line.message for line in query if all(getattr(line, name) == value for name, value in wanted.items())]

    def _records(self, record_type: str, state: RecordState = RecordState.LIVE) -> list[Record]:
        return list(Record.select().where(self._mine(record_type), Record.state == state))

    def _mine(self, record_type: str) -> Any:
        return (Record.integration == self.integration) & (Record.record_type == record_type)


# Passwords are dropped before anything is stored, so these differ.
WITHOUT_PASSWORDS = ("customFields", "questions")


@pytest.fixture
def copy(connectwise: ConnectWiseSandbox, northwind: Account) -> ConnectWiseCopy:
    """Connect Northwind, with nothing synced yet and no run waiting."""
    northwind.enabled_psas = ["connectwise"]
    northwind.save()
    integration = set_up(northwind, connectwise)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    return ConnectWiseCopy(connectwise, Integration.get_by_id(integration.id))


@pytest.fixture
def synced(copy: ConnectWiseCopy) -> ConnectWiseCopy:
    """Connect Northwind and copy everything once."""
    assert copy.sync()["state"] == "succeeded"
    return copy
