"""What becomes of each attempt to send a message: it arrives, is tried again later, or is given up.

A worker that dies leaves its message as being sent. When it should have finished, the attempt is lost and counts as
failed. Some are enough to give up: the message itself may be what kills the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from portal import clock, log
from portal.db import db
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState
from portal.services.alerts import waiting

SECONDS: Final = 30.0  # for one attempt, however many calls the service takes
# Longer than an attempt may take.
TAKEN_FOR: Final = timedelta(seconds=4 * SECONDS)
# After each failure; the last one repeats.
PAUSES: Final = (*(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)), waiting.LONGEST_WAIT)
# Counted from the first attempt: a message that had to wait for it gets its day, too.
GIVE_UP_AFTER: Final = timedelta(days=1)
MOST_LOST: Final = 3


def settle(message: AlertMessage, problem: str) -> None:
    """Store what became of an attempt, unless another worker has taken the message since."""
    arrived = {"state": AlertState.SENT, "sent_at": clock.now()}
    if not _store(message, waiting.STATES, problem, _after_failure(message) if problem else arrived):
        return
    if problem:
        reason = {"message": message.id, "attempts": message.attempts, "reason": problem}
        log.get(__name__).info("an alert did not arrive", **reason)


def settle_lost() -> None:
    """Settle the attempts of workers that have died."""
    is_lost = (AlertMessage.state == AlertState.SENDING) & waiting.is_time()
    for message in list(AlertMessage.select().where(is_lost).order_by(AlertMessage.id)):
        message.lost_attempts += 1
        columns = {"lost_attempts": message.lost_attempts, **_after_failure(message)}
        if _store(message, (AlertState.SENDING,), _explain_loss(message, columns["state"]), columns):
            count = {"message": message.id, "lost_attempts": message.lost_attempts}
            log.get(__name__).warning("a worker died while sending an alert", **count)


def _after_failure(message: AlertMessage) -> dict[str, Any]:
    now, end = clock.now(), message.first_attempt_at + GIVE_UP_AFTER
    if message.moment == AlertMoment.TEST or message.lost_attempts >= MOST_LOST or now >= end:
        return {"state": AlertState.GIVEN_UP}
    pause = PAUSES[min(message.attempts, len(PAUSES)) - 1]
    return {"state": AlertState.QUEUED, "not_before": min(now + pause, end)}


def _explain_loss(message: AlertMessage, state: AlertState) -> str:
    times = "" if message.lost_attempts == 1 else f" {message.lost_attempts} times"
    happened = f"The portal stopped{times} while sending this, so it may or may not have arrived."
    if state == AlertState.QUEUED:
        return happened
    if message.moment == AlertMoment.TEST:
        return f"{happened} Send another test alert."
    return (
        f"{happened} It isn't tried again. See Issues for what is still open, and ask the portal's operator why its "
        "alerts worker stops."
    )


def _store(message: AlertMessage, states: Sequence[AlertState], problem: str, columns: dict[str, Any]) -> bool:
    """Store the result of an attempt. Returns False if the message was taken again, or has another state."""
    attempt = (AlertMessage.id == message.id) & (AlertMessage.attempts == message.attempts)
    with db.atomic():
        settled = AlertMessage.update(problem=problem, **columns).where(attempt, AlertMessage.state.in_(states))
        if not settled.execute():
            return False
        destination, result = message.destination, {"last_at": clock.now(), "last_problem": problem}
        # A result from an address that was replaced meanwhile is nothing to go by.
        same = (AlertDestination.id == destination) & (AlertDestination.address == destination.__data__["address"])
        AlertDestination.update(result).where(same).execute()
    return True
