"""The pairing assistant in the browser: started, read, decided, searched and exported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import create_app
from portal.config import Config
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.switching import ClientPair, ClientPairing
from portal.services.switching import reading
from tests.copies import copied
from tests.two_psas import LedgerServer, prepared, register, serving_ledger

PAGE = "/integrations/ledger/pairing"


@pytest.fixture
def ledger_server() -> Iterator[LedgerServer]:
    with serving_ledger({"number": 11, "title": "Acme Ltd"}, {"number": 12, "title": "Cobalt Works"}) as server:
        yield server


@pytest.fixture
def app(config: Config, database: None, northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Flask:
    register(monkeypatch)
    return create_app(replace(config, outbound_allow=config.outbound_allow | {"127.0.0.1"}))


@pytest.fixture
def ledger(halo: Integration, ledger_server: LedgerServer) -> Integration:
    """Have Halo active with three clients, and Ledger prepared."""
    for number, name in ((1, "Acme Ltd"), (2, "Cobalt"), (3, "<b>Dune</b>")):
        copied(halo, [number], of="clients", name=name, payload=f'{{"id": {number}}}')
    return prepared(halo.account, "ledger", {"address": ledger_server.url}, key="key")


@pytest.fixture
def paired(as_alice: FlaskClient, ledger: Integration) -> ClientPairing:
    """Have the clients of both read."""
    as_alice.post(f"{PAGE}/read")
    pairing: ClientPairing = ClientPairing.get()
    reading.execute(pairing.id)
    return pairing


def test_it_starts_with_one_button_and_shows_how_far_it_is(as_alice: FlaskClient, ledger: Integration) -> None:
    start = as_alice.get(PAGE).text
    assert "Find the clients of Halo in Ledger" in start
    assert "Read the clients" in start
    page = as_alice.post(f"{PAGE}/read", follow_redirects=True).text
    assert "Reading the clients" in page
    assert 'hx-trigger="every 2s"' in page
    reading.execute(ClientPairing.get().id)
    assert "Accept the sure match" in as_alice.get(PAGE).text


def test_while_it_is_read_the_page_reloads_itself_when_it_is_ready(
    as_alice: FlaskClient, ledger: Integration
) -> None:
    page = as_alice.post(f"{PAGE}/read", follow_redirects=True).text
    found = re.search(r'hx-get="([^"]+stamp[^"]+)"', page)
    assert found is not None
    address, headers = found[1].replace("&amp;", "&"), {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert as_alice.get(address, headers=headers).status_code == 204
    reading.execute(ClientPairing.get().id)
    assert as_alice.get(address, headers=headers).headers["HX-Redirect"] == PAGE


def test_a_failure_is_explained_with_a_way_to_try_again(
    as_alice: FlaskClient, ledger: Integration, ledger_server: LedgerServer
) -> None:
    as_alice.post(f"{PAGE}/read")
    ledger_server.statuses = [401]
    reading.execute(ClientPairing.get().id)
    page = as_alice.get(PAGE).text
    assert "Ledger doesn&#39;t accept this key." in page
    assert "Try again" in page


def test_the_lists_lead_from_sure_to_what_is_left(as_alice: FlaskClient, paired: ClientPairing) -> None:
    page = as_alice.get(PAGE).text
    assert "Same name" in page
    assert "Acme Ltd" in page
    assert "Cobalt Works" in as_alice.get(f"{PAGE}?show=likely").text
    none = as_alice.get(f"{PAGE}?show=none").text
    assert "&lt;b&gt;Dune" in none
    assert "No match found" in none
    assert "Cobalt Works" in as_alice.get(f"{PAGE}?show=only_target").text
    assert "Nothing here" in as_alice.get(f"{PAGE}?show=paired").text


def test_decisions_are_made_with_plain_forms(as_alice: FlaskClient, paired: ClientPairing) -> None:
    accepted = as_alice.post(f"{PAGE}/sure", follow_redirects=True)
    assert "Paired 1 client." in accepted.text
    here = {"Referer": f"http://localhost{PAGE}?show=likely"}
    answer = as_alice.post(f"{PAGE}/clients/2/pair", data={"other": 12}, headers=here)
    assert answer.location == f"{PAGE}?show=likely"
    as_alice.post(f"{PAGE}/clients/3/without")
    decided = {each.source_remote_id: each.target_remote_id for each in ClientPair.select()}
    assert decided == {1: 11, 2: 12, 3: None}
    page = as_alice.get(f"{PAGE}?show=paired").text
    assert "by Alice" in page
    as_alice.post(f"{PAGE}/clients/1/undo")
    assert ClientPair.select().count() == 2
    actions = {each.action for each in AuditEntry.select()}
    assert {"pairing.read", "pairing.accepted", "pairing.paired", "pairing.without", "pairing.undone"} <= actions


def test_a_counterpart_is_chosen_by_a_search(as_alice: FlaskClient, paired: ClientPairing) -> None:
    page = as_alice.get(f"{PAGE}/clients/3?q=cobalt").text
    assert "Choose its counterpart in Ledger" in page
    assert 'aria-label="Pair with Cobalt Works"' in page
    assert "No client of Ledger" in as_alice.get(f"{PAGE}/clients/3?q=nobody").text
    as_alice.post(f"{PAGE}/clients/3/pair", data={"other": 12})
    assert "has been decided already" in as_alice.get(f"{PAGE}/clients/3?q=cobalt").text


@pytest.mark.parametrize("other", ["", "x", "99", "-1"])
def test_a_counterpart_that_does_not_exist_is_refused(
    as_alice: FlaskClient, paired: ClientPairing, other: str
) -> None:
    assert as_alice.post(f"{PAGE}/clients/3/pair", data={"other": other}).status_code == 404
    assert ClientPair.select().count() == 0


def test_who_was_slower_is_told(as_alice: FlaskClient, paired: ClientPairing) -> None:
    as_alice.post(f"{PAGE}/clients/2/pair", data={"other": 12})
    page = as_alice.post(f"{PAGE}/clients/3/pair", data={"other": 12}, follow_redirects=True)
    assert "Cobalt Works already has a counterpart." in page.text


@pytest.mark.parametrize("name", ["pairs", "without-counterpart"])
def test_both_files_can_be_downloaded_by_support(
    as_sam: FlaskClient, paired: ClientPairing, sam: User, name: str
) -> None:
    answer = as_sam.get(f"{PAGE}/{name}.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.text.count("\n") >= 1
    assert AuditEntry.get(AuditEntry.action == "pairing.exported").user == sam


def test_support_sees_everything_and_decides_nothing(as_sam: FlaskClient, paired: ClientPairing) -> None:
    for show in ("sure", "likely", "none", "only_source", "only_target"):
        page = as_sam.get(f"{PAGE}?show={show}")
        assert page.status_code == 200
        assert "<form" not in page.text.partition('class="pair-rows"')[2]
    assert as_sam.post(f"{PAGE}/clients/2/pair", data={"other": 12}).status_code == 403


def test_another_account_finds_nothing(as_mallory: FlaskClient, paired: ClientPairing) -> None:
    assert "There is no other PSA" in as_mallory.get(PAGE).text
    for address in (f"{PAGE}/pairs.csv", f"{PAGE}/clients/1"):
        assert as_mallory.get(address).status_code == 404
    assert as_mallory.post(f"{PAGE}/clients/1/pair", data={"other": 11}).status_code == 404


def test_the_card_and_the_review_lead_there(as_alice: FlaskClient, ledger: Integration) -> None:
    assert f'href="{PAGE}"' in as_alice.get("/integrations").text
    assert f'href="{PAGE}"' in as_alice.get("/integrations/ledger/setup/review").text
