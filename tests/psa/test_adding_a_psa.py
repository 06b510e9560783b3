"""docs/adding-a-psa.md is true: an adapter and a line in the registry are all that a PSA needs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import create_app
from portal.config import Config
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.webhooks import RefetchRequest
from portal.psa import registry
from portal.psa.adapter import PsaAdapter
from portal.services.syncing import sync_runs
from portal.services.webhooks import refetches
from tests.conftest import browser
from tests.psa.ledger import LEDGER
from tests.psa.ledger_server import KEY, Ledger, serving

ROOT = Path(__file__).parent.parent.parent
DOC = (ROOT / "docs/adding-a-psa.md").read_text()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with serving() as server:
        yield server


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, outbound_allow=frozenset({"127.0.0.1"}))


@pytest.fixture
def app(config: Config, database: None, northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Make a portal with Ledger in its registry, which Northwind may connect."""
    monkeypatch.setitem(registry.ADAPTERS, LEDGER.slug, LEDGER)
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    Account.update(enabled_psas=["ledger"]).execute()
    return create_app(config)


def connect(admin: FlaskClient, ledger: Ledger) -> Integration:
    setup = "/integrations/ledger/setup"
    assert admin.post(f"{setup}/connect/test", data={"address": f"{ledger.url}/", "key": KEY}).status_code == 200
    admin.post(f"{setup}/data", data={"record_types": ["clients"]})
    admin.post(f"{setup}/webhooks", data={"skip": "1"})
    admin.post(f"{setup}/review")
    integration: Integration = Integration.get()
    return integration


def sync(integration: Integration) -> dict[str, Any]:
    run = sync_runs.live_run(integration)
    assert run is not None
    sync_runs.execute(run.id)
    return sync_runs.report(run)


def test_an_admin_connects_the_new_psa_and_sees_its_records(app: Flask, alice: User, ledger: Ledger) -> None:
    admin = browser(app, alice)
    assert "Ledger PSA" in admin.get("/integrations").text
    report = sync(connect(admin, ledger))
    assert (report["state"], report["steps"]["clients"]["created"]) == ("succeeded", 3)
    page = admin.get("/integrations/ledger/records/clients/2").text
    assert "Client 2" in page
    assert "Halo" not in page


def test_a_wrong_key_is_explained_at_its_field(app: Flask, alice: User, ledger: Ledger) -> None:
    values = {"address": ledger.url, "key": "wrong"}
    page = browser(app, alice).post("/integrations/ledger/setup/connect/test", data=values)
    assert page.status_code == 422
    assert "accept this key" in page.text.partition('id="key-error"')[2][:200]


def test_a_delivery_has_the_record_fetched_again(app: Flask, alice: User, ledger: Ledger) -> None:
    integration = connect(browser(app, alice), ledger)
    sync(integration)
    ledger.clients[1]["title"] = "Renamed"
    address, headers = f"/webhooks/ledger/{integration.webhook_id}", {"X-Ledger-Key": "wrong"}
    assert app.test_client().post(address, json={"number": 1}, headers=headers).status_code == 401
    headers = {"X-Ledger-Key": integration.webhook_secret.reveal()}
    assert app.test_client().post(address, json={"number": 1}, headers=headers).status_code == 200
    refetches.execute(integration.id)
    assert Record.get(Record.remote_id == 1).name == "Renamed"
    assert RefetchRequest.get().outcome == "updated"


def test_the_page_names_all_that_an_adapter_brings() -> None:
    missing = [each.name for each in dataclasses.fields(PsaAdapter) if f"`{each.name}`" not in DOC]
    assert not missing, "describe it in docs/adding-a-psa.md"


def test_the_page_points_only_at_files_that_exist() -> None:
    paths = re.findall(r"`((?:portal|tests|docs)/[\w/.-]+)`", DOC)
    assert len(paths) > 5
    assert not [path for path in paths if not (ROOT / path.replace("<psa>", "halo")).exists()]
