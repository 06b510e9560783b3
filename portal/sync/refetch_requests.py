"""The hints that wait, gathered by the record that they name, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import Case, fn

from portal import clock
from portal.models.webhooks import Delivery, DeliveryState, Hint, HintState, Outcome
from portal.sync import refetch_pacing

MOST_ATTEMPTS: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=4)
MOST_GROUPS: Final = 500

Key = tuple[str, int]


@dataclass(frozen=True)
class Group:
    """All hints about one record that wait, up to the one with the id `last`; reading it once settles them.

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
        *(Hint.record_type, Hint.remote_id, fn.MIN(Hint.id), fn.MAX(Hint.id), fn.MIN(Hint.delivery)),
        *(fn.MAX(Hint.attempts), fn.MIN(Hint.received_at), fn.MAX(Hint.received_at)),
    )
    query = (
        Hint.select(*columns)
        .where(_waiting(integration_id))
        .group_by(Hint.record_type, Hint.remote_id)
        .having(fn.MAX(Hint.not_before).is_null() | (fn.MAX(Hint.not_before) <= now))
        .order_by(fn.MIN(Hint.id))
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
    """Note what reading the record has led to: with the first hint, and with the others that they share it."""
    shared = Case(None, [(Hint.id == group.first, outcome.value)], Outcome.TOGETHER.value)
    state = HintState.IGNORED if ignored else HintState.DONE
    _end(integration_id, group, state, why=why, outcome=shared, read_at=read_at)


def put_off(integration_id: int, group: Group, why: str) -> bool:
    """Count a reading that failed: another one comes later, or a person must look; tells whether that."""
    attempts = group.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _end(integration_id, group, HintState.STUCK, why=why, attempts=attempts)
        return True
    pause = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    Hint.update(attempts=attempts, why=why, not_before=clock.now() + pause).where(
        _in(integration_id, group)
    ).execute()
    return False


def stick(integration_id: int, why: str) -> None:
    """Let all that waits wait for a person."""
    settled = Hint.update(state=HintState.STUCK, why=why, settled_at=clock.now()).where(_waiting(integration_id))
    _sum_up(row[0] for row in settled.returning(Hint.delivery).tuples().execute())


def again(hints: Any) -> int:
    """Let these hints wait to be read once more; returns how many."""
    fresh = {"attempts": 0, "not_before": None, "why": "", "outcome": None, "read_at": None, "settled_at": None}
    renewed = Hint.update(state=HintState.WAITING, received_at=clock.now(), **fresh).where(hints)
    deliveries = [row[0] for row in renewed.returning(Hint.delivery).tuples().execute()]
    _sum_up(deliveries)
    return len(deliveries)


def ignore(hints: Any, why: str) -> None:
    """Let these hints be, whatever they wait for."""
    let_be = Hint.update(state=HintState.IGNORED, why=why, outcome=None, not_before=None, settled_at=clock.now())
    _sum_up(row[0] for row in let_be.where(hints).returning(Hint.delivery).tuples().execute())


def _end(integration_id: int, group: Group, state: HintState, **found: Any) -> None:
    settled = Hint.update(state=state, settled_at=clock.now(), **found).where(_in(integration_id, group))
    _sum_up(row[0] for row in settled.returning(Hint.delivery).tuples().execute())


def _sum_up(deliveries: Iterable[int]) -> None:
    """Say of each delivery what its hints come to together."""
    for some in _bites(sorted(set(deliveries))):
        Delivery.update(state=_together()).where(Delivery.id.in_(some)).execute()


def _together() -> Any:
    return Case(
        None,
        [
            (_has(HintState.STUCK), DeliveryState.STUCK.value),
            (_has(HintState.WAITING), DeliveryState.WAITING.value),
            (_has(HintState.DONE), DeliveryState.DONE.value),
        ],
        DeliveryState.IGNORED.value,
    )


def _has(state: HintState) -> Any:
    return fn.EXISTS(Hint.select(Hint.id).where(Hint.delivery == Delivery.id, Hint.state == state))


def _bites(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + MOST_GROUPS] for start in range(0, len(ids), MOST_GROUPS))


def _waiting(integration_id: int) -> Any:
    return (Hint.integration == integration_id) & (Hint.state == HintState.WAITING)


def _in(integration_id: int, group: Group) -> Any:
    named = (Hint.record_type == group.record_type) & (Hint.remote_id == group.remote_id)
    return _waiting(integration_id) & named & (Hint.id <= group.last)


def _reads(integration_id: int, since: datetime) -> dict[Key, list[datetime]]:
    """Return when which records were read of late because hints named them."""
    mine = (Hint.integration == integration_id) & (Hint.settled_at > since) & Hint.read_at.is_null(is_null=False)
    rows: Any = Hint.select(Hint.record_type, Hint.remote_id, Hint.read_at).where(
        mine, Hint.outcome != Outcome.TOGETHER
    )
    found: dict[Key, list[datetime]] = {}
    for record_type, remote_id, read_at in rows.tuples():
        found.setdefault((record_type, remote_id), []).append(read_at)
    return found
