"""Groups pending refetch requests by record, and updates them and their deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import Case, fn

from portal import clock
from portal.models.webhooks import Delivery, DeliveryState, Outcome, RefetchRequest, RefetchRequestState
from portal.sync import refetch_pacing

MAX_ATTEMPTS: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
MAX_PAUSE: Final = timedelta(hours=4)
MAX_PENDING: Final = 500

Key = tuple[str, int]


@dataclass(frozen=True)
class PendingRefetch:
    """All waiting refetch requests for one record, with ids from `first` to `last`; one read settles them all.

    `delivery_id` is that of the first request. `due` is when to refetch the record.
    """

    record_type: str
    remote_id: int
    first: int
    last: int
    delivery_id: int
    attempts: int
    due: datetime

    @property
    def key(self) -> Key:
        return self.record_type, self.remote_id


def pending_refetches(integration_id: int) -> list[PendingRefetch]:
    """Return the pending records that are not postponed, in order of arrival."""
    now = clock.now()
    columns = (
        *(
            RefetchRequest.record_type,
            RefetchRequest.remote_id,
            fn.MIN(RefetchRequest.id),
            fn.MAX(RefetchRequest.id),
            fn.MIN(RefetchRequest.delivery),
        ),
        *(fn.MAX(RefetchRequest.attempts), fn.MIN(RefetchRequest.received_at), fn.MAX(RefetchRequest.received_at)),
    )
    query = (
        RefetchRequest.select(*columns)
        .where(_waiting(integration_id))
        .group_by(RefetchRequest.record_type, RefetchRequest.remote_id)
        .having(fn.MAX(RefetchRequest.not_before).is_null() | (fn.MAX(RefetchRequest.not_before) <= now))
        .order_by(fn.MIN(RefetchRequest.id))
        .limit(MAX_PENDING)
    )
    rows: Any = list(query.tuples())
    reads = _reads(integration_id, now - refetch_pacing.REMEMBERED) if rows else {}
    return [_pending_refetch(reads, *row) for row in rows]


def _pending_refetch(reads: dict[Key, list[datetime]], *row: Any) -> PendingRefetch:
    record_type, remote_id, first, last, delivery_id, attempts, since, until = row
    due = refetch_pacing.due_at(since, until, reads.get((record_type, remote_id), ()))
    return PendingRefetch(record_type, remote_id, first, last, delivery_id, attempts, due)


def settle(
    integration_id: int,
    pending: PendingRefetch,
    outcome: Outcome,
    why: str,
    read_at: datetime,
    *,
    ignored: bool = False,
) -> None:
    """Store the outcome of a read with the first request; the others become "coalesced"."""
    shared = Case(None, [(RefetchRequest.id == pending.first, outcome.value)], Outcome.COALESCED.value)
    state = RefetchRequestState.IGNORED if ignored else RefetchRequestState.DONE
    _end(integration_id, pending, state, why=why, outcome=shared, read_at=read_at)


def postpone(integration_id: int, pending: PendingRefetch, why: str) -> bool:
    """Count a failed attempt and plan another one. Returns whether it was the last, so that a person must look."""
    attempts = pending.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        _end(integration_id, pending, RefetchRequestState.STUCK, why=why, attempts=attempts)
        return True
    pause = min(FIRST_PAUSE * 4 ** (attempts - 1), MAX_PAUSE)
    RefetchRequest.update(attempts=attempts, why=why, not_before=clock.now() + pause).where(
        _requests_of(integration_id, pending)
    ).execute()
    return False


def mark_stuck(integration_id: int, why: str) -> None:
    """Mark all waiting requests as stuck: a person must look at them."""
    settled = RefetchRequest.update(state=RefetchRequestState.STUCK, why=why, settled_at=clock.now()).where(
        _waiting(integration_id)
    )
    _update_deliveries(row[0] for row in settled.returning(RefetchRequest.delivery).tuples().execute())


def retry(refetch_requests: Any) -> int:
    """Set these refetch requests back to waiting. Returns how many."""
    fresh = {"attempts": 0, "not_before": None, "why": "", "outcome": None, "read_at": None, "settled_at": None}
    renewed = RefetchRequest.update(state=RefetchRequestState.WAITING, received_at=clock.now(), **fresh).where(
        refetch_requests
    )
    deliveries = [row[0] for row in renewed.returning(RefetchRequest.delivery).tuples().execute()]
    _update_deliveries(deliveries)
    return len(deliveries)


def ignore(refetch_requests: Any, why: str) -> None:
    """Mark these refetch requests as ignored."""
    ignored = RefetchRequest.update(
        state=RefetchRequestState.IGNORED, why=why, outcome=None, not_before=None, settled_at=clock.now()
    )
    _update_deliveries(
        row[0] for row in ignored.where(refetch_requests).returning(RefetchRequest.delivery).tuples().execute()
    )


def _end(integration_id: int, pending: PendingRefetch, state: RefetchRequestState, **found: Any) -> None:
    settled = RefetchRequest.update(state=state, settled_at=clock.now(), **found).where(
        _requests_of(integration_id, pending)
    )
    _update_deliveries(row[0] for row in settled.returning(RefetchRequest.delivery).tuples().execute())


def _update_deliveries(deliveries: Iterable[int]) -> None:
    """Update the state of each delivery from the states of its refetch requests."""
    for some in _batches(sorted(set(deliveries))):
        Delivery.update(state=_combined_state()).where(Delivery.id.in_(some)).execute()


def _combined_state() -> Any:
    return Case(
        None,
        [
            (_has_request(RefetchRequestState.STUCK), DeliveryState.STUCK.value),
            (_has_request(RefetchRequestState.WAITING), DeliveryState.WAITING.value),
            (_has_request(RefetchRequestState.DONE), DeliveryState.DONE.value),
        ],
        DeliveryState.IGNORED.value,
    )


def _has_request(state: RefetchRequestState) -> Any:
    return fn.EXISTS(
        RefetchRequest.select(RefetchRequest.id).where(
            RefetchRequest.delivery == Delivery.id, RefetchRequest.state == state
        )
    )


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + MAX_PENDING] for start in range(0, len(ids), MAX_PENDING))


def _waiting(integration_id: int) -> Any:
    return (RefetchRequest.integration == integration_id) & (RefetchRequest.state == RefetchRequestState.WAITING)


def _requests_of(integration_id: int, pending: PendingRefetch) -> Any:
    named = (RefetchRequest.record_type == pending.record_type) & (RefetchRequest.remote_id == pending.remote_id)
    return _waiting(integration_id) & named & (RefetchRequest.id <= pending.last)


def _reads(integration_id: int, since: datetime) -> dict[Key, list[datetime]]:
    """Return the times of recent refetches by record."""
    mine = (
        (RefetchRequest.integration == integration_id)
        & (RefetchRequest.settled_at > since)
        & RefetchRequest.read_at.is_null(is_null=False)
    )
    rows: Any = RefetchRequest.select(
        RefetchRequest.record_type, RefetchRequest.remote_id, RefetchRequest.read_at
    ).where(mine, RefetchRequest.outcome != Outcome.COALESCED)
    found: dict[Key, list[datetime]] = {}
    for record_type, remote_id, read_at in rows.tuples():
        found.setdefault((record_type, remote_id), []).append(read_at)
    return found
