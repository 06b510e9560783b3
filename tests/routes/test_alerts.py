"""The Alerts pages: adding destinations, testing them, the log; and that no page shows an address."""

from __future__ import annotations

import pytest
import responses
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account, User
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment
from portal.models.audit import AuditEntry
from portal.models.issues import Severity
from portal.services.alerts import delivery, destinations
from portal.services.alerts.destinations import Wishes
from portal.vault import Secret

TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"
SLACK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}"
WISHES = {"name": "On call", "severity": "error"}
MAIL = {
    **WISHES,
    "address": "smtp.acme.example",
    "port": "587",
    "security": "starttls",
    "user": "portal@acme.example",
    "password": "p@ss/w:rd",
    "sender": "portal@acme.example",
    "recipients": "Ops@acme.example, boss@acme.example",
}


@pytest.fixture
def slack(northwind: Account, alice: User) -> AlertDestination:
    return destinations.add(northwind, alice, Wishes("On call", Severity.ERROR, has_reminders=False), Secret(SLACK))


def message(destination: AlertDestination, **columns: object) -> AlertMessage:
    made: AlertMessage = AlertMessage.create(
        account=destination.account_id,
        destination=destination,
        moment=AlertMoment.BEGUN,
        title="Error: The agent can't see assets.",
        body="",
        **columns,
    )
    return made


def test_an_empty_page_says_what_alerts_are_for(as_alice: FlaskClient) -> None:
    page = as_alice.get("/alerts").text
    assert "No destinations yet" in page
    assert 'href="/alerts/add"' in page


def test_support_is_told_who_can_add_one(as_sam: FlaskClient) -> None:
    page = as_sam.get("/alerts").text
    assert "An admin of your account can add" in page
    assert 'href="/alerts/add"' not in page


def test_a_webhook_url_from_slack_makes_a_destination(as_alice: FlaskClient) -> None:
    answer = as_alice.post("/alerts/add/slack", data={**WISHES, "address": f" {SLACK} ", "has_reminders": "y"})
    destination = AlertDestination.get()
    assert (answer.status_code, answer.location) == (303, f"/alerts/{destination.id}")
    assert (destination.name, destination.service, destination.severity) == ("On call", "Slack", "error")
    assert destination.has_reminders
    assert destination.address.reveal() == SLACK


def test_a_mail_server_makes_a_destination(as_alice: FlaskClient) -> None:
    assert as_alice.post("/alerts/add/mail", data=MAIL).status_code == 303
    destination = AlertDestination.get()
    assert (destination.service, destination.hint) == ("Email", "•••@acme.example, via smtp.acme.example")


def test_a_teams_workflow_and_a_webhook_make_destinations(as_alice: FlaskClient) -> None:
    flow = "https://prod-12.westeurope.logic.azure.com:443/workflows/643e69f83c89/triggers/manual/paths/invoke"
    teams = f"{flow}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
    assert as_alice.post("/alerts/add/teams", data={**WISHES, "address": teams}).status_code == 303
    hook = "https://hooks.acme.example/a?token=x%20y"
    assert as_alice.post("/alerts/add/webhook", data={**WISHES, "address": hook}).status_code == 303
    made = [(one.service, one.hint) for one in AlertDestination.select().order_by(AlertDestination.id)]
    assert made == [("Microsoft Teams", "prod-12.westeurope.logic.azure.com"), ("Webhook", "hooks.acme.example")]


REFUSED = [
    ("slack", "", "Paste the address."),
    ("slack", "https://hooks.slack.com/services/", "isn&#39;t the address of a supported service"),
    ("teams", SLACK, "isn&#39;t the address of a supported service"),
    ("webhook", "http://hooks.acme.example/", "Enter a web address that starts with https://."),
    ("webhook", "https://", "Enter a web address that starts with https://."),
    ("webhook", "https://127.0.0.1/hook", "127.0.0.1 is a private address."),
    ("webhook", "https://169.254.169.254/", "169.254.169.254 is a private address."),
    ("other", "json://hooks.acme.example/", "json:// isn&#39;t encrypted."),
    ("other", "file:///etc/passwd", "isn&#39;t the address of a supported service"),
    ("other", f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}?template=/etc/passwd", "Templates and key files"),
    ("other", "jsons://hooks.acme.example/?verify=no", "Certificates are always checked."),
    ("other", "jsons://" + "x" * 3000, "This is too long."),
]


@pytest.mark.parametrize(("kind", "address", "problem"), REFUSED)
def test_an_address_that_cannot_be_used_is_explained_at_its_field(
    as_alice: FlaskClient, kind: str, address: str, problem: str
) -> None:
    answer = as_alice.post(f"/alerts/add/{kind}", data={**WISHES, "address": address})
    assert answer.status_code == 422
    assert problem in answer.text.partition('id="address-error"')[2]
    assert TOKEN not in answer.text
    assert not AlertDestination.select().exists()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("address", "smtp.acme.example/x?y=z", "Enter a name like smtp.example.com."),
        ("address", "user@smtp.acme.example", "Enter a name like smtp.example.com."),
        ("address", "10.0.0.5", "10.0.0.5 is a private address."),
        ("port", "0", "Enter a port from 1 to 65535."),
        ("sender", "nobody", "nobody isn&#39;t a valid email address."),
        ("recipients", "a@acme.example, b@", "b@ isn&#39;t a valid email address."),
        ("recipients", " , ", "Enter up to 10 email addresses."),
        ("name", "", "Give it a name"),
        ("severity", "nonsense", "Not a valid choice"),
    ],
)
def test_mail_that_cannot_be_sent_is_explained_at_its_field(
    as_alice: FlaskClient, field: str, value: str, problem: str
) -> None:
    answer = as_alice.post("/alerts/add/mail", data={**MAIL, field: value})
    assert answer.status_code == 422
    assert problem in answer.text.partition(f'id="{field}-error"')[2]
    assert MAIL["password"] not in answer.text


def test_no_page_shows_the_address(as_alice: FlaskClient, slack: AlertDestination) -> None:
    for page in ("/alerts", f"/alerts/{slack.id}", f"/alerts/{slack.id}/delete", "/activity"):
        answer = as_alice.get(page)
        assert answer.status_code == 200
        assert TOKEN not in answer.text
        assert "hooks.slack.com/services" not in answer.text


def test_a_test_alert_is_queued_and_its_result_appears(as_alice: FlaskClient, slack: AlertDestination) -> None:
    assert as_alice.post(f"/alerts/{slack.id}/test").status_code == 303
    assert 'hx-trigger="every 2s"' in as_alice.get(f"/alerts/{slack.id}").text
    with responses.RequestsMock() as server:
        server.post(SLACK, status=404, body=b"no_service")
        delivery.work(slack.id)
    page = as_alice.get(f"/alerts/{slack.id}").text
    assert "Slack doesn&#39;t know this address." in page
    assert 'hx-trigger="every 2s"' not in page
    assert "no_service" not in page
    assert "Last attempt failed" in as_alice.get("/alerts").text


def test_changes_pauses_and_deletes_are_in_the_activity_without_the_address(
    as_alice: FlaskClient, slack: AlertDestination
) -> None:
    url = f"/alerts/{slack.id}"
    as_alice.post(url, data={"name": "Managers", "severity": "critical", "has_reminders": "y"})
    as_alice.post(url, data={"name": "Managers", "severity": "critical", "has_reminders": "y"})
    for verb in ("pause", "pause", "resume", "test", "delete"):
        assert as_alice.post(f"{url}/{verb}").status_code == 303
    entries = AuditEntry.select().where(AuditEntry.action.startswith("alerts.")).order_by(AuditEntry.id)
    assert [(one.action, one.detail) for one in entries] == [
        ("alerts.added", "On call, Critical and errors (Slack)"),
        ("alerts.changed", "On call, Critical and errors → Managers, Critical only, daily reminders"),
        ("alerts.paused", "Managers"),
        ("alerts.resumed", "Managers"),
        ("alerts.tested", "Managers"),
        ("alerts.deleted", "Managers (Slack)"),
    ]
    assert not AlertMessage.select().exists()


def test_an_empty_name_is_refused_on_the_page_of_the_destination(
    as_alice: FlaskClient, slack: AlertDestination
) -> None:
    answer = as_alice.post(f"/alerts/{slack.id}", data={"name": " ", "severity": "error"})
    assert answer.status_code == 422
    assert "Give it a name" in answer.text


@pytest.mark.parametrize("verb", ["", "/test", "/pause", "/resume", "/delete"])
def test_support_and_other_accounts_change_nothing(
    as_sam: FlaskClient, as_mallory: FlaskClient, slack: AlertDestination, verb: str
) -> None:
    assert as_sam.post(f"/alerts/{slack.id}{verb}", data=WISHES).status_code == 403
    assert as_mallory.post(f"/alerts/{slack.id}{verb}", data=WISHES).status_code == 404
    assert AlertDestination.get().paused_at is None
    assert not AlertMessage.select().exists()


def test_support_reads_the_destination_and_its_log(as_sam: FlaskClient, slack: AlertDestination) -> None:
    message(slack)
    page = as_sam.get(f"/alerts/{slack.id}").text
    assert "The agent can&#39;t see assets." in page
    assert "Send test alert" not in page


def test_other_accounts_see_neither_destination_nor_messages(
    as_mallory: FlaskClient, slack: AlertDestination
) -> None:
    message(slack)
    assert as_mallory.get(f"/alerts/{slack.id}").status_code == 404
    page = as_mallory.get("/alerts").text
    assert "On call" not in page
    assert "assets" not in page


def test_the_log_goes_back_page_by_page(as_alice: FlaskClient, slack: AlertDestination) -> None:
    for number in range(60):
        message(slack, occasion=number, state="sent", sent_at=clock.now())
    first = as_alice.get("/alerts").text
    assert first.count('id="message-') == 50
    oldest = [one.id for one in AlertMessage.select().order_by(AlertMessage.id)][10]
    assert f'/alerts?before={oldest}"' in first
    assert as_alice.get(f"/alerts?before={oldest}").text.count('id="message-') == 10


def test_a_poll_of_what_is_unchanged_gets_nothing(as_alice: FlaskClient, slack: AlertDestination) -> None:
    message(slack, state="sent", sent_at=clock.now())
    page = as_alice.get("/alerts").text
    address = page.partition('data-refresh="')[2].partition('"')[0]
    poll = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert as_alice.get(address, headers=poll).status_code == 204


def test_there_is_an_end_to_how_many_destinations_an_account_has(
    as_alice: FlaskClient, northwind: Account, slack: AlertDestination
) -> None:
    for _ in range(destinations.MOST - 1):
        destinations.add(northwind, None, Wishes("More", Severity.ERROR, has_reminders=False), Secret(SLACK))
    answer = as_alice.post("/alerts/add/slack", data={**WISHES, "address": SLACK})
    assert answer.status_code == 409
    assert AlertDestination.select().count() == destinations.MOST
