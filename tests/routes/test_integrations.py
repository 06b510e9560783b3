"""The Integrations page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState


def test_halo_is_not_configured_at_first_and_can_be_connected(as_alice: FlaskClient) -> None:
    page = as_alice.get("/integrations").text
    assert "Not Configured" in page
    assert 'href="/integrations/halo/setup/"' in page


def test_halo_that_is_switched_off_offers_no_connect(as_alice: FlaskClient, northwind: Account) -> None:
    northwind.enabled_psas = []
    northwind.save()
    page = as_alice.get("/integrations").text
    assert "The Halo PSA integration is currently not available for your account." in page
    assert "/setup" not in page


def test_beside_an_active_connectwise_halo_can_only_be_prepared(
    as_alice: FlaskClient, connectwise: Integration
) -> None:
    page = as_alice.get("/integrations").text
    assert "Cannot activate HALO PSA: ConnectWise integration is already active." in page
    assert "Disconnect ConnectWise first" in page
    assert "Prepare setup" in page


def test_support_sees_the_cards_and_no_connect(as_sam: FlaskClient) -> None:
    page = as_sam.get("/integrations").text
    assert "Halo PSA" in page
    assert "/setup" not in page


def test_support_may_look_at_a_set_up_in_progress(as_sam: FlaskClient, reviewed: Integration) -> None:
    assert "View setup" in as_sam.get("/integrations").text
    page = as_sam.get("/integrations/halo/setup/", follow_redirects=True)
    assert page.request.path.endswith("/review")
    assert "Save &amp; Start" not in page.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (IntegrationState.DRAFT, "Continue setup"),
        (IntegrationState.ACTIVE, "Connected"),
        (IntegrationState.NEEDS_ATTENTION, "Needs attention"),
        (IntegrationState.DISCONNECTED, "Disconnected"),
    ],
)
def test_the_card_tells_the_state(as_alice: FlaskClient, halo: Integration, state: str, words: str) -> None:
    Integration.update(state=state, problem="Halo refuses the secret.").execute()
    assert words in as_alice.get("/integrations").text


def test_another_accounts_integration_is_not_shown(as_mallory: FlaskClient, halo: Integration) -> None:
    page = as_mallory.get("/integrations").text
    assert "Not Configured" in page
    assert halo.connection["base_url"] not in page
