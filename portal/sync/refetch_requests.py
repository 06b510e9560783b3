"""The refetch requests that wait, gathered by the record that they name, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import Case, fn

from portal import clock
from portal.models.webhooks import Delivery, DeliveryState, Outcome, RefetchRequest, RefetchRequestState
from portal.sync import refetch_pacing

MOST_ATTEMPTS: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=4)
MOST_GROUPS: Final = 500

Key = tuple[str, int]


@dataclass(frozen=True)
class Group:
    """All waiting refetch requests for one record, up to the id `last`; one read settles them all.

    `delivery_id` is the first one's. `due` is when to read it.
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


def waiting(integration_id: int) -> list[Group]:
    """Return what waits and is not put off, in the order in which it came."""
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
        .limit(MOST_GROUPS)
    )
    rows: Any = list(query.tuples())
    reads = _reads(integration_id, now - refetch_pacing.REMEMBERED) if rows else {}
    return [_group(reads, *row) for row in rows]


def _group(reads: dict[Key, list[datetime]], *row: Any) -> Group:
    record_type, remote_id, first, last, delivery_id, attempts, since, until = row
    due = refetch_pacing.due_at(since, until, reads.get((record_type, remote_id), ()))
    return Group(record_type, remote_id, first, last, delivery_id, attempts, due)


def settle(
    integration_id: int, group: Group, outcome: Outcome, why: str, read_at: datetime, *, ignored: bool = False
) -> None:
    """Store the outcome of a read with the first request; the others get "together"."""
    shared = Case(None, [(RefetchRequest.id == group.first, outcome.value)], Outcome.TOGETHER.value)
    state = RefetchRequestState.IGNORED if ignored else RefetchRequestState.DONE
    _end(integration_id, group, state, why=why, outcome=shared, read_at=read_at)


def put_off(integration_id: int, group: Group, why: str) -> bool:
    """Count a reading that failed: another one comes later, or a person must look; tells whether that."""
    attempts = group.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _end(integration_id, group, RefetchRequestState.STUCK, why=why, attempts=attempts)
        return True
    pause = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    RefetchRequest.update(attempts=attempts, why=why, not_before=clock.now() + pause).where(
        _in(integration_id, group)
    ).execute()
    return False


def stick(integration_id: int, why: str) -> None:
    """Let all that waits wait for a person."""
    settled = RefetchRequest.update(state=RefetchRequestState.STUCK, why=why, settled_at=clock.now()).where(
        _waiting(integration_id)
    )
    _sum_up(row[0] for row in settled.returning(RefetchRequest.delivery).tuples().execute())


def again(refetch_requests: Any) -> int:
    """Let these refetch requests wait to be read once more; returns how many."""
    fresh = {"attempts": 0, "not_before": None, "why": "", "outcome": None, "read_at": None, "settled_at": None}
    renewed = RefetchRequest.update(state=RefetchRequestState.WAITING, received_at=clock.now(), **fresh).where(
        refetch_requests
    )
    deliveries = [row[0] for row in renewed.returning(RefetchRequest.delivery).tuples().execute()]
    _sum_up(deliveries)
    return len(deliveries)


def ignore(refetch_requests: Any, why: str) -> None:
    """Let these refetch requests be, whatever they wait for."""
    let_be = RefetchRequest.update(
        state=RefetchRequestState.IGNORED, why=why, outcome=None, not_before=None, settled_at=clock.now()
    )
    _sum_up(row[0] for row in let_be.where(refetch_requests).returning(RefetchRequest.delivery).tuples().execute())


def _end(integration_id: int, group: Group, state: RefetchRequestState, **found: Any) -> None:
    settled = RefetchRequest.update(state=state, settled_at=clock.now(), **found).where(_in(integration_id, group))
    _sum_up(row[0] for row in settled.returning(RefetchRequest.delivery).tuples().execute())


def _sum_up(deliveries: Iterable[int]) -> None:
    """Say of each delivery what its refetch requests come to together."""
    for some in _batches(sorted(set(deliveries))):
        Delivery.update(state=_together()).where(Delivery.id.in_(some)).execute()


def _together() -> Any:
    return Case(
        None,
        [
            (_has(RefetchRequestState.STUCK), DeliveryState.STUCK.value),
            (_has(RefetchRequestState.WAITING), DeliveryState.WAITING.value),
            (_has(RefetchRequestState.DONE), DeliveryState.DONE.value),
        ],
        DeliveryState.IGNORED.value,
    )


def _has(state: RefetchRequestState) -> Any:
    return fn.EXISTS(
        RefetchRequest.select(RefetchRequest.id).where(
            RefetchRequest.delivery == Delivery.id, RefetchRequest.state == state
        )
    )


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + MOST_GROUPS] for start in range(0, len(ids), MOST_GROUPS))


def _waiting(integration_id: int) -> Any:
    return (RefetchRequest.integration == integration_id) & (RefetchRequest.state == RefetchRequestState.WAITING)


def _in(integration_id: int, group: Group) -> Any:
    named = (RefetchRequest.record_type == group.record_type) & (RefetchRequest.remote_id == group.remote_id)
    return _waiting(integration_id) & named & (RefetchRequest.id <= group.last)


def _reads(integration_id: int, since: datetime) -> dict[Key, list[datetime]]:
    """Return when which records were read of late because refetch requests named them."""
    mine = (
        (RefetchRequest.integration == integration_id)
        & (RefetchRequest.settled_at > since)
        & RefetchRequest.read_at.is_null(is_null=False)
    )
    rows: Any = RefetchRequest.select(
        RefetchRequest.record_type, RefetchRequest.remote_id, RefetchRequest.read_at
    ).where(mine, RefetchRequest.outcome != Outcome.TOGETHER)
    found: dict[Key, list[datetime]] = {}
    for record_type, remote_id, read_at in rows.tuples():
        found.setdefault((record_type, remote_id), []).append(read_at)
    return found
