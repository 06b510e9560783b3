"""A simulated Halo with few records, and an account that is connected to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import stamina

from portal import guard
from portal.halo.computed import is_computed
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.sandbox import HaloVerbs
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.services.connecting import connections, wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import sync_runs
from portal.sync.normal_form import value_of
from portal.vault import Secret
from tests.psa_copies import PsaCopy

# With the sandbox's caps, assets come in three pages, opportunities in two, all others in one.
SIZES = {
    "clients": 25,
    "sites": 30,
    "contacts": 60,
    "products": 8,
    "assets": 130,
    "opportunities": 120,
    "contracts": 9,
}
PAGES = {"clients": 1, "sites": 1, "contacts": 1, "products": 1, "assets": 3, "opportunities": 2, "contracts": 1}


@pytest.fixture
def halo(monkeypatch: pytest.MonkeyPatch) -> Iterator[HaloSandbox]:
    """Serve a Halo that may be called; what fails is repeated once, and at once."""
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    settings = Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=Knobs(quota=0))
    with running(HaloSandbox(settings)) as sandbox, stamina.set_testing(True, attempts=2, cap=True):
        yield sandbox


def values(halo: HaloVerbs, **changed: Any) -> ConnectionValues:
    """Return what an admin would type for this Halo, but for what a test changes."""
    right = halo.credentials()
    typed = {
        "base_url": halo.url,
        "auth_server": f"{halo.url}/auth",
        "tenant": "",
        "client_id": right.client_id,
        "client_secret": Secret(right.client_secret),
    }
    return entered({**typed, **changed})


def entered(values: Mapping[str, Any]) -> ConnectionValues:
    """Sort flat values into public ones and secrets; a secret of None stays as stored."""
    public = {name: value for name, value in values.items() if name != "client_secret"}
    secret = values.get("client_secret")
    return ConnectionValues(public, {} if secret is None else {"client_secret": secret})


def replaced(values: ConnectionValues, **changed: str | None) -> ConnectionValues:
    """Return the values with some changed; a secret of None stays as stored."""
    return entered({**values.public, **values.secrets, **changed})


def secret_of(integration: Integration) -> str:
    """Return the stored Client Secret."""
    return connections.opened(integration).values["client_secret"]


def set_up(account: Account, halo: HaloVerbs, *types: str, active_only: bool = False) -> Integration:
    """Go through the wizard up to its last step. What the connection test has asked is not counted."""
    draft = wizard.draft(account, "halo")
    wizard.save_connection(draft, values(halo))
    assert wizard.test_connection(draft, None).ok
    halo.reset(faults=False)
    wizard.choose_data(draft, list(types or SIZES), active_only)
    wizard.finish_webhooks(draft, skipped=True)
    return draft


class Copy(PsaCopy[HaloVerbs]):
    """A connected account's copy of a Halo."""

    @property
    def halo(self) -> HaloVerbs:
        return self.sandbox

    def digests(self, record_type: str) -> dict[str, str]:
        """Return the digest of what is known of each live record, as the sandbox works it out of its list row."""
        return {str(each.remote_id): _digest(_row_of(each)) for each in self.live(record_type)}

    def is_compared(self, record_type: str, key: str) -> bool:
        return not is_computed(record_type, key) and not is_asked_for(key)


@pytest.fixture
def copy(halo: HaloSandbox, northwind: Account) -> Copy:
    """Connect Northwind, with nothing synced yet and no run waiting."""
    return connected(northwind, halo)


@pytest.fixture
def synced(copy: Copy) -> Copy:
    """Connect Northwind and copy everything once."""
    assert copy.sync()["state"] == "succeeded"
    return copy


def connected(account: Account, halo: HaloVerbs) -> Copy:
    integration = set_up(account, halo)
    wizard.start(integration, None)
    sync_runs.request_cancel(integration)
    return Copy(halo, Integration.get_by_id(integration.id))


def is_asked_for(key: str) -> bool:
    """Tell whether lists have a key only because the portal asks for it."""
    return key in {"fields", "agent_name"} or key.startswith("delivery_address_line")


def _row_of(record: Record) -> dict[str, Any]:
    """Return the list row if the payload, which may also have the keys of a detail, tells all that it does."""
    payload: dict[str, Any] = json.loads(record.payload)
    row: dict[str, Any] = json.loads(record.list_row or record.payload)
    tells_all = all(value_of(key, payload.get(key)) == value_of(key, value) for key, value in row.items())
    return row if tells_all else payload


def _digest(row: dict[str, Any]) -> str:
    """Digest a list row as the sandbox does, without the keys that are asked for on top."""
    row = {key: value for key, value in row.items() if not is_asked_for(key)}
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
