"""The Issues page: what is open, what people do about it, and who may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.db import db
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.models.sync import RunState, SyncRun, SyncStep
from portal.models.webhooks import Delivery, RefetchRequest
from portal.services.issues import commands
from tests.copies import copied, held
from tests.routes.conftest import make_run
from tests.telling import about, tell

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.using(lambda: NOON):
        yield


def issue_of(integration: Integration, kind: str = "permission_lost", **columns: Any) -> Issue:
    values = {
        "subject": "assets",
        "severity": "error",
        "problem": "Halo doesn't let the agent read assets.",
        "remedy": "Grant the permission.",
        "opened_at": NOON - 3 * HOUR,
        "last_seen_at": NOON - HOUR,
        "affected": 5,
        "details": {"record_types": ["assets"], "run": 1, "kind": "full"},
    }
    issue: Issue = Issue.create(integration=integration, kind=kind, **values | columns)
    return issue


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def number_in(page: str) -> str:
    found = re.search(r'id="issue-count".*?</span></span>|id="issue-count"[^>]*></span>', page)
    assert found
    return words_of(found.group().partition(">")[2])


def test_nothing_needs_anybody_at_first(as_sam: FlaskClient, halo: Integration) -> None:
    page = as_sam.get("/issues").text
    assert "Nothing needs you" in page
    assert number_in(page) == ""


def test_an_issue_says_what_since_when_how_often_and_what_to_do(as_sam: FlaskClient, halo: Integration) -> None:
    issue_of(halo, times=4)
    page = as_sam.get("/issues").text
    shown = words_of(page)
    for words in (
        *("Permission lost Error", "Halo doesn't let the agent read assets.", "Grant the permission."),
        *("Began 3 h ago", "4 times, last 1 h ago", "5 assets affected"),
    ):
        assert words in shown
    assert 'href="/integrations/halo/records/assets">5 assets</a>' in page
    assert 'href="/integrations/halo/logs/runs/1">Sync log</a>' in page


def test_the_number_of_open_issues_is_on_every_page(as_sam: FlaskClient, halo: Integration) -> None:
    issue_of(halo)
    issue_of(halo, subject="sites")
    issue_of(halo, subject="contacts", snoozed_until=NOON + HOUR)
    issue_of(halo, subject="products", dismissed_at=NOON)
    issue_of(halo, subject="clients", closed_at=NOON)
    for address in ("/issues", "/integrations", "/activity", "/integrations/halo/sync", "/integrations/halo/logs"):
        assert number_in(as_sam.get(address).text) == "2: 2 open"


def test_the_number_costs_one_query(as_sam: FlaskClient, halo: Integration) -> None:
    issue_of(halo)
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    try:
        as_sam.get("/integrations/halo/sync")
    finally:
        db.connection().set_trace_callback(None)
    (query,) = [each for each in statements if '"issue"' in each]
    plan = " ".join(row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {query}").fetchall())
    assert "SCAN" not in plan.replace("SCAN CONSTANT ROW", "")


def test_a_poll_of_the_number_answers_only_if_it_has_changed(as_sam: FlaskClient, halo: Integration) -> None:
    issue_of(halo)
    assert as_sam.get("/issues/count?shown=1", headers=POLL).status_code == 204
    assert number_in(as_sam.get("/issues/count?shown=0", headers=POLL).text) == "1: 1 open"


def test_a_poll_of_the_list_answers_only_if_it_has_changed(as_alice: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo)
    (address,) = re.findall(r'id="issues" data-refresh="([^"]+)"', as_alice.get("/issues").text)
    assert as_alice.get(address, headers=POLL).status_code == 204
    commands.snooze(issue, NOON + HOUR, None)
    assert "Nothing needs you" in as_alice.get(address, headers=POLL).text


def test_a_poll_of_an_issue_answers_only_if_it_has_changed(as_alice: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo)
    page = as_alice.get(f"/issues/{issue.id}").text
    (address,) = re.findall(r'id="issue" data-refresh="([^"]+)"', page)
    assert as_alice.get(address, headers=POLL).status_code == 204
    commands.dismiss(issue, "Known.", None)
    assert "The operator dismissed it: Known." in words_of(as_alice.get(address, headers=POLL).text)


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        ({"snoozed_until": NOON + HOUR}, "snoozed", "Snoozed until 13:00."),
        ({"dismissed_at": NOON - HOUR, "dismiss_reason": "Known."}, "dismissed", "Dismissed 1 h ago: Known."),
        ({"closed_at": NOON - HOUR}, "closed", "Closed 1 h ago after 2 h"),
    ],
)
def test_hidden_and_closed_issues_have_lists_of_their_own(
    as_sam: FlaskClient, halo: Integration, columns: dict[str, Any], state: str, words: str
) -> None:
    issue_of(halo, **columns)
    assert "Nothing needs you" in as_sam.get("/issues").text
    assert words in words_of(as_sam.get(f"/issues?state={state}").text)
    assert "Nothing needs you" in as_sam.get("/issues?state=nonsense").text


def test_an_admin_snoozes_an_issue_and_brings_it_back(as_alice: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo)
    answer = as_alice.post(f"/issues/{issue.id}/snooze", data={"for": "day"})
    assert (answer.status_code, answer.location) == (303, "/issues")
    assert Issue.get().snoozed_until == NOON + timedelta(days=1)
    as_alice.post(f"/issues/{issue.id}/reopen")
    assert Issue.get().snoozed_until is None


def test_an_admin_dismisses_an_issue_with_a_reason(as_alice: FlaskClient, alice: User, halo: Integration) -> None:
    issue = issue_of(halo)
    assert as_alice.post(f"/issues/{issue.id}/dismiss", data={"reason": "<b>Known</b>"}).status_code == 303
    page = as_alice.get(f"/issues/{issue.id}").text
    assert "Alice dismissed it: &lt;b&gt;Known&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("verb", "form"), [("snooze", {}), ("snooze", {"for": "ever"}), ("dismiss", {}), ("dismiss", {"reason": " "})]
)
def test_what_is_filled_in_wrongly_changes_nothing(
    as_alice: FlaskClient, halo: Integration, verb: str, form: dict[str, str]
) -> None:
    issue = issue_of(halo)
    assert as_alice.post(f"/issues/{issue.id}/{verb}", data=form).status_code == 422
    assert (Issue.get().snoozed_until, Issue.get().dismissed_at) == (None, None)


@pytest.mark.parametrize("verb", ["snooze", "dismiss", "reopen", "retry"])
def test_nothing_can_be_done_about_a_closed_issue(as_alice: FlaskClient, halo: Integration, verb: str) -> None:
    issue = issue_of(halo, closed_at=NOON)
    assert as_alice.post(f"/issues/{issue.id}/{verb}", data={"for": "day", "reason": "Known."}).status_code == 409
    assert "<form" not in as_alice.get(f"/issues/{issue.id}").text.partition('id="main"')[2]


def test_support_reads_and_has_no_buttons(as_sam: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo)
    for address in ("/issues", f"/issues/{issue.id}"):
        page = as_sam.get(address).text.partition('id="main"')[2]
        assert "Halo doesn't let the agent read assets." in page.replace("&#39;", "'")
        assert "<form" not in page


@pytest.mark.parametrize("verb", ["", "/snooze", "/dismiss", "/reopen", "/retry"])
def test_an_issue_of_others_does_not_exist(as_mallory: FlaskClient, halo: Integration, verb: str) -> None:
    issue = issue_of(halo)
    answer = as_mallory.open(f"/issues/{issue.id}{verb}", method="POST" if verb else "GET", data={"for": "day"})
    assert answer.status_code == 404
    assert "Nothing needs you" in as_mallory.get("/issues").text
    assert number_in(as_mallory.get("/issues").text) == ""


RETRIES: dict[str, tuple[dict[str, Any], tuple[str, list[str]]]] = {
    "credentials_refused": ({"details": None, "subject": ""}, ("incremental", ["clients", "sites", "assets"])),
    "permission_lost": ({}, ("full", ["assets"])),
    "sync_failed": ({"details": {"record_types": ["assets"], "kind": "incremental"}}, ("incremental", ["assets"])),
    "sync_incomplete": ({"details": {"record_types": ["assets"], "kind": "incremental"}}, ("full", ["assets"])),
    "records_failed": (
        {"details": {"record_types": ["assets"], "ids": [7, 8], "run": 1}, "affected": 2},
        ("record", ["assets"]),
    ),
    "behind_schedule": ({"details": {"record_types": ["sites", "assets"]}}, ("incremental", ["sites", "assets"])),
}


@pytest.mark.parametrize("kind", RETRIES)
def test_a_retry_starts_the_sync_that_may_mend_it(as_alice: FlaskClient, halo: Integration, kind: str) -> None:
    Integration.update(record_types=["clients", "sites", "assets"]).execute()
    columns, (run_kind, types) = RETRIES[kind]
    issue = issue_of(halo, kind, **columns)
    assert as_alice.post(f"/issues/{issue.id}/retry").status_code == 303
    run = SyncRun.get()
    assert (run.kind, run.trigger) == (run_kind, "user")
    assert [step.record_type for step in SyncStep.select().order_by(SyncStep.position)] == types
    assert {entry.action for entry in AuditEntry.select()} >= {"issue.retried", "sync.started"}


def test_many_failed_records_are_retried_with_their_whole_type(as_alice: FlaskClient, halo: Integration) -> None:
    details = {"record_types": ["assets"], "ids": [7, 8], "run": 1}
    issue = issue_of(halo, "records_failed", details=details, affected=4_000)
    as_alice.post(f"/issues/{issue.id}/retry")
    assert (SyncRun.get().kind, SyncStep.get().remote_ids) == ("full", None)


def test_failed_deliveries_are_replayed(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7))
    RefetchRequest.update(state="stuck").execute()
    Delivery.update(state="stuck").execute()
    issue = issue_of(halo, "deliveries_stuck", subject="", details={"records": [["assets", 7]]})
    as_alice.post(f"/issues/{issue.id}/retry")
    assert [each.state for each in RefetchRequest.select()] == ["waiting"]
    assert "Replaying 1 delivery." in as_alice.get("/issues").text


def test_a_running_sync_is_named_instead_of_a_second_one(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    issue = issue_of(halo)
    answer = as_alice.post(f"/issues/{issue.id}/retry", follow_redirects=True)
    assert "is already running" in answer.text
    assert SyncRun.select().count() == 1


@pytest.mark.parametrize("kind", ["held_delete", "webhook_silent", "budget_used_up"])
def test_what_cannot_be_retried_is_refused(as_alice: FlaskClient, halo: Integration, kind: str) -> None:
    details = {"record_types": ["assets"], "hold": 1}
    assert as_alice.post(f"/issues/{issue_of(halo, kind, details=details).id}/retry").status_code == 409


def test_held_records_lead_to_the_decision(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, range(1, 41))
    hold = held(halo, range(1, 31))
    issue_of(halo, "held_delete", details={"record_types": ["assets"], "hold": hold.id})
    page = as_alice.get("/issues").text
    assert f'href="/integrations/halo/held/{hold.id}">Decide</a>' in page


def test_the_buttons_lead_back_to_where_they_were(as_alice: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo)
    came_from = f"http://localhost/issues/{issue.id}"
    answer = as_alice.post(f"/issues/{issue.id}/snooze", data={"for": "day"}, headers={"Referer": came_from})
    assert answer.location == f"/issues/{issue.id}"
    elsewhere = {"Referer": "http://localhost/activity"}
    assert as_alice.post(f"/issues/{issue.id}/reopen", headers=elsewhere).location == "/issues"


def test_an_issue_of_a_disconnected_integration_leads_nowhere(as_sam: FlaskClient, halo: Integration) -> None:
    issue = issue_of(halo, closed_at=NOON)
    Integration.update(state="disconnected", disconnected_at=NOON).execute()
    for address in ("/issues?state=closed", f"/issues/{issue.id}"):
        page = as_sam.get(address).text
        assert "5 assets" in page
        assert "/integrations/halo/" not in page


def test_the_dashboard_points_to_open_issues(as_sam: FlaskClient, halo: Integration) -> None:
    assert "attention</a>" not in as_sam.get("/integrations/halo/logs").text
    issue_of(halo)
    for tab in ("sync", "filters", "logs", "configuration"):
        assert ">1 issue needs attention</a>" in as_sam.get(f"/integrations/halo/{tab}").text


def test_the_dashboard_says_once_that_credentials_are_refused(as_sam: FlaskClient, halo: Integration) -> None:
    Integration.update(state="needs_attention", problem="Halo refuses the secret.").execute()
    issue_of(halo, "credentials_refused", subject="", details=None, affected=None)
    assert "attention</a>" not in as_sam.get("/integrations/halo/logs").text
    issue_of(halo)
    assert ">1 other issue needs attention</a>" in as_sam.get("/integrations/halo/logs").text
