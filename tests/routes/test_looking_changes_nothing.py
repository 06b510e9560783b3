"""Looking at a page stores nothing: only a form that was sent does."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import Record
from portal.models.sync import SyncLog, SyncRun
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.connecting import integrations, wizard
from portal.services.pages import overview
from portal.vault import Secret
from tests.halo_fixtures import entered, secret_of
from tests.routes.test_every_route import TABLE

# A download is written into the audit log; nothing else is.
DOWNLOADS = (".csv", ".jsonl", ".json")
PAGES = sorted(
    {address for (_, method), (address, *_) in TABLE.items() if method == "GET" and not address.endswith(DOWNLOADS)}
)
SETUP = "/integrations/halo/setup"
TABLES = (Integration, Record, SyncRun, SyncLog, Delivery, RefetchRequest, AuditEntry)


def stored() -> list[Any]:
    return [row for table in TABLES for row in table.select().order_by(table.id).tuples()]


@pytest.mark.parametrize("state", IntegrationState, ids=str)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_changes_nothing_whatever_the_integrations_state(
    as_alice: FlaskClient, halo: Integration, state: IntegrationState, address: str
) -> None:
    Integration.update(state=state).execute()
    before = stored()
    as_alice.get(address, follow_redirects=True).close()
    assert stored() == before


@pytest.mark.parametrize("address", [page for page in PAGES if page.startswith(SETUP)])
def test_looking_at_the_wizard_begins_no_set_up(as_alice: FlaskClient, address: str) -> None:
    assert as_alice.get(address, follow_redirects=True).request.path == f"{SETUP}/connect"
    assert not Integration.select().exists()


def test_a_disconnected_halo_stays_so_until_its_new_connection_is_saved(
    as_alice: FlaskClient, halo: Integration, northwind: Account, alice: User, typed: dict[str, str]
) -> None:
    integrations.disconnect(halo, alice)
    page = as_alice.get(f"{SETUP}/connect").text
    assert halo.connection["base_url"] in page
    assert overview.cards(northwind)[0].state == "disconnected"
    assert as_alice.post(f"{SETUP}/connect", data=typed | {"client_id": ""}).status_code == 422
    assert overview.cards(northwind)[0].state == "disconnected"
    as_alice.post(f"{SETUP}/connect", data=typed)
    assert overview.cards(northwind)[0].state == "in_progress"


def test_filling_in_addresses_begins_no_set_up(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    assert as_alice.post(f"{SETUP}/connect/addresses", data=typed).status_code == 200
    assert not Integration.select().exists()


def test_two_tabs_that_begin_at_once_begin_one_set_up(
    as_alice: FlaskClient, typed: dict[str, str], northwind: Account
) -> None:
    tabs = [wizard.peek(northwind, "halo") for _ in range(2)]
    for number, tab in enumerate(tabs):
        wizard.save_connection(tab, entered({**typed, "client_secret": Secret(f"secret {number}")}))
    stored = Integration.get()
    assert secret_of(stored) == "secret 1"
    assert stored.webhook_secret.reveal()
