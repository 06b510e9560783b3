"""Sending: retries that survive restarts, one sender at a time, and a limit to what a destination gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
import responses

from portal import clock
from portal.errors import Conflict
from portal.models.accounts import Account
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.integrations import Integration
from portal.models.issues import Severity
from portal.services.alerts import delivery, destinations, waiting
from tests.services.alerts.conftest import HOOK, MovingClock, arrived, close, fresh, messages, open_issue, tick


def test_a_message_arrives_as_the_service_wants_it(queued: AlertMessage, hook: responses.RequestsMock) -> None:
    hook.post(HOOK, status=200)
    tick()
    (body,) = arrived(hook)
    assert (body["title"], body["type"]) == (queued.title, "failure")
    assert body["message"].startswith("Northwind IT · Halo PSA")
    destination = AlertDestination.get()
    assert (destination.last_problem, destination.last_at) == ("", clock.now())


@pytest.mark.parametrize(
    ("severity", "tone"), [(Severity.WARNING, "warning"), (Severity.ERROR, "failure"), (Severity.CRITICAL, "failure")]
)
def test_the_tone_fits_the_severity(
    destination: AlertDestination,
    integration: Integration,
    time: MovingClock,
    hook: responses.RequestsMock,
    severity: Severity,
    tone: str,
) -> None:
    hook.post(HOOK, status=200)
    issue = open_issue(integration, severity)
    time.forward(minutes=2)
    tick()
    close(issue)
    time.forward(minutes=2)
    tick()
    assert [each["type"] for each in arrived(hook)] == [tone, "success"]


def test_a_failure_is_tried_again_later_and_later(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    tick()
    message = fresh(queued)
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.problem == "Webhook had a problem of its own (HTTP 500)."
    assert message.not_before == clock.now() + timedelta(minutes=1)
    tick()
    assert len(hook.calls) == 1, "not before it is due"
    for attempt, minutes in enumerate([1, 5, 15, 30, 60, 60], start=2):
        time.forward(minutes=minutes)
        tick()
        assert fresh(queued).attempts == attempt


def test_a_success_after_failures_clears_the_problem(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, body=requests.ConnectionError())
    tick()
    hook.reset()
    hook.post(HOOK, status=204)
    time.forward(minutes=1)
    tick()
    assert (fresh(queued).state, fresh(queued).problem) == ("sent", "")
    assert AlertDestination.get().last_problem == ""


def test_it_is_given_up_after_a_day_and_its_end_is_not_sent(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=404)
    for _ in range(26):
        tick()
        time.forward(hours=1)
    message = fresh(queued)
    assert message.state == "given_up"
    assert message.problem.startswith("Webhook doesn't know this address.")
    calls = len(hook.calls)
    close(message.issue)
    time.forward(minutes=5)
    tick()
    assert (messages(), len(hook.calls)) == ([("begun", "given_up")], calls)


def test_two_workers_send_a_message_once(
    queued: AlertMessage, hook: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.post(HOOK, status=200)
    delivery_of_the_other = delivery._send

    def second_worker_looks_in(message: AlertMessage) -> str:
        monkeypatch.setattr(delivery, "_send", delivery_of_the_other)
        delivery.work(queued.destination_id)
        return delivery_of_the_other(message)

    monkeypatch.setattr(delivery, "_send", second_worker_looks_in)
    delivery.work(queued.destination_id)
    assert (fresh(queued).state, len(hook.calls)) == ("sent", 1)


def test_a_restart_in_between_loses_and_repeats_nothing(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=503)
    tick()
    hook.reset()
    hook.post(HOOK, status=200)
    # All that a new process knows is the database.
    time.forward(minutes=1)
    assert waiting.due() == [queued.destination_id]
    delivery.work(queued.destination_id)
    assert waiting.due() == []
    tick()
    assert len(hook.calls) == 1


def test_a_flood_becomes_nine_messages_and_a_summary(
    destination: AlertDestination, integration: Integration, time: MovingClock, hook: responses.RequestsMock
) -> None:
    hook.post(HOOK, status=200)
    for number in range(40):
        open_issue(integration, subject=f"type {number}")
    time.forward(minutes=2)
    for _ in range(4):
        tick()
    assert len(hook.calls) == 10
    last = arrived(hook)[-1]
    assert last["title"] == "31 more alerts"
    assert last["message"].splitlines()[0] == "• Error: The agent can't see type 9."
    assert last["message"].splitlines()[-1] == "and 11 more"
    assert messages().count(("begun", "folded")) == 31


def test_what_comes_after_the_limit_waits_until_there_is_room(
    destination: AlertDestination, integration: Integration, time: MovingClock, hook: responses.RequestsMock
) -> None:
    hook.post(HOOK, status=200)
    for number in range(12):
        open_issue(integration, subject=f"type {number}")
    time.forward(minutes=2)
    for _ in range(4):
        tick()
    for number in range(5):
        open_issue(integration, subject=f"later {number}")
    time.forward(minutes=10)
    tick()
    assert (len(hook.calls), waiting.due()) == (10, [])
    time.forward(minutes=50)
    tick()
    tick()
    assert len(hook.calls) == 15, "there is room for all five again"


def test_a_test_goes_out_although_the_destination_is_paused_and_full(
    destination: AlertDestination, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=200)
    destinations.pause(destination, None)
    for _ in range(12):
        destinations.test(destination, None)
        tick()
    assert messages() == [("test", "sent")] * 12


def test_a_test_that_fails_is_not_repeated(
    destination: AlertDestination, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=401)
    destinations.test(destination, None)
    with pytest.raises(Conflict):
        destinations.test(destination, None)
    tick()
    time.forward(hours=1)
    tick()
    assert (messages(), len(hook.calls)) == ([("test", "given_up")], 1)
    assert AlertDestination.get().last_problem == "Webhook refused the credentials in the address (HTTP 401)."


def test_a_secret_that_does_not_open_is_explained(
    queued: AlertMessage, northwind: Account, hook: responses.RequestsMock
) -> None:
    AlertDestination.update(uid="another").execute()
    tick()
    assert fresh(queued).problem == "A stored secret belongs to a different record. Enter the secret again."
