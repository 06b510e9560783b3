"""A worker that dies loses its attempt, and a message is tried for a day, whatever happens; on both engines."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
import responses
from apprise import apprise

from portal import clock, db
from portal.jobs import alerts
from portal.models.alerts import AlertDestination, AlertMessage
from portal.models.issues import Issue
from portal.services.alerts import attempts, delivery, destinations, waiting
from portal.services.operations.isolation import Isolation
from tests.postgres import database
from tests.services.alerts.conftest import HOOK, MovingClock, close, fresh, messages, tick

__all__ = ["database"]

STOPPED = "The portal stopped while sending this, so it may or may not have arrived."
GIVEN_UP = "The portal stopped 3 times while sending this"


@pytest.fixture
def deadly(hook: responses.RequestsMock) -> responses.RequestsMock:
    """Make each message kill the process that sends it, when all of it has arrived."""

    def kill(_: object) -> tuple[int, dict[str, str], str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return 200, {}, ""

    hook.add_callback(responses.POST, HOOK, callback=kill)
    return hook


def send_elsewhere(destination_id: int) -> int:
    """Send in a process of its own, as a worker does. Returns the signal that killed it, 0 for none."""
    db.db.close()
    if (child := os.fork()) == 0:
        try:
            # Earlier tests have used Apprise's threads, which a forked process does not have.
            apprise._shared_executor = None
            alerts.send(destination_id)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    db.db.connect()
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def lose(message: AlertMessage, time: MovingClock) -> None:
    """Take the message when it is due, and never come back."""
    time.forward(seconds=max((fresh(message).not_before - clock.now()).total_seconds(), 0))
    assert delivery._take(message.destination_id) is not None
    time.forward(minutes=2)
    attempts.settle_lost()


def test_a_message_that_kills_its_worker_is_given_up_after_three(
    queued: AlertMessage, deadly: responses.RequestsMock, time: MovingClock
) -> None:
    killed = []
    for _ in range(60):
        alerts.notice(Isolation())
        killed += [send_elsewhere(destination_id) for destination_id in waiting.due()]
        time.forward(minutes=1)
    assert killed == [signal.SIGKILL] * 3
    message = fresh(queued)
    assert (message.state, message.attempts, message.lost_attempts) == ("given_up", 3, 3)
    assert message.problem == (
        "The portal stopped 3 times while sending this, so it may or may not have arrived. It isn't tried again. See "
        "Issues for what is still open, and ask the portal's operator why its alerts worker stops."
    )
    assert AlertDestination.get().last_problem == message.problem


def test_a_worker_that_dies_costs_one_repeated_message_at_most(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    delivery._take(queued.destination_id)
    hook.post(HOOK, status=200)
    tick()
    assert len(hook.calls) == 0, "somebody may still be sending it"
    time.forward(minutes=2)
    tick()
    assert (fresh(queued).state, fresh(queued).lost_attempts, fresh(queued).problem) == ("queued", 1, STOPPED)
    time.forward(minutes=1)
    tick()
    tick()
    assert (fresh(queued).state, fresh(queued).problem, len(hook.calls)) == ("sent", "", 1)


def test_failures_between_do_not_make_three_losses(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    for _ in range(2):
        lose(queued, time)
        time.forward(hours=1)
        tick()
    assert (fresh(queued).state, fresh(queued).lost_attempts) == ("queued", 2)
    lose(queued, time)
    assert (fresh(queued).state, fresh(queued).attempts) == ("given_up", 5)
    assert fresh(queued).problem.startswith(GIVEN_UP)


def test_a_loss_a_day_after_the_first_attempt_is_the_last(queued: AlertMessage, time: MovingClock) -> None:
    lose(queued, time)
    time.forward(days=1)
    lose(queued, time)
    message = fresh(queued)
    assert (message.state, message.lost_attempts) == ("given_up", 2)
    assert message.problem.startswith("The portal stopped 2 times while sending this")


def test_a_test_whose_worker_dies_is_not_repeated(destination: AlertDestination, time: MovingClock) -> None:
    message = destinations.test(destination, None)
    lose(message, time)
    assert (fresh(message).state, fresh(message).problem) == ("given_up", f"{STOPPED} Send another test alert.")
    destinations.test(destination, None)


def test_a_loss_is_counted_although_the_destination_is_paused(queued: AlertMessage, time: MovingClock) -> None:
    delivery._take(queued.destination_id)
    destinations.pause(queued.destination, None)
    time.forward(minutes=2)
    attempts.settle_lost()
    assert (fresh(queued).state, fresh(queued).lost_attempts, waiting.due()) == ("queued", 1, [])


def test_two_schedulers_count_a_loss_once(queued: AlertMessage, time: MovingClock) -> None:
    lose(queued, time)
    attempts.settle_lost()
    assert (fresh(queued).lost_attempts, fresh(queued).state) == (1, "queued")


def test_a_slow_worker_settles_its_attempt_unless_another_has_begun(queued: AlertMessage, time: MovingClock) -> None:
    slow = delivery._take(queued.destination_id)
    assert slow is not None
    time.forward(minutes=3)
    attempts.settle_lost()
    time.forward(minutes=1)
    second = delivery._take(queued.destination_id)
    assert second is not None
    attempts.settle(slow, "too late")
    assert (fresh(queued).state, fresh(queued).problem) == ("sending", STOPPED)
    time.forward(minutes=2)
    attempts.settle_lost()
    attempts.settle(second, "")
    assert (fresh(queued).state, fresh(queued).problem) == ("sent", "")


def test_a_worker_whose_destination_was_deleted_meanwhile_settles_nothing(queued: AlertMessage) -> None:
    sending = delivery._take(queued.destination_id)
    assert sending is not None
    destinations.delete(queued.destination, None)
    attempts.settle(sending, "")
    attempts.settle_lost()
    assert messages() == []


@pytest.mark.parametrize(("losses", "state"), [(1, "sent"), (3, "given_up")])
def test_the_end_is_sent_if_the_beginning_may_have_arrived(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock, losses: int, state: str
) -> None:
    hook.post(HOOK, status=200)
    for _ in range(losses):
        lose(queued, time)
    close(queued.issue)
    for _ in range(4):
        time.forward(minutes=1)
        tick()
    assert messages() == [("begun", state), ("over", "sent")]


def test_it_is_tried_for_a_day_and_not_for_longer(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    first, last = clock.now(), clock.now()
    for _ in range(200):
        before = len(hook.calls)
        tick()
        last = clock.now() if len(hook.calls) > before else last
        time.forward(minutes=15)
    assert (fresh(queued).state, last - first) == ("given_up", timedelta(days=1))


@pytest.mark.parametrize("days", [3, 40])
def test_a_message_that_no_worker_takes_waits_and_still_gets_its_day(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock, days: int
) -> None:
    hook.post(HOOK, status=500)
    time.forward(days=days)
    tick()
    assert (fresh(queued).state, len(hook.calls)) == ("queued", 1)
    hook.reset()
    hook.post(HOOK, status=200)
    time.forward(minutes=1)
    tick()
    assert fresh(queued).state == "sent"


def test_a_message_that_no_worker_takes_is_dropped_when_its_problem_is_over(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    time.forward(days=3)
    close(queued.issue)
    tick()
    assert (messages(), len(hook.calls)) == ([("begun", "dropped")], 0)


def test_a_pause_longer_than_the_day_leaves_one_more_attempt(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    tick()
    destinations.pause(queued.destination, None)
    time.forward(days=3)
    tick()
    assert (fresh(queued).state, len(hook.calls)) == ("queued", 1)
    destinations.resume(AlertDestination.get(), None)
    tick()
    assert (fresh(queued).state, len(hook.calls)) == ("given_up", 2)


def test_a_snooze_starts_over_with_a_new_message(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=500)
    lose(queued, time)
    Issue.update(snoozed_until=clock.now() + timedelta(hours=1)).execute()
    tick()
    assert messages() == []
    time.forward(hours=1)
    tick()
    assert (AlertMessage.get().lost_attempts, AlertMessage.get().first_attempt_at) == (0, clock.now())


@pytest.mark.parametrize("days", [2, 800])
def test_a_clock_that_was_ahead_keeps_no_message_waiting(
    queued: AlertMessage, hook: responses.RequestsMock, time: MovingClock, days: int
) -> None:
    hook.post(HOOK, status=500)
    time.forward(days=days)
    AlertMessage.update(created_at=clock.now(), not_before=clock.now()).execute()
    tick()
    assert fresh(queued).attempts == 1
    time.forward(days=-days)
    for _ in range(30):
        tick()
        time.forward(hours=1)
    assert fresh(queued).state == "given_up"
    assert fresh(queued).first_attempt_at < clock.now()


def test_a_worker_that_died_while_the_clock_was_ahead_loses_its_attempt(
    queued: AlertMessage, time: MovingClock
) -> None:
    time.forward(days=2)
    delivery._take(queued.destination_id)
    time.forward(days=-2)
    attempts.settle_lost()
    assert (fresh(queued).state, fresh(queued).lost_attempts) == ("queued", 1)


def test_messages_from_a_clock_that_was_ahead_leave_room_for_others(
    destination: AlertDestination, hook: responses.RequestsMock, time: MovingClock
) -> None:
    hook.post(HOOK, status=200)
    time.forward(days=2)
    for _ in range(waiting.MOST_PER_HOUR):
        destinations.test(destination, None)
        tick()
    assert waiting.room(destination.id) == 0
    time.forward(days=-2)
    assert waiting.room(destination.id) == waiting.MOST_PER_HOUR


def test_a_clock_that_jumps_ahead_while_a_worker_sends_costs_nothing(queued: AlertMessage, time: MovingClock) -> None:
    sending = delivery._take(queued.destination_id)
    assert sending is not None
    time.forward(hours=3)
    attempts.settle_lost()
    attempts.settle(sending, "")
    assert messages() == [("begun", "sent")]
