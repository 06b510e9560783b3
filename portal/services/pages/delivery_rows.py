"""Deliveries with their outcomes, as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.webhooks import Delivery, DeliveryState, Outcome, RefetchRequest, RefetchRequestState

MOST_NAMED: Final = 3


@dataclass
class DeliveryRow:
    """`named` are the first refetch requests, `refetch_requests` counts all, `outcomes` counts them by outcome.

    `seconds` is the time from receipt until the stored record was up to date, None until then. `attempts` counts
    failed reads; the next one is at `next_try`.
    """

    delivery: Delivery
    named: list[RefetchRequest] = field(default_factory=list)
    refetch_requests: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    seconds: float | None = None
    attempts: int = 0
    next_try: datetime | None = None

    @property
    def why(self) -> str:
        """Return why nothing was done yet, or at all."""
        if self.delivery.state == DeliveryState.UNREADABLE:
            return str(self.delivery.why)
        return " ".join(dict.fromkeys(refetch_request.why for refetch_request in self.named if refetch_request.why))

    @property
    def stamp(self) -> tuple[object, ...]:
        return (
            self.delivery.id,
            self.delivery.state,
            self.refetch_requests,
            self.outcomes,
            self.attempts,
            self.next_try,
        )


def rows(deliveries: Sequence[Delivery]) -> list[DeliveryRow]:
    """Return a row for each delivery, in the same order, with two queries in all."""
    found = {delivery.id: DeliveryRow(delivery) for delivery in deliveries}
    if found:
        _sum_up(found)
        _name(found)
    return list(found.values())


def _sum_up(found: dict[int, DeliveryRow]) -> None:
    columns = (
        *(RefetchRequest.delivery, RefetchRequest.state, RefetchRequest.outcome, fn.COUNT(RefetchRequest.id)),
        *(
            fn.MIN(RefetchRequest.received_at),
            fn.MAX(RefetchRequest.settled_at),
            fn.MAX(RefetchRequest.attempts),
            fn.MIN(RefetchRequest.not_before),
        ),
    )
    groups: Any = RefetchRequest.select(*columns).where(RefetchRequest.delivery.in_(list(found)))
    groups = groups.group_by(RefetchRequest.delivery, RefetchRequest.state, RefetchRequest.outcome).order_by(
        RefetchRequest.delivery
    )
    for delivery_id, state, outcome, count, received, settled, attempts, next_try in groups.tuples():
        row = found[delivery_id]
        row.refetch_requests += count
        if outcome is not None:
            row.outcomes[Outcome(outcome)] = row.outcomes.get(Outcome(outcome), 0) + count
        if state == RefetchRequestState.DONE and settled is not None:
            row.seconds = max(row.seconds or 0.0, (settled - received).total_seconds())
        if state == RefetchRequestState.WAITING:
            row.attempts, row.next_try = attempts, next_try


def _name(found: dict[int, DeliveryRow]) -> None:
    place = fn.ROW_NUMBER().over(partition_by=[RefetchRequest.delivery], order_by=[RefetchRequest.id])
    first = (
        RefetchRequest.select(RefetchRequest.id, place.alias("place"))
        .where(RefetchRequest.delivery.in_(list(found)))
        .alias("first")
    )
    query: Any = (
        RefetchRequest.select(RefetchRequest)
        .join(first, on=(first.c.id == RefetchRequest.id))
        .where(first.c.place <= MOST_NAMED)
    )
    for refetch_request in query.order_by(RefetchRequest.id):
        found[refetch_request.delivery_id].named.append(refetch_request)
