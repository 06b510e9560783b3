"""Wizard steps 2 to 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunState, SyncRun
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import wizard
from tests.conftest import browser
from tests.telling import tell

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


@pytest.fixture
def assets_refused(sandbox: HaloSandbox, draft: Integration, alice: User) -> Iterator[Integration]:
    """Pass the test with an agent that may not read assets."""
    sandbox.change_tenant(refused=["assets"])
    assert wizard.test_connection(draft, alice).ok
    yield draft
    sandbox.change_tenant(refused=[])


def test_a_refused_type_cannot_be_ticked_and_says_why(as_alice: FlaskClient, assets_refused: Integration) -> None:
    page = as_alice.get(f"{SETUP}/data").text
    assert re.search(r'value="assets"[^>]*\sdisabled', page)
    assert not re.search(r'value="assets"[^>]*\schecked', page)
    why = page.partition('id="why-assets"')[2]
    assert "Halo doesn&#39;t let the agent read assets." in why[:200]
    assert f"{SETUP}/connect#test" in why.partition("</div>")[0]


def test_a_refused_type_that_is_sent_all_the_same_is_refused(
    as_alice: FlaskClient, assets_refused: Integration
) -> None:
    page = as_alice.post(f"{SETUP}/data", data={"record_types": ["clients", "assets"]})
    assert page.status_code == 422
    assert 'id="record_types-error"' in page.text


def test_each_type_tells_what_it_takes(as_alice: FlaskClient, tested: Integration) -> None:
    page = as_alice.get(f"{SETUP}/data").text
    assert re.search(r"Sites.*?3 records.*?1 request, a few seconds", page, re.DOTALL)


@pytest.mark.parametrize(
    ("ticked", "words"),
    [
        ({"record_types": ["clients"]}, r"<strong>3 records</strong> in 2 requests"),
        ({"record_types": ["clients", "sites"]}, r"<strong>6 records</strong> in 3 requests"),
        ({"record_types": ["clients", "tickets"]}, r"<strong>3 records</strong>"),
        ({"record_types": ["clients"], "active_only": "y"}, r"inactive"),
        ({}, r"<strong>3 records</strong>|<strong>0 records</strong>"),
    ],
)
def test_the_forecast_follows_the_boxes_and_stores_nothing(
    as_alice: FlaskClient, tested: Integration, ticked: dict[str, object], words: str
) -> None:
    part = as_alice.get(f"{SETUP}/data/forecast", query_string=ticked)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert re.search(words, part.text)
    assert len(Integration.get_by_id(tested.id).record_types) == 7


def test_without_a_count_the_forecast_says_so(as_alice: FlaskClient, tested: Integration) -> None:
    Integration.update(findings=None).execute()
    assert "The next connection test counts your records" in as_alice.get(f"{SETUP}/data").text


def test_what_to_type_into_halo_is_shown_to_admins(as_alice: FlaskClient, reviewed: Integration) -> None:
    page = as_alice.get(f"{SETUP}/webhooks").text
    assert f"http://localhost/webhooks/halo/{reviewed.webhook_id}" in page
    assert reviewed.webhook_user in page
    assert re.search(rf'value="{reviewed.webhook_secret.reveal()}"\s+type="password"', page)
    assert 'type="password"' not in as_alice.get(f"{SETUP}/webhooks?shown=yes").text


def test_support_sees_neither_the_webhooks_address_nor_its_secret(as_sam: FlaskClient, reviewed: Integration) -> None:
    page = as_sam.get(f"{SETUP}/webhooks").text
    assert "A webhook is set up for this account." in page
    assert reviewed.webhook_id not in page
    assert reviewed.webhook_secret.reveal() not in page


def test_the_events_of_the_chosen_types_are_named(as_alice: FlaskClient, reviewed: Integration) -> None:
    events = as_alice.get(f"{SETUP}/webhooks").text.partition('class="events"')[2].partition("</ul>")[0]
    assert "Sites" in events
    assert "Contracts" not in events


def test_waiting_for_a_delivery_ends_when_it_comes(as_alice: FlaskClient, reviewed: Integration) -> None:
    address = f"{SETUP}/webhooks/delivery"
    assert address in as_alice.get(f"{SETUP}/webhooks").text
    assert as_alice.get(address).status_code == 204
    tell(reviewed, {})
    part = as_alice.get(address)
    assert "Received" in part.text
    assert "hx-trigger" not in part.text


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
    assert "Scopable never writes to Halo" in page
    assert "acme-client-secret" not in page


def test_starting_activates_and_opens_the_first_run(as_alice: FlaskClient, reviewed: Integration) -> None:
    assert as_alice.post(f"{SETUP}/review").location.endswith("/halo/sync")
    assert Integration.get_by_id(reviewed.id).state == IntegrationState.ACTIVE
    assert SyncRun.get().state == RunState.QUEUED


def test_the_review_repeats_the_forecast_and_leads_back_to_each_step(
    as_alice: FlaskClient, reviewed: Integration
) -> None:
    page = as_alice.get(f"{SETUP}/review").text
    assert "<strong>6 records</strong> in 3 requests" in page
    assert all(f'href="{SETUP}/{step}"' in page for step in ("connect", "data", "webhooks"))


def test_the_review_tells_of_the_webhook(as_alice: FlaskClient, reviewed: Integration) -> None:
    assert "Skipped. Your data syncs on schedule." in as_alice.get(f"{SETUP}/review").text
    tell(reviewed, {})
    assert "Last delivery: " in as_alice.get(f"{SETUP}/review").text


def test_many_clicks_in_many_tabs_start_once(app: Flask, alice: User, reviewed: Integration) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(lambda _: browser(app, alice).post(f"{SETUP}/review"), range(8)))
    assert {answer.location for answer in answers} == {"/integrations/halo/sync"}
    assert SyncRun.select().count() == 1


def test_starting_twice_starts_once(as_alice: FlaskClient, reviewed: Integration) -> None:
    as_alice.post(f"{SETUP}/review")
    assert as_alice.post(f"{SETUP}/review").location.endswith("/halo/sync")
    assert SyncRun.select().count() == 1


def test_connectwise_that_was_quicker_blocks_the_start(
    as_alice: FlaskClient, reviewed: Integration, connectwise: Integration
) -> None:
    page = as_alice.post(f"{SETUP}/review")
    assert page.status_code == 409
    assert "Cannot activate HALO PSA: ConnectWise integration is already active" in page.text
    assert "/integrations/connectwise/configuration/disconnect?then=halo" in page.text
    assert Integration.get_by_id(reviewed.id).state == IntegrationState.DRAFT
