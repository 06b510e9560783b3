"""A simulated ConnectWise with few records, and an account that is connected to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import stamina

from portal import guard
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox import ConnectWiseVerbs
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import sync_runs
from portal.vault import Secret
from tests.psa_copies import PsaCopy

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


# Passwords are dropped before anything is stored, so these differ.
WITHOUT_PASSWORDS = ("customFields", "questions")
FORECAST = "forecast"  # fetched for each opportunity, whose rows lack it


class ConnectWiseCopy(PsaCopy[ConnectWiseVerbs]):
    """A connected account's copy of a ConnectWise."""

    def is_compared(self, record_type: str, key: str) -> bool:  # noqa: ARG002  # true of every type
        return key not in (*WITHOUT_PASSWORDS, FORECAST)

    def payload(self, record_type: str, remote_id: int) -> dict[str, Any]:
        """Return the stored payload of a live record."""
        found = next(each for each in self.live(record_type) if each.remote_id == remote_id)
        return dict(json.loads(found.payload))


@pytest.fixture
def copy(connectwise: ConnectWiseSandbox, northwind: Account) -> ConnectWiseCopy:
    """Connect Northwind, with nothing synced yet and no run waiting."""
    return connected(northwind, connectwise)


@pytest.fixture
def synced(copy: ConnectWiseCopy) -> ConnectWiseCopy:
    """Connect Northwind and copy everything once."""
    assert copy.sync()["state"] == "succeeded"
    return copy


def connected(account: Account, sandbox: ConnectWiseVerbs) -> ConnectWiseCopy:
    account.enabled_psas = ["connectwise"]
    account.save()
    integration = set_up(account, sandbox)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    return ConnectWiseCopy(sandbox, Integration.get_by_id(integration.id))
