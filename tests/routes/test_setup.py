"""Wizard steps 2 to 4."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunState, SyncRun

SETUP = "/integrations/halo/setup"


@pytest.mark.parametrize("step", ["data", "webhooks", "review"])
def test_later_steps_are_shut_before_the_test(as_alice: FlaskClient, draft: Integration, step: str) -> None:
    assert as_alice.get(f"{SETUP}/{step}").location.endswith("/setup/connect")
    assert as_alice.post(f"{SETUP}/{step}").location.endswith("/setup/connect")


def test_coming_back_goes_on_at_the_furthest_step(as_alice: FlaskClient, reviewed: Integration) -> None:
    assert as_alice.get(f"{SETUP}/").location.endswith("/setup/review")


def test_clients_are_synced_even_when_nothing_is_ticked(as_alice: FlaskClient, tested: Integration) -> None:
    assert as_alice.post(f"{SETUP}/data", data={"record_types": "clients"}).location.endswith("/setup/webhooks")
    chosen = Integration.get_by_id(tested.id)
    assert chosen.record_types == ["clients"]
    assert chosen.active_only is False


def test_an_unknown_record_type_is_refused(as_alice: FlaskClient, tested: Integration) -> None:
    page = as_alice.post(f"{SETUP}/data", data={"record_types": ["clients", "tickets"]})
    assert page.status_code == 422
    assert "invalid-feedback" in page.text


def test_the_webhook_address_is_the_public_one(as_alice: FlaskClient, reviewed: Integration) -> None:
    assert f"http://localhost/webhooks/halo/{reviewed.webhook_id}" in as_alice.get(f"{SETUP}/webhooks").text


@pytest.mark.parametrize(("button", "skipped"), [({"skip": "yes"}, True), ({}, False)])
def test_webhooks_may_be_skipped(
    as_alice: FlaskClient,
    reviewed: Integration,
    button: dict[str, str],
    skipped: bool,  # noqa: FBT001  # a case
) -> None:
    assert as_alice.post(f"{SETUP}/webhooks", data=button).location.endswith("/setup/review")
    assert Integration.get_by_id(reviewed.id).webhook_skipped is skipped


def test_the_review_shows_what_was_chosen_and_no_secret(as_alice: FlaskClient, reviewed: Integration) -> None:
    page = as_alice.get(f"{SETUP}/review").text
    assert "Sites" in page
    assert "Contracts" not in page
    assert "Active clients only" in page
    assert "Nothing is ever written" in page
    assert "acme-client-secret" not in page


def test_starting_activates_and_opens_the_first_run(as_alice: FlaskClient, reviewed: Integration) -> None:
    assert as_alice.post(f"{SETUP}/review").location.endswith("/halo/sync")
    assert Integration.get_by_id(reviewed.id).state == IntegrationState.ACTIVE
    assert SyncRun.get().state == RunState.QUEUED


def test_starting_twice_starts_once(as_alice: FlaskClient, reviewed: Integration) -> None:
    as_alice.post(f"{SETUP}/review")
    assert as_alice.post(f"{SETUP}/review").location.endswith("/halo/sync")
    assert SyncRun.select().count() == 1


def test_connectwise_that_was_quicker_blocks_the_start(
    as_alice: FlaskClient, reviewed: Integration, connectwise: Integration
) -> None:
    page = as_alice.post(f"{SETUP}/review", follow_redirects=True)
    assert "Cannot activate HALO PSA: ConnectWise integration is already active" in page.text
    assert Integration.get_by_id(reviewed.id).state == IntegrationState.DRAFT
