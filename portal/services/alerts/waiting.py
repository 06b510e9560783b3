"""Which messages wait to be sent, and how many more a destination may get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from portal import clock
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState

MOST_PER_HOUR: Final = 10
HOUR: Final = timedelta(hours=1)
STATES: Final = (AlertState.QUEUED, AlertState.SENDING)
# No message has to wait longer, whether for its next attempt or for its worker.
LONGEST_WAIT: Final = timedelta(hours=1)


def due() -> list[int]:
    """Return the destinations with a message that no worker is sending."""
    found: Any = AlertMessage.select(AlertMessage.destination, AlertMessage.moment).join(AlertDestination)
    rows = found.where(is_due()).distinct().tuples()
    urgent = {destination_id for destination_id, moment in rows if moment == AlertMoment.TEST}
    others = {destination_id for destination_id, _ in rows} - urgent
    return sorted(urgent | {destination_id for destination_id in others if room(destination_id) > 0})


def is_due() -> Any:
    """Return the condition for messages, joined with their destinations, that should be sent now."""
    is_wanted = AlertDestination.paused_at.is_null() | (AlertMessage.moment == AlertMoment.TEST)
    return (AlertMessage.state == AlertState.QUEUED) & is_time() & is_wanted


def is_time() -> Any:
    """Return the condition for messages whose `not_before` has come."""
    now = clock.now()
    # What lies further ahead was written before the clock was set back.
    return (AlertMessage.not_before <= now) | (AlertMessage.not_before > now + LONGEST_WAIT)


def room(destination_id: int) -> int:
    """Return how many more messages a destination may get now."""
    now = clock.now()
    lately = (AlertMessage.sent_at > now - HOUR) & (AlertMessage.sent_at <= now)
    return MOST_PER_HOUR - int(
        AlertMessage.select().where(AlertMessage.destination == destination_id, lately).count()
    )
