"""An account with one integration, a destination that is a webhook, and a clock that tests move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import responses

from portal import clock
from portal.models.accounts import Account
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.integrations import Integration, IntegrationState
from portal.models.issues import Issue, IssueKind, Severity
from portal.services.alerts import attempts, delivery, destinations, flood, outbox, waiting
from portal.services.alerts.destinations import Wishes
from portal.vault import Secret

TOKEN = "s3cr3t-t0ken"
HOOK = f"https://hooks.acme.example/{TOKEN}"
ADDRESS = Secret(f"jsons://hooks.acme.example/{TOKEN}")


class MovingClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 27, 9, tzinfo=UTC)

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def time() -> Iterator[MovingClock]:
    moving = MovingClock()
    with clock.using(lambda: moving.at):
        yield moving


@pytest.fixture
def hook() -> Iterator[responses.RequestsMock]:
    """Stand in for the webhook's server. It answers as a test asks it to."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        yield server


@pytest.fixture
def integration(northwind: Account) -> Integration:
    made: Integration = Integration.create(account=northwind, psa="halo", state=IntegrationState.ACTIVE)
    return made


@pytest.fixture
def destination(northwind: Account, time: MovingClock) -> AlertDestination:
    return add_destination(northwind)


@pytest.fixture
def queued(destination: AlertDestination, integration: Integration, time: MovingClock) -> AlertMessage:
    """Queue the message about an issue that has begun."""
    open_issue(integration)
    time.forward(minutes=2)
    outbox.notice()
    message: AlertMessage = AlertMessage.get()
    return message


def fresh(message: AlertMessage) -> AlertMessage:
    found: AlertMessage = AlertMessage.get_by_id(message.id)
    return found


def add_destination(
    account: Account, severity: Severity = Severity.WARNING, *, has_reminders: bool = False
) -> AlertDestination:
    return destinations.add(account, None, Wishes("On call", severity, has_reminders), ADDRESS)


def open_issue(integration: Integration, severity: Severity = Severity.ERROR, subject: str = "assets") -> Issue:
    issue: Issue = Issue.create(
        integration=integration,
        kind=IssueKind.PERMISSION_LOST,
        subject=subject,
        severity=severity,
        problem=f"The agent can't see {subject}.",
        remedy="Give the agent the permission again.",
        affected=42,
    )
    return issue


def close(issue: Issue | None) -> None:
    assert issue is not None
    Issue.update(closed_at=clock.now()).where(Issue.id == issue.id).execute()


def arrived(hook: responses.RequestsMock) -> list[dict[str, str]]:
    """Return what the webhook has received, oldest first."""
    return [json.loads(cast(bytes, call.request.body)) for call in hook.calls]


def tick() -> None:
    """Do what the scheduler and a worker do."""
    attempts.settle_lost()
    outbox.notice()
    flood.fold()
    for destination_id in waiting.due():
        delivery.work(destination_id)


def messages() -> list[tuple[str, str]]:
    """Return moment and state of all messages, oldest first."""
    return [(one.moment, one.state) for one in AlertMessage.select().order_by(AlertMessage.id)]
