"""The page that answers why a record is not here."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import SyncRun
from portal.sandbox.halo import HaloSandbox
from tests.copies import copied

WHY = "/integrations/halo/why"


def ask(client: FlaskClient, text: str, **more: str) -> str:
    page = client.get(WHY, query_string={"q": text, **more})
    assert page.status_code == 200
    return page.text


def test_one_address_leads_to_the_accounts_psa(as_alice: FlaskClient, halo: Integration) -> None:
    assert as_alice.get("/why?q=asset+4711").location == f"{WHY}?q=asset+4711"


def test_without_a_psa_there_is_nothing_to_ask(as_mallory: FlaskClient, halo: Integration) -> None:
    assert as_mallory.get("/why?q=1").status_code == 404
    assert as_mallory.get(f"{WHY}?q=asset+1").status_code == 404


def test_nothing_of_others_is_found(as_mallory: FlaskClient, mallory: User, halo: Integration) -> None:
    copied(halo, [1], name="Secret PC")
    Integration.create(account=mallory.account, psa="halo", state="active", record_types=["assets"])
    assert "Secret PC" not in ask(as_mallory, "1")
    assert "Open it" not in ask(as_mallory, "Secret PC")


@pytest.mark.parametrize("text", ["asset 1", "#1", "PC-0001"])
def test_a_number_or_a_name_finds_what_is_here(as_alice: FlaskClient, halo: Integration, text: str) -> None:
    copied(halo, [1])
    page = ask(as_alice, text)
    assert "In Scopable" in page
    assert 'href="/integrations/halo/records/assets/1">Open it</a>' in page


def test_a_link_is_understood_and_a_link_elsewhere_is_noted(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    copied(halo, [12], of="clients", name="Harbourside")
    assert "Harbourside" in (page := ask(as_alice, f"{sandbox.url}/customer?clientid=12"))
    assert "This link leads to" not in page
    assert "This link leads to other.example" in ask(as_alice, "https://other.example/customer?clientid=12")


def test_a_number_alone_asks_for_its_type(as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox) -> None:
    sandbox.reset(faults=False)
    page = ask(as_alice, "4711")
    assert "Number 4711 isn't in Scopable. What is it?" in page
    assert f'href="{WHY}?q=4711&amp;type=assets"' in page
    assert sandbox.journal() == []


def test_a_chosen_type_is_asked_for_live(as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox) -> None:
    number = sandbox.truth("products", ids=True)["active_ids"][0]
    page = ask(as_alice, str(number), type="products")
    assert "Not here yet" in page
    assert "Checked in Halo" in page
    assert f'action="/integrations/halo/records/products/{number}/sync"' in page


def test_support_gets_the_answer_and_no_buttons(as_sam: FlaskClient, halo: Integration, sandbox: HaloSandbox) -> None:
    number = sandbox.truth("assets", ids=True)["active_ids"][1]
    page = ask(as_sam, f"asset {number}")
    assert "Checked in Halo" in page
    assert 'method="post"' not in page.split('id="answers"')[1].split("</main>")[0]
    assert SyncRun.select().count() == 0


def test_an_unknown_name_says_what_to_paste(as_alice: FlaskClient, halo: Integration) -> None:
    page = ask(as_alice, "Nobody & <Sons>")
    assert "No record of this name in Scopable" in page
    assert "<Sons>" not in page


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "9" * 400, "q=1&type=tickets", "type=assets", "q=https%3A%2F%2F%5B"]
)
def test_nonsense_is_answered_calmly(as_alice: FlaskClient, halo: Integration, query: str) -> None:
    assert as_alice.get(f"{WHY}?{query}").status_code == 200


def test_kept_records_are_answered_from_the_copy(
    as_alice: FlaskClient, halo: Integration, sandbox: HaloSandbox
) -> None:
    copied(halo, [1], state=RecordState.DELETED)
    Integration.update(state="disconnected", disconnected_at=halo.created_at).where(
        Integration.id == halo.id
    ).execute()
    sandbox.reset(faults=False)
    assert "Deleted in Halo." in ask(as_alice, "asset 1")
    assert sandbox.journal() == []
