"""The webhook on the Configuration tab: how Halo authenticates, its secret, and what people are told about it."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunState, SyncRun, SyncStep
from portal.models.webhooks import Refetching
from portal.services.webhooks import senders
from tests.routes.conftest import make_run
from tests.telling import about, tell

TAB = "/integrations/halo/configuration"
LOGIN, MAKE, DROP = f"{TAB}/webhook/login", f"{TAB}/webhook/secret", f"{TAB}/webhook/secret/drop"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
BODY = b'{"event": "client updated", "object_id": 7}'


def stored(halo: Integration) -> Integration:
    found: Integration = Integration.get_by_id(halo.id)
    return found


def card(page: str) -> str:
    """Return the webhook's card of a page."""
    return page.partition('id="webhook"')[2].partition('aria-labelledby="recent-actions"')[0]


def deliver(app: Flask, halo: Integration, headers: dict[str, str]) -> int:
    address = f"/webhooks/halo/{halo.webhook_id}"
    answer = app.test_client().post(address, data=BODY, content_type="application/json", headers=headers)
    return answer.status_code


def proof(login: str, secret: str) -> dict[str, str]:
    """Return the header with which Halo would prove that it knows the secret."""
    signed = base64.b64encode(hmac.digest(secret.encode(), BODY, "sha256")).decode()
    basic = base64.b64encode(f"scopable:{secret}".encode()).decode()
    return {
        "basic": {"Authorization": f"Basic {basic}"},
        "bearer": {"Authorization": f"Bearer {secret}"},
        "header": {"X-Halo-Key": secret},
        "signature": {"X-Halo-Key": signed},
    }[login]


def silent(halo: Integration, changed: int = 41) -> None:
    """Let the webhook be silent for six hours, while a sync finds so many changes."""
    now = clock.now()
    make_run(halo, RunState.SUCCEEDED)
    make_run(halo, RunState.SUCCEEDED)
    SyncRun.update(started_at=now - timedelta(hours=1), finished_at=now).execute()
    SyncStep.update(created=0, updated=changed).execute()
    Integration.update(last_delivery_at=now - timedelta(hours=6, minutes=5)).execute()


@pytest.mark.parametrize("login", ["basic", "bearer", "header", "signature"])
def test_each_way_lets_in_who_keeps_to_it_and_nobody_else(
    app: Flask, as_alice: FlaskClient, halo: Integration, login: str
) -> None:
    chosen = {"webhook_login": login, "webhook_header": "X-Halo-Key"}
    assert as_alice.post(LOGIN, data=chosen).location.endswith(f"{TAB}/webhook")
    secret = stored(halo).webhook_secret.reveal()
    assert secret == halo.webhook_secret.reveal()
    ways = ("basic", "bearer", "header", "signature")
    assert {way: deliver(app, halo, proof(way, secret)) for way in ways} == {
        way: 200 if way == login else 401 for way in ways
    }


@pytest.mark.parametrize(
    ("login", "words", "not_words"),
    [
        ("basic", ["to <b>Basic</b>", 'id="webhook-user"', ">Password<"], ['id="webhook-header-name"']),
        ("bearer", ["to <b>Bearer</b>", "without the word Bearer", ">Token<"], ['id="webhook-user"']),
        ("header", ["<b>X-Halo-Key</b>", 'id="webhook-header-name"', ">Token<"], ['id="webhook-user"']),
        ("signature", ["<b>X-Halo-Key</b>", "SHA-256", "Base64", ">Secret key<"], ['id="webhook-user"']),
    ],
)
def test_the_card_says_what_to_type_into_halo(
    as_alice: FlaskClient, halo: Integration, login: str, words: list[str], not_words: list[str]
) -> None:
    part = as_alice.post(LOGIN, data={"webhook_login": login, "webhook_header": "X-Halo-Key"}, headers=HTMX)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Now make the same change in Halo" in part.text
    for page in (part.text, card(as_alice.get(f"{TAB}/webhook").text)):
        assert [each for each in words if each not in page] == []
        assert [each for each in not_words if each in page] == []


@pytest.mark.parametrize("header", ["", "X Token", "X_Token", "Authorization", "cookie", "Content-Type", "Host"])
@pytest.mark.parametrize("login", ["header", "signature"])
def test_a_header_that_will_not_do_is_refused_at_its_field(
    as_alice: FlaskClient, halo: Integration, login: str, header: str
) -> None:
    page = as_alice.post(LOGIN, data={"webhook_login": login, "webhook_header": header})
    assert page.status_code == 422
    assert "Choose one such as" in page.text.partition('id="webhook_header-error"')[2][:250]
    assert stored(halo).webhook_login == "basic"


@pytest.mark.parametrize("chosen", [{}, {"webhook_login": ""}, {"webhook_login": "none"}])
def test_a_way_that_does_not_exist_is_refused(
    as_alice: FlaskClient, halo: Integration, chosen: dict[str, str]
) -> None:
    page = as_alice.post(LOGIN, data=chosen)
    assert page.status_code == 422
    assert 'id="webhook_login-error"' in page.text


def test_both_secrets_let_in_until_the_old_one_is_dropped(
    app: Flask, as_alice: FlaskClient, halo: Integration
) -> None:
    old = halo.webhook_secret.reveal()
    assert as_alice.post(MAKE).location.endswith(f"{TAB}/webhook")
    new = stored(halo).webhook_secret.reveal()
    page = card(as_alice.get(f"{TAB}/webhook").text)
    assert "Two secrets are valid" in page
    assert new in page
    assert old not in page
    assert [deliver(app, halo, proof("basic", each)) for each in (old, new, "guessed")] == [200, 200, 401]
    assert as_alice.post(DROP).status_code == 303
    soon = clock.now() + senders.REMEMBERED
    with clock.using(lambda: soon):
        assert [deliver(app, halo, proof("basic", each)) for each in (old, new)] == [401, 200]
    assert "Make a new secret" in card(as_alice.get(f"{TAB}/webhook").text)
    told = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    assert told[-2:] == ["webhook.secret_made", "webhook.secret_dropped"]
    assert "removed the old webhook secret" in as_alice.get("/activity").text


def test_a_third_secret_is_refused_while_two_are_valid(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post(MAKE, headers=HTMX)
    before = stored(halo).webhook_secret.reveal()
    part = as_alice.post(MAKE, headers=HTMX)
    assert part.status_code == 409
    assert "The previous secret is still valid." in part.text
    assert stored(halo).webhook_secret.reveal() == before


def test_dropping_what_is_dropped_is_refused(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.post(DROP)
    assert page.status_code == 409
    assert "The old secret was already removed." in page.text


@pytest.mark.parametrize("address", [LOGIN, MAKE, DROP, f"{TAB}/webhook/unused"])
def test_support_and_other_accounts_change_nothing(
    as_sam: FlaskClient, as_mallory: FlaskClient, halo: Integration, address: str
) -> None:
    chosen = {"webhook_login": "header", "webhook_header": "X-Halo-Key"}
    assert as_sam.post(address, data=chosen).status_code == 403
    assert as_mallory.post(address, data=chosen).status_code == 404
    assert stored(halo).webhook_secret.reveal() == halo.webhook_secret.reveal()
    assert (stored(halo).webhook_login, stored(halo).webhook_old_secret) == ("basic", None)


def test_support_sees_neither_secret_nor_buttons(
    as_alice: FlaskClient, as_sam: FlaskClient, halo: Integration
) -> None:
    as_alice.post(MAKE)
    secrets = [each.reveal() for each in (stored(halo).webhook_secret, stored(halo).webhook_old_secret)]
    page = as_sam.get(f"{TAB}/webhook").text
    assert not [each for each in secrets if each in page]
    assert "Only admins can see its address and credentials" in page
    assert "webhook/secret" not in page
    assert "webhook/login" not in page


def test_the_card_tells_what_became_of_the_last_delivery(as_alice: FlaskClient, halo: Integration) -> None:
    before = card(as_alice.get(f"{TAB}/webhook").text)
    assert "Nothing received yet?" in before
    assert "All deliveries" not in before
    tell(halo, about("clients", 1), b"{broken")
    after = card(as_alice.get(f"{TAB}/webhook").text)
    assert "couldn&#39;t be understood. It isn&#39;t JSON." in after
    assert 'href="/integrations/halo/deliveries"' in after


def test_the_wizard_says_what_to_type_as_well(as_alice: FlaskClient, reviewed: Integration) -> None:
    Integration.update(webhook_login="signature").execute()
    page = as_alice.get("/integrations/halo/setup/webhooks").text
    assert "SHA-256" in page
    assert "Make a new secret" not in page


def test_silence_is_shown_wherever_somebody_may_look(as_sam: FlaskClient, halo: Integration) -> None:
    silent(halo)
    words = "The webhook has been silent for 6 h while 41 records changed in Halo."
    for address in (f"{TAB}/webhook", "/integrations/halo/sync", "/integrations"):
        page = as_sam.get(address).text
        assert words in page, address
        assert "probably turned" in page


def test_an_admin_ends_the_warning_where_webhooks_are_no_longer_used(
    as_alice: FlaskClient, as_sam: FlaskClient, halo: Integration
) -> None:
    silent(halo)
    button = "We no longer use webhooks"
    assert button in as_alice.get(f"{TAB}/webhook").text
    assert button not in as_sam.get(f"{TAB}/webhook").text
    assert as_sam.post(f"{TAB}/webhook/unused").status_code == 403
    part = as_alice.post(f"{TAB}/webhook/unused", headers=HTMX).text
    assert "Your data syncs on schedule." in part
    assert "has been silent for" not in part
    assert "Waiting for the first delivery" in part


@pytest.mark.parametrize("changed", [0, 4])
def test_nobody_is_alarmed_where_hardly_anything_changed(
    as_alice: FlaskClient, halo: Integration, changed: int
) -> None:
    silent(halo, changed)
    for address in (f"{TAB}/webhook", "/integrations/halo/sync", "/integrations"):
        assert "has been silent for" not in as_alice.get(address).text


def test_the_next_delivery_ends_the_warning(as_alice: FlaskClient, halo: Integration) -> None:
    silent(halo)
    tell(halo, about("clients", 1))
    assert "has been silent for" not in as_alice.get("/integrations/halo/sync").text


def test_data_sync_tells_how_many_deliveries_wait_for_halo(as_sam: FlaskClient, halo: Integration) -> None:
    tell(halo, about("clients", 1), about("sites", 2))
    Refetching.create(
        integration=halo, problem="Halo does not answer.", not_before=clock.now() + timedelta(seconds=90)
    )
    page = as_sam.get("/integrations/halo/sync").text
    assert "2 deliveries are waiting: Halo does not answer." in page
    assert re.search(r"Resumes automatically at <time.*in 1 min", page)


def test_the_trust_meter_is_there_once_a_webhook_is_in_use(as_sam: FlaskClient, halo: Integration) -> None:
    assert "Webhook coverage" not in as_sam.get("/integrations/halo/sync").text
    silent(halo)
    page = as_sam.get("/integrations/halo/sync").text.partition('id="trust-title"')[2]
    assert "0 of 41 changes arrived by webhook. Syncs found the other 41." in page
    assert "Clients" in page
