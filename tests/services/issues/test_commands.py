"""What people do with an issue, and what they can't do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.models.sync import RunState
from portal.services.connecting import integrations
from portal.services.issues import commands, inbox
from portal.services.issues.inbox import Shown
from tests.services.issues.conftest import DAY, HOUR, Day, failed, ran, review, the_issue


@pytest.fixture
def issue(halo: Integration) -> Issue:
    ran(halo, RunState.INCOMPLETE, clients={}, assets=failed())
    review(halo)
    return the_issue()


def listed(issue: Issue) -> list[Shown]:
    account = issue.integration.account
    return [shown for shown in Shown if inbox.page(account, shown).rows]


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]


def test_a_snoozed_issue_is_hidden_until_its_time(issue: Issue, day: Day, alice: User) -> None:
    commands.snooze(issue, day.now + HOUR, alice)
    assert listed(issue) == [Shown.SNOOZED]
    assert inbox.open_issues(issue.integration.account).number == 0
    day.later(HOUR)
    assert listed(issue) == [Shown.OPEN]


def test_a_dismissed_issue_shows_who_and_why(issue: Issue, day: Day, alice: User) -> None:
    commands.dismiss(issue, "  Known to us. ", alice)
    assert listed(issue) == [Shown.DISMISSED]
    found = the_issue()
    assert (found.dismissed_by, found.dismiss_reason, found.dismissed_at) == (alice, "Known to us.", day.now)
    day.later(30 * DAY)
    assert listed(issue) == [Shown.DISMISSED]


def test_the_last_choice_counts(issue: Issue, day: Day, alice: User) -> None:
    commands.snooze(issue, day.now + HOUR, alice)
    commands.dismiss(issue, "Known.", alice)
    assert listed(issue) == [Shown.DISMISSED]
    commands.snooze(issue, day.now + HOUR, alice)
    assert listed(issue) == [Shown.SNOOZED]
    commands.reopen(issue, alice)
    assert listed(issue) == [Shown.OPEN]
    assert the_issue().dismiss_reason == ""


def test_whatever_people_do_is_recorded(issue: Issue, day: Day, alice: User) -> None:
    commands.snooze(issue, day.now + HOUR, alice)
    commands.dismiss(issue, "Known.", alice)
    commands.reopen(issue, alice)
    commands.note_retry(issue, "Sync of assets", alice)
    assert actions() == ["issue.snoozed", "issue.dismissed", "issue.reopened", "issue.retried"]
    kinds = [(event.kind, event.user) for event in inbox.timeline(issue)]
    assert kinds[0] == ("retried", alice)
    assert kinds[-1] == ("opened", None)


@pytest.mark.parametrize("after", [timedelta(0), -HOUR, 32 * DAY])
def test_an_issue_is_not_snoozed_for_ever(issue: Issue, day: Day, after: timedelta) -> None:
    with pytest.raises(Invalid):
        commands.snooze(issue, day.now + after, None)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_dismissal_needs_a_reason(issue: Issue, reason: str) -> None:
    with pytest.raises(Invalid):
        commands.dismiss(issue, reason, None)
    assert actions() == []


CLOSED: dict[str, Callable[[Issue, Day], None]] = {
    "snooze": lambda issue, day: commands.snooze(issue, day.now + HOUR, None),
    "dismiss": lambda issue, _: commands.dismiss(issue, "Known.", None),
    "reopen": lambda issue, _: commands.reopen(issue, None),
    "retry": lambda issue, _: commands.note_retry(issue, "Sync", None),
}


@pytest.mark.parametrize("verb", CLOSED)
def test_nothing_can_be_done_about_a_closed_issue(issue: Issue, halo: Integration, day: Day, verb: str) -> None:
    ran(halo, clients={}, assets={})
    review(halo)
    with pytest.raises(Conflict):
        CLOSED[verb](issue, day)
    assert actions() == []


def test_an_issue_of_others_does_not_exist(issue: Issue, mallory: User) -> None:
    assert commands.get(issue.integration.account, issue.id) == issue
    with pytest.raises(NotFound):
        commands.get(mallory.account, issue.id)


def test_disconnecting_closes_all_issues(issue: Issue, halo: Integration, alice: User) -> None:
    integrations.disconnect(halo, alice)
    assert listed(issue) == [Shown.CLOSED]


def test_the_worst_and_oldest_come_first(issue: Issue, halo: Integration, day: Day) -> None:
    day.later(HOUR)
    for severity in ("warning", "critical", "error"):
        Issue.create(integration=halo, kind=severity, severity=severity, problem="No.")
    rows = inbox.page(halo.account, Shown.OPEN).rows
    assert [row.kind for row in rows] == ["critical", "sync_failed", "error", "warning"]


def test_closed_issues_are_paged_from_the_latest(halo: Integration, day: Day) -> None:
    for number in range(35):
        closed = day.now + timedelta(minutes=number)
        Issue.create(
            integration=halo, kind="x", subject=str(number), severity="error", problem="No.", closed_at=closed
        )
    first = inbox.page(halo.account, Shown.CLOSED)
    assert [first.rows[0].subject, first.rows[-1].subject] == ["34", "5"]
    second = inbox.page(halo.account, Shown.CLOSED, before=first.next)
    assert [row.subject for row in second.rows] == ["4", "3", "2", "1", "0"]
    assert inbox.page(halo.account, Shown.CLOSED, after=second.previous).rows[0].subject == "34"
