"""Alerts go out once when an issue begins and once when it is over, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import responses

from portal import clock
from portal.models.accounts import Account
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.integrations import Integration
from portal.models.issues import Issue, Severity
from portal.services.alerts import destinations, outbox
from tests.postgres import database
from tests.services.alerts.conftest import HOOK, MovingClock, add_destination, close, messages, open_issue, tick

__all__ = ["database"]

SENT = ("begun", "sent")


@pytest.fixture(autouse=True)
def willing_hook(hook: responses.RequestsMock) -> None:
    hook.post(HOOK, status=200)


def test_an_issue_is_announced_once_and_its_end_once(
    destination: AlertDestination, integration: Integration, time: MovingClock, hook: responses.RequestsMock
) -> None:
    issue = open_issue(integration)
    for _ in range(3):
        time.forward(minutes=2)
        tick()
    assert messages() == [SENT]
    close(issue)
    for _ in range(3):
        time.forward(minutes=2)
        tick()
    assert messages() == [SENT, ("over", "sent")]
    assert len(hook.calls) == 2


def test_the_message_says_what_where_since_when_and_what_to_do(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    open_issue(integration)
    time.forward(minutes=2)
    outbox.notice()
    message = AlertMessage.get()
    assert message.title == "Error: The agent can't see assets."
    assert message.body.splitlines() == [
        "Northwind IT · Halo PSA",
        "Since 27 Nov 2026, 09:00 UTC",
        "Records affected: 42",
        "What to do: Give the agent the permission again.",
    ]


def test_an_issue_that_passes_within_two_minutes_sends_nothing(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    for _ in range(3):
        issue = open_issue(integration)
        time.forward(seconds=90)
        tick()
        close(issue)
        tick()
    assert messages() == []


def test_an_issue_that_comes_back_at_once_goes_on_without_a_word(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    first = open_issue(integration)
    time.forward(minutes=2)
    tick()
    close(first)
    time.forward(seconds=60)
    second = open_issue(integration)
    for _ in range(4):
        time.forward(minutes=1)
        tick()
    assert messages() == [SENT]
    close(second)
    time.forward(minutes=2)
    tick()
    assert messages() == [SENT, ("over", "sent")]


@pytest.mark.parametrize(
    ("least", "announced"),
    [
        (Severity.CRITICAL, ["critical"]),
        (Severity.ERROR, ["critical", "error"]),
        (Severity.WARNING, ["critical", "error", "warning"]),
    ],
)
def test_a_destination_gets_what_is_severe_enough(
    northwind: Account, integration: Integration, time: MovingClock, least: Severity, announced: list[str]
) -> None:
    add_destination(northwind, least)
    for severity in Severity:
        open_issue(integration, severity, subject=severity)
    time.forward(minutes=2)
    outbox.notice()
    assert [one.title.split(":")[0].lower() for one in AlertMessage.select().order_by(AlertMessage.id)] == announced


def test_issues_from_before_the_destination_are_no_news(
    northwind: Account, integration: Integration, time: MovingClock
) -> None:
    issue = open_issue(integration)
    time.forward(minutes=5)
    add_destination(northwind)
    tick()
    close(issue)
    time.forward(minutes=5)
    tick()
    assert messages() == []


def test_issues_of_other_accounts_are_none_of_its_business(destination: AlertDestination, time: MovingClock) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    open_issue(other)
    time.forward(minutes=5)
    tick()
    assert messages() == []


@pytest.mark.parametrize("column", ["snoozed_until", "dismissed_at"])
def test_a_silenced_issue_sends_nothing_not_even_its_end(
    destination: AlertDestination, integration: Integration, time: MovingClock, column: str
) -> None:
    issue = open_issue(integration)
    Issue.update({column: clock.now() + timedelta(days=1)}).execute()
    time.forward(minutes=5)
    tick()
    close(issue)
    time.forward(minutes=5)
    tick()
    assert messages() == []


def test_an_issue_snoozed_before_its_message_went_out_is_announced_when_the_snooze_ends(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    open_issue(integration)
    time.forward(minutes=2)
    outbox.notice()
    Issue.update(snoozed_until=clock.now() + timedelta(hours=1)).execute()
    tick()
    assert messages() == []
    time.forward(hours=1)
    tick()
    assert messages() == [SENT]


def test_the_end_of_an_announced_issue_is_sent_although_it_was_snoozed(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    issue = open_issue(integration)
    time.forward(minutes=2)
    tick()
    Issue.update(snoozed_until=clock.now() + timedelta(days=1)).execute()
    close(issue)
    time.forward(minutes=2)
    tick()
    assert messages() == [SENT, ("over", "sent")]


def test_an_issue_that_ends_before_its_message_went_out_sends_neither(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    issue = open_issue(integration)
    time.forward(minutes=2)
    outbox.notice()
    close(issue)
    tick()
    time.forward(minutes=5)
    tick()
    assert messages() == [("begun", "dropped")]


def test_reminders_come_daily_where_they_are_wanted(
    northwind: Account, destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    eager = add_destination(northwind, has_reminders=True)
    issue = open_issue(integration)
    for _ in range(5):
        time.forward(hours=12)
        tick()
        tick()
    reminders = AlertMessage.select().where(AlertMessage.moment == "reminder").order_by(AlertMessage.id)
    assert [(one.destination_id, one.occasion) for one in reminders] == [(eager.id, 1), (eager.id, 2)]
    assert reminders[0].title == "Open for 1 day: The agent can't see assets."
    close(issue)
    time.forward(days=1)
    tick()
    assert reminders.count() == 2


def test_a_paused_destination_gets_what_is_still_open_when_it_resumes(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    destinations.pause(destination, None)
    passing = open_issue(integration, subject="sites")
    lasting = open_issue(integration, subject="assets")
    time.forward(minutes=5)
    close(passing)
    tick()
    assert messages() == []
    destinations.resume(AlertDestination.get(), None)
    tick()
    assert [(one.issue_id, one.state) for one in AlertMessage.select()] == [(lasting.id, "sent")]


def test_an_end_during_a_long_pause_is_no_news(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    issue = open_issue(integration)
    time.forward(minutes=2)
    tick()
    destinations.pause(destination, None)
    close(issue)
    time.forward(days=2)
    destinations.resume(AlertDestination.get(), None)
    tick()
    assert messages() == [SENT]
    assert not AlertMessage.get().is_followed


def test_an_issue_whose_row_is_gone_is_followed_no_longer(
    destination: AlertDestination, integration: Integration, time: MovingClock
) -> None:
    open_issue(integration)
    time.forward(minutes=2)
    tick()
    integration.delete_instance()
    tick()
    assert messages() == [SENT]
    assert not AlertMessage.get().is_followed


def test_two_schedulers_queue_a_message_once(
    destination: AlertDestination, integration: Integration, time: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_issue(integration)
    time.forward(minutes=2)
    found = outbox._begun()
    monkeypatch.setattr(outbox, "_begun", lambda: found)
    outbox.notice()
    outbox.notice()
    assert messages() == [("begun", "queued")]
