"""Replacing the address of a destination, in its form: what it takes, whom it refuses, and what it never shows."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.alerts import AlertDestination
from portal.models.audit import AuditEntry
from portal.services.alerts import attempts, delivery, destinations
from tests.routes.test_alerts import MAIL, REFUSED, SLACK, TOKEN, message, slack

__all__ = ["slack"]

OTHER_TOKEN = "XIiajkdnlazkcOXrIdevi7FZ"
OTHER_SLACK = SLACK.replace(TOKEN, OTHER_TOKEN)
HOOK = f"https://hooks.acme.example/{OTHER_TOKEN}"


def replacements() -> int:
    return int(AuditEntry.select().where(AuditEntry.action == "alerts.address_replaced").count())


def test_the_page_of_a_destination_leads_to_the_form_of_its_service(
    as_alice: FlaskClient, slack: AlertDestination
) -> None:
    url = f"/alerts/{slack.id}/address"
    assert f'href="{url}"' in as_alice.get(f"/alerts/{slack.id}").text
    assert as_alice.get(url).location == f"{url}/slack"
    AlertDestination.update(service="PagerDuty").execute()
    assert as_alice.get(url).location == f"{url}/other"


def test_the_form_says_what_happens_to_messages_and_asks_for_no_name(
    as_alice: FlaskClient, slack: AlertDestination
) -> None:
    page = as_alice.get(f"/alerts/{slack.id}/address/slack").text
    assert "Messages that are waiting go to the new address. Failed ones aren't sent again." in page
    assert 'name="name"' not in page


@pytest.mark.parametrize(
    ("kind", "form", "service", "hint"),
    [
        ("slack", {"address": f" {OTHER_SLACK} "}, "Slack", ""),
        ("webhook", {"address": HOOK}, "Webhook", "hooks.acme.example"),
        ("mail", MAIL, "Email", "•••@acme.example, via smtp.acme.example"),
        ("other", {"address": f"discord://4174216298/{OTHER_TOKEN}"}, "Discord", ""),
    ],
)
def test_the_new_address_may_be_of_any_service(
    as_alice: FlaskClient, slack: AlertDestination, kind: str, form: dict[str, str], service: str, hint: str
) -> None:
    answer = as_alice.post(f"/alerts/{slack.id}/address/{kind}", data=form)
    assert (answer.status_code, answer.location) == (303, f"/alerts/{slack.id}")
    after = AlertDestination.get()
    assert (after.name, after.service, after.hint) == ("On call", service, hint)
    assert TOKEN not in after.address.reveal()
    page = as_alice.get(f"/alerts/{slack.id}").text
    assert "Replaced the address of On call. Send a test alert to see that it arrives." in page
    assert f"{service} · {hint}" in page or not hint


def test_no_page_shows_an_address_before_or_after(as_alice: FlaskClient, slack: AlertDestination) -> None:
    form = f"/alerts/{slack.id}/address/slack"
    pages = ("/alerts", f"/alerts/{slack.id}", form, f"/alerts/{slack.id}/address/mail", "/activity", "/activity.csv")
    shown = "".join(as_alice.get(page).text for page in pages)
    shown += as_alice.post(form, data={"address": OTHER_SLACK}).text
    shown += "".join(as_alice.get(page).text for page in pages)
    assert OTHER_TOKEN in AlertDestination.get().address.reveal()
    assert TOKEN not in shown
    assert OTHER_TOKEN not in shown
    assert "hooks.slack.com/services" not in shown
    assert "Address of On call replaced" in shown


@pytest.mark.parametrize(("kind", "address", "problem"), REFUSED)
def test_an_address_that_cannot_be_used_is_explained_at_its_field_and_changes_nothing(
    as_alice: FlaskClient, slack: AlertDestination, kind: str, address: str, problem: str
) -> None:
    answer = as_alice.post(f"/alerts/{slack.id}/address/{kind}", data={"address": address})
    assert answer.status_code == 422
    assert problem in answer.text.partition('id="address-error"')[2]
    assert TOKEN not in answer.text
    assert AlertDestination.get().address.reveal() == SLACK
    assert replacements() == 0


def test_a_password_is_not_shown_again_with_the_problem(as_alice: FlaskClient, slack: AlertDestination) -> None:
    answer = as_alice.post(f"/alerts/{slack.id}/address/mail", data={**MAIL, "port": "0"})
    assert answer.status_code == 422
    assert "Enter a port from 1 to 65535." in answer.text
    assert MAIL["password"] not in answer.text


def test_support_sees_a_form_that_it_cannot_use(as_sam: FlaskClient, slack: AlertDestination) -> None:
    assert "Replace address" not in as_sam.get(f"/alerts/{slack.id}").text
    page = as_sam.get(f"/alerts/{slack.id}/address/slack").text
    assert "Only an admin of your account can replace the address." in page
    assert '<button class="btn btn-primary"' not in page


@pytest.mark.parametrize("kind", ["mail", "teams", "slack", "webhook", "other"])
def test_support_and_other_accounts_replace_nothing(
    as_sam: FlaskClient, as_mallory: FlaskClient, slack: AlertDestination, kind: str
) -> None:
    form = f"/alerts/{slack.id}/address/{kind}"
    assert as_sam.post(form, data={"address": OTHER_SLACK}).status_code == 403
    for answer in (as_mallory.get(form), as_mallory.post(form, data={"address": OTHER_SLACK})):
        assert answer.status_code == 404
        assert "On call" not in answer.text
    assert AlertDestination.get().address.reveal() == SLACK


def test_a_destination_that_a_colleague_has_deleted_is_explained(
    as_alice: FlaskClient, slack: AlertDestination
) -> None:
    assert as_alice.get(f"/alerts/{slack.id}/address/slack").status_code == 200
    destinations.delete(slack, None)
    answer = as_alice.post(f"/alerts/{slack.id}/address/slack", data={"address": OTHER_SLACK})
    assert answer.status_code == 404
    assert "It may have been deleted." in answer.text
    assert OTHER_TOKEN not in answer.text


def test_one_that_is_deleted_at_the_same_moment_is_explained(
    as_alice: FlaskClient, slack: AlertDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destinations, "get", lambda *_: slack)
    destinations.delete(slack, None)
    answer = as_alice.post(f"/alerts/{slack.id}/address/slack", data={"address": OTHER_SLACK})
    assert answer.status_code == 409
    assert "This destination was deleted in the meantime, so nothing was saved." in answer.text
    assert OTHER_TOKEN not in answer.text
    assert replacements() == 0


def test_a_kind_that_does_not_exist_is_no_page(as_alice: FlaskClient, slack: AlertDestination) -> None:
    assert as_alice.get(f"/alerts/{slack.id}/address/carrier-pigeon").status_code == 404


def test_the_problem_of_the_old_address_is_gone(as_alice: FlaskClient, slack: AlertDestination) -> None:
    message(slack)
    sending = delivery._take(slack.id)
    assert sending is not None
    attempts.settle(sending, "Slack doesn't know this address.")
    assert "Last attempt failed" in as_alice.get("/alerts").text
    as_alice.post(f"/alerts/{slack.id}/address/slack", data={"address": OTHER_SLACK})
    assert "Not used yet" in as_alice.get("/alerts").text
