"""Sends queued messages. The rows decide who sends: Redis may be lost, and a worker may die at any time.

A worker takes a message by raising its `attempts`, and may settle only the attempt that it took. One that dies leaves
a message that another worker sends again a little later, so a crash costs one repeated message at most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apprise import NotifyType

from portal import clock, log
from portal.db import db
from portal.errors import VaultError
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState
from portal.models.issues import Severity
from portal.services.alerts import channels, transport, waiting

# Longer than a message may take (see channels.SECONDS).
TAKEN_FOR: Final = timedelta(seconds=4 * channels.SECONDS)
# After each failure; the last one repeats.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
GIVE_UP_AFTER: Final = timedelta(days=1)
MOST_PER_JOB: Final = 5


def work(destination_id: int) -> None:
    """Send a destination's due messages, oldest first. The scheduler calls again for what is left."""
    for _ in range(MOST_PER_JOB):
        message = _take(destination_id)
        if message is None:
            return
        _settle(message, _send(message))


def _take(destination_id: int) -> AlertMessage | None:
    """Take the oldest due message. None if there is none, or another worker takes it."""
    now = clock.now()
    due = [AlertMessage.destination == destination_id, waiting.is_due()]
    if waiting.room(destination_id) <= 0:
        due.append(AlertMessage.moment == AlertMoment.TEST)
    message: AlertMessage | None = (
        AlertMessage.select(AlertMessage, AlertDestination)
        .join(AlertDestination)
        .where(*due)
        .order_by(AlertMessage.id)
    ).first()
    if message is None:
        return None
    taken = {"state": AlertState.SENDING, "attempts": message.attempts + 1, "not_before": now + TAKEN_FOR}
    if not AlertMessage.update(taken).where(_is_attempt(message)).execute():
        return None
    message.attempts += 1
    return message


def _send(message: AlertMessage) -> str:
    """Send a message, which may take half a minute. Returns the problem; empty if it arrived."""
    try:
        address = message.destination.address
    except VaultError as error:
        return f"{error.problem} {error.remedy}"
    return transport.send(address, message.title, message.body, _tone(message))


def _settle(message: AlertMessage, problem: str) -> None:
    """Store what became of an attempt, unless another worker has taken the message over."""
    now, log_to = clock.now(), log.get(__name__)
    columns: dict[str, Any] = {"problem": problem}
    if not problem:
        columns |= {"state": AlertState.SENT, "sent_at": now}
    elif message.moment == AlertMoment.TEST or now >= message.created_at + GIVE_UP_AFTER:
        columns |= {"state": AlertState.GIVEN_UP}
    else:
        pause = PAUSES[min(message.attempts, len(PAUSES)) - 1]
        columns |= {"state": AlertState.QUEUED, "not_before": now + pause}
    with db.atomic():
        if not AlertMessage.update(columns).where(_is_attempt(message)).execute():
            return
        result = {"last_at": now, "last_problem": problem}
        AlertDestination.update(result).where(AlertDestination.id == message.destination_id).execute()
    if problem:
        log_to.info("an alert did not arrive", message=message.id, attempts=message.attempts, reason=problem)


def _is_attempt(message: AlertMessage) -> Any:
    """Return the condition for a message that nobody has taken since it was read."""
    return (
        (AlertMessage.id == message.id)
        & (AlertMessage.attempts == message.attempts)
        & AlertMessage.state.in_(waiting.STATES)
    )


def _tone(message: AlertMessage) -> NotifyType:
    match message.moment:
        case AlertMoment.OVER:
            return NotifyType.SUCCESS
        case AlertMoment.TEST:
            return NotifyType.INFO
    is_mild = message.issue is not None and message.issue.severity == Severity.WARNING
    return NotifyType.WARNING if is_mild else NotifyType.FAILURE
