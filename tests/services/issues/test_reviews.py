"""Reviews: idempotent, safe beside each other, cheap; and what flaps is one issue."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portal.db import connected, db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.issues import Issue, IssueEvent, IssueKind
from portal.models.sync import RunState
from portal.services.issues import changes, commands, inbox, reviewing
from portal.services.issues.inbox import Shown
from portal.services.issues.reviewing import EVERY, Rounds
from portal.services.operations import retention
from tests.postgres import database
from tests.services.helpers import fresh
from tests.services.issues.conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Day,
    failed,
    open_issues,
    ran,
    refused,
    review,
    the_issue,
)

__all__ = ["database"]

WRITES = ("BEGIN", "SAVEPOINT", "INSERT", "UPDATE", "DELETE", "REPLACE")


def mend(halo: Integration) -> None:
    ran(halo, clients={}, assets={})
    review(halo)


def break_(halo: Integration) -> None:
    ran(halo, RunState.INCOMPLETE, clients={}, assets=failed())
    review(halo)


def events() -> list[str]:
    return [event.kind for event in IssueEvent.select().order_by(IssueEvent.id)]


def test_a_problem_that_soon_comes_back_is_the_same_issue(halo: Integration, day: Day) -> None:
    for _ in range(3):
        break_(halo)
        day.later(HOUR)
        mend(halo)
        day.later(HOUR)
    issue = the_issue()
    assert (issue.times, issue.opened_at, issue.closed_at) == (3, NOON, NOON + 5 * HOUR)
    assert events() == ["opened", "closed", "came_back", "closed", "came_back", "closed"]


def test_a_problem_that_comes_back_much_later_is_a_new_issue(halo: Integration, day: Day) -> None:
    break_(halo)
    mend(halo)
    day.later(changes.RETURNS_WITHIN + MINUTE)
    break_(halo)
    old, new = Issue.select().order_by(Issue.id)
    assert (old.closed_at, new.closed_at) == (NOON, None)


def test_what_somebody_dismissed_stays_dismissed_while_it_flaps(halo: Integration, day: Day) -> None:
    break_(halo)
    commands.dismiss(the_issue(), "Known.", None)
    mend(halo)
    day.later(HOUR)
    break_(halo)
    assert inbox.shown_of(the_issue()) is Shown.DISMISSED


def test_a_dismissed_problem_that_begins_anew_is_shown(halo: Integration, day: Day) -> None:
    break_(halo)
    commands.dismiss(the_issue(), "Known.", None)
    mend(halo)
    day.later(DAY)
    break_(halo)
    assert inbox.open_issues(halo.account).number == 1


def test_schedulers_that_review_at_the_same_time_open_one_issue(halo: Integration, day: Day) -> None:
    ran(halo, RunState.INCOMPLETE, clients={}, assets=failed())
    together = Barrier(4)

    def race(_: int) -> bool:
        with connected():
            integration = fresh(halo)
            together.wait(10)
            return reviewing.review(integration)

    with ThreadPoolExecutor(4) as threads:
        wrote = list(threads.map(race, range(4)))
    assert wrote.count(True) == 1
    assert (the_issue().times, events()) == (1, ["opened"])


def test_two_open_issues_about_the_same_thing_are_impossible(halo: Integration, day: Day) -> None:
    break_(halo)
    same = {"integration": halo, "kind": "sync_failed", "subject": "assets", "severity": "error", "problem": "No."}
    Issue.insert(**same).on_conflict_ignore().execute()
    assert Issue.select().count() == 1


def test_an_unchanged_review_writes_nothing(halo: Integration, day: Day) -> None:
    break_(halo)
    day.later(MINUTE)
    statements: list[str] = []
    connection = db.connection()
    if not hasattr(connection, "set_trace_callback"):
        pytest.skip("PostgreSQL has no trace; the code is the same")
    connection.set_trace_callback(statements.append)
    try:
        review(halo)
    finally:
        connection.set_trace_callback(None)
    assert [each for each in statements if each.upper().startswith(WRITES)] == []
    assert len(statements) < 30


def test_each_integration_has_its_turn(halo: Integration, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "MOST_AT_ONCE", 2)
    for number in range(4):
        other = Account.create(name=f"Other {number}")
        Integration.create(account=other, psa="halo", state="active", record_types=["clients"])
    Integration.create(account=halo.account, psa="connectwise", state="draft")
    rounds = Rounds()
    assert [rounds.review_due() for _ in range(4)] == [2, 2, 1, 0]
    day.later(EVERY)
    assert [rounds.review_due() for _ in range(4)] == [2, 2, 1, 0]


def test_a_review_that_fails_holds_up_no_other(halo: Integration, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(halo, RunState.INCOMPLETE, clients={}, assets=failed())
    odd = Integration.create(account=Account.create(name="Odd"), psa="halo", state="active", record_types=["odd"])
    Rounds().review_due()
    assert open_issues() == [("sync_failed", "assets")]
    assert odd.id


def test_issues_of_two_accounts_are_apart(halo: Integration, day: Day) -> None:
    theirs = Account.create(name="Other MSP")
    other = Integration.create(account=theirs, psa="halo", state="active", record_types=["clients", "assets"])
    ran(other, clients={}, assets={})
    break_(halo)
    ran(other, RunState.INCOMPLETE, clients={}, assets=refused())
    review(other)
    assert [issue.kind for issue in inbox.page(halo.account, Shown.OPEN).rows] == ["sync_failed"]
    assert [issue.kind for issue in inbox.page(theirs, Shown.OPEN).rows] == ["permission_lost"]
    assert inbox.open_issues(theirs).of(halo, besides=IssueKind.BUDGET_USED_UP) == 0


def test_closed_issues_are_kept_as_long_as_the_history(halo: Integration, day: Day) -> None:
    break_(halo)
    day.later(200 * DAY)
    retention.prune()
    assert Issue.select().count() == 1
    mend(halo)
    day.later(179 * DAY)
    assert retention.prune()["closed issues"] == 0
    day.later(2 * DAY)
    assert retention.prune()["closed issues"] == 1
    assert IssueEvent.select().count() == 0
