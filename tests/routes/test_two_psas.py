"""Two PSAs in the browser: one is active, the other is prepared, and people switch between them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import create_app
from portal.config import Config
from portal.models.accounts import Account
from portal.models.integrations import Integration
from tests.two_psas import prepared, register

REVIEW = "/integrations/ledger/setup/review"
DISCONNECT = "/integrations/halo/configuration/disconnect"
REFUSED = "Cannot activate LEDGER PSA: Halo integration is already active"


@pytest.fixture
def app(config: Config, database: None, northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Flask:
    register(monkeypatch)
    return create_app(config)


@pytest.fixture
def ledger(halo: Integration) -> Integration:
    """Have Halo active, and Ledger prepared up to the last step."""
    return prepared(halo.account, "ledger")


def test_the_card_says_so_before_anybody_starts(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get("/integrations").text
    assert f"{REFUSED}. Only one PSA can be connected at a time. Disconnect Halo first" in page
    assert "Prepare setup" in page


def test_the_review_explains_it_and_leads_to_disconnecting(as_alice: FlaskClient, ledger: Integration) -> None:
    page = as_alice.get(REVIEW)
    assert page.status_code == 200
    assert REFUSED in page.text
    assert f'href="{DISCONNECT}?then=ledger"' in page.text
    assert "disabled" in page.text.partition('id="next"')[2][:120]


def test_the_last_step_refuses_and_keeps_the_setup(as_alice: FlaskClient, ledger: Integration) -> None:
    page = as_alice.post(REVIEW)
    assert page.status_code == 409
    assert REFUSED in page.text
    assert Integration.get_by_id(ledger.id).state == "draft"


def test_people_disconnect_the_other_one_and_come_back(as_alice: FlaskClient, ledger: Integration) -> None:
    question = as_alice.get(f"{DISCONNECT}?then=ledger").text
    assert 'value="ledger"' in question
    review = as_alice.post(DISCONNECT, data={"records": "keep", "then": "ledger"}, follow_redirects=True)
    assert review.request.path == REVIEW
    assert "Halo PSA is disconnected. Records synced so far are kept." in review.text
    assert REFUSED not in review.text
    assert as_alice.post(REVIEW).location == "/integrations/ledger/sync"
    assert "Cannot activate HALO PSA: Ledger integration is already active" in as_alice.get("/integrations").text


def test_support_reads_why_and_has_no_way_to_disconnect(as_sam: FlaskClient, ledger: Integration) -> None:
    page = as_sam.get(REVIEW).text
    assert REFUSED in page
    assert DISCONNECT not in page
