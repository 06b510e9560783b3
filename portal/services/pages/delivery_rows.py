"""Deliveries with what they came to: a line of a list each, whatever number of hints there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.webhooks import Delivery, DeliveryState, Hint, HintState, Outcome

MOST_NAMED: Final = 3


@dataclass
class Row:
    """`named` are its first hints, `hints` says how many there are; `outcomes` counts what reading again has led to.

    `seconds` is the time from receipt until the copy was as fresh as the delivery, None while it is not. `attempts`
    counts readings that failed, of which the next one comes at `next_try`.
    """

    delivery: Delivery
    named: list[Hint] = field(default_factory=list)
    hints: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    seconds: float | None = None
    attempts: int = 0
    next_try: datetime | None = None

    @property
    def why(self) -> str:
        """Say why nothing was done, or what stands in the way."""
        if self.delivery.state == DeliveryState.UNREADABLE:
            return str(self.delivery.why)
        return " ".join(dict.fromkeys(hint.why for hint in self.named if hint.why))

    @property
    def stamp(self) -> tuple[object, ...]:
        return (self.delivery.id, self.delivery.state, self.hints, self.outcomes, self.attempts, self.next_try)


def rows(deliveries: Sequence[Delivery]) -> list[Row]:
    """Return the rows in the order of the deliveries, with two queries for all of them."""
    found = {delivery.id: Row(delivery) for delivery in deliveries}
    if found:
        _sum_up(found)
        _name(found)
    return list(found.values())


def _sum_up(found: dict[int, Row]) -> None:
    columns = (
        *(Hint.delivery, Hint.state, Hint.outcome, fn.COUNT(Hint.id)),
        *(fn.MIN(Hint.received_at), fn.MAX(Hint.settled_at), fn.MAX(Hint.attempts), fn.MIN(Hint.not_before)),
    )
    groups: Any = Hint.select(*columns).where(Hint.delivery.in_(list(found)))
    groups = groups.group_by(Hint.delivery, Hint.state, Hint.outcome).order_by(Hint.delivery)
    for delivery_id, state, outcome, count, received, settled, attempts, next_try in groups.tuples():
        row = found[delivery_id]
        row.hints += count
        if outcome is not None:
            row.outcomes[Outcome(outcome)] = row.outcomes.get(Outcome(outcome), 0) + count
        if state == HintState.DONE and settled is not None:
            row.seconds = max(row.seconds or 0.0, (settled - received).total_seconds())
        if state == HintState.WAITING:
            row.attempts, row.next_try = attempts, next_try


def _name(found: dict[int, Row]) -> None:
    place = fn.ROW_NUMBER().over(partition_by=[Hint.delivery], order_by=[Hint.id])
    first = Hint.select(Hint.id, place.alias("place")).where(Hint.delivery.in_(list(found))).alias("first")
    query: Any = Hint.select(Hint).join(first, on=(first.c.id == Hint.id)).where(first.c.place <= MOST_NAMED)
    for hint in query.order_by(Hint.id):
        found[hint.delivery_id].named.append(hint)
