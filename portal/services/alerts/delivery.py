"""Sends queued messages. The rows decide who sends: Redis may be lost, and a worker may die at any time.

A worker takes a message by raising its `attempts`, and may settle only the attempt that it took. One that dies loses
its attempt (attempts.py), so a crash costs one repeated message at most.
"""

from __future__ import annotations

from typing import Final

from apprise import NotifyType

from portal import clock
from portal.errors import VaultError
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState
from portal.models.issues import Severity
from portal.services.alerts import attempts, transport, waiting

MOST_PER_JOB: Final = 5


def work(destination_id: int) -> None:
    """Send a destination's due messages, oldest first. The scheduler calls again for what is left."""
    for _ in range(MOST_PER_JOB):
        message = _take(destination_id)
        if message is None:
            return
        attempts.settle(message, _send(message))


def _take(destination_id: int) -> AlertMessage | None:
    """Take the oldest due message. None if there is none, or it changes meanwhile."""
    now = clock.now()
    due = [AlertMessage.destination == destination_id, waiting.is_due()]
    if waiting.room(destination_id) <= 0:
        due.append(AlertMessage.moment == AlertMoment.TEST)
    message: AlertMessage | None = (
        AlertMessage.select().join(AlertDestination).where(*due).order_by(AlertMessage.id)
    ).first()
    if message is None:
        return None
    number = message.attempts + 1
    first = min(message.first_attempt_at or now, now)  # later than now, if the clock was set back since
    taken = {"attempts": number, "first_attempt_at": first, "not_before": now + attempts.TAKEN_FOR}
    is_untaken = (AlertMessage.attempts == message.attempts) & (AlertMessage.state == AlertState.QUEUED)
    # It begins anew at an address that was replaced since.
    is_same = AlertMessage.first_attempt_at == message.first_attempt_at
    mine = (AlertMessage.id == message.id) & is_untaken & is_same
    if not AlertMessage.update(state=AlertState.SENDING, **taken).where(mine).execute():
        return None
    # Read only now, because its address may have been replaced since the message was found.
    destination = AlertDestination.get_or_none(AlertDestination.id == message.destination_id)
    if destination is None:
        return None
    message.attempts, message.first_attempt_at, message.destination = number, first, destination
    return message


def _send(message: AlertMessage) -> str:
    """Send a message, which may take half a minute. Returns the problem; empty if it arrived."""
    try:
        address = message.destination.address
    except VaultError as error:
        return f"{error.problem} {error.remedy}"
    return transport.send(address, message.title, message.body, _tone(message))


def _tone(message: AlertMessage) -> NotifyType:
    match message.moment:
        case AlertMoment.OVER:
            return NotifyType.SUCCESS
        case AlertMoment.TEST:
            return NotifyType.INFO
    is_mild = message.issue is not None and message.issue.severity == Severity.WARNING
    return NotifyType.WARNING if is_mild else NotifyType.FAILURE
