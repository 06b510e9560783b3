"""Limits how many messages a destination gets: what is beyond becomes one summary."""

from __future__ import annotations

from typing import Any

from peewee import fn

from portal.db import db
from portal.models.alerts import AlertMessage, AlertMoment, AlertState
from portal.services.alerts import waiting, wording


def fold() -> None:
    """Replace messages for which there is no room by a summary, for each destination that has some room."""
    for destination_id in _crowded():
        left = waiting.room(destination_id)
        messages = list(_new(destination_id).order_by(AlertMessage.id))
        if 0 < left < len(messages):
            _fold(destination_id, messages[left - 1 :])


def _crowded() -> list[int]:
    """Return destinations with several messages that were never tried."""
    rows: Any = (
        AlertMessage.select(AlertMessage.destination)
        .where(_is_new())
        .group_by(AlertMessage.destination)
        .having(fn.COUNT(AlertMessage.id) > 1)
        .tuples()
    )
    return [destination_id for (destination_id,) in rows]


def _new(destination_id: int) -> Any:
    return AlertMessage.select().where(AlertMessage.destination == destination_id, _is_new())


def _is_new() -> Any:
    return (
        (AlertMessage.state == AlertState.QUEUED)
        & (AlertMessage.attempts == 0)
        & AlertMessage.moment.not_in([AlertMoment.TEST, AlertMoment.SUMMARY])
    )


def _fold(destination_id: int, messages: list[AlertMessage]) -> None:
    """Fold those that no worker has begun to send meanwhile."""
    with db.atomic():
        folded = [each for each in messages if _mark_folded(each)]
        if folded:
            text = wording.summary(folded)
            AlertMessage.create(
                account=folded[0].account,
                destination=destination_id,
                moment=AlertMoment.SUMMARY,
                title=text.title,
                body=text.body,
            )


def _mark_folded(message: AlertMessage) -> bool:
    mine = AlertMessage.id == message.id
    return bool(AlertMessage.update(state=AlertState.FOLDED).where(mine, _is_new()).execute())
