"""An account with Halo active and Ledger prepared, whose server has clients of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal import clock, guard
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from tests.copies import copied
from tests.two_psas import LedgerServer, prepared, register, serving_ledger


@pytest.fixture
def ledger_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LedgerServer]:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    with serving_ledger(
        {"number": 11, "title": "Acme Limited", "website": "https://acme.example"},
        {"number": 12, "title": "Brightwater", "phone": "+44 20 1234 5678"},
        {"number": 13, "title": "Cobalt Works"},
        {"number": 14, "title": "Zebra Unlimited", "closed": False},
    ) as server:
        yield server


@pytest.fixture
def halo(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Integration:
    """Have Halo active with four clients, one of them with a contact's domain, one with a site's phone."""
    register(monkeypatch)
    halo = prepared(northwind, "halo")
    Integration.update(state=IntegrationState.ACTIVE, activated_at=clock.now()).execute()
    for number, name in ((1, "Acme Ltd"), (2, "Brightwater plc"), (3, "Cobalt"), (4, "Dune")):
        copied(halo, [number], of="clients", name=name, payload=json.dumps({"id": number, "name": name}))
    belonging(halo, "contacts", 1, emailaddress="ada@acme.example")
    belonging(halo, "sites", 2, phonenumber="020 1234 5678")
    found: Integration = Integration.get_by_id(halo.id)
    return found


@pytest.fixture
def ledger(halo: Integration, ledger_server: LedgerServer) -> Integration:
    return prepared(halo.account, "ledger", {"address": ledger_server.url}, key="key")


def belonging(halo: Integration, record_type: str, client: int, **payload: Any) -> None:
    row = {"id": 100 + client, "name": "Ada", "client_id": client, **payload}
    copied(halo, [100 + client], of=record_type, client_remote_id=client, payload=json.dumps(row))
