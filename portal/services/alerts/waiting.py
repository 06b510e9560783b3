"""Which messages wait to be sent, and how many more a destination may get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from portal import clock
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState

MOST_PER_HOUR: Final = 10
HOUR: Final = timedelta(hours=1)
STATES: Final = (AlertState.QUEUED, AlertState.SENDING)


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
    return AlertMessage.state.in_(STATES) & (AlertMessage.not_before <= clock.now()) & is_wanted


def room(destination_id: int) -> int:
    """Return how many more messages a destination may get now."""
    lately = AlertMessage.sent_at > clock.now() - HOUR
    return MOST_PER_HOUR - int(
        AlertMessage.select().where(AlertMessage.destination == destination_id, lately).count()
    )
