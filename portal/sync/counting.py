"""Maintains the number of records by type and state, inside the transaction that changes the states.

Counters are adjusted rather than recomputed, because a recount takes time in proportion to all records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from peewee import EXCLUDED, SQL, chunked, fn

from portal import clock
from portal.models.daily_counts import DailyCount
from portal.models.records import Record, RecordCount, RecordState

KEY: Final = (RecordCount.integration, RecordCount.record_type, RecordCount.state)
DAY_KEY: Final = (DailyCount.integration, DailyCount.day, DailyCount.record_type)
BATCH: Final = 900


def states_of(integration_id: int, record_type: str, remote_ids: Collection[int]) -> Counter[str]:
    """Return how many of these records are stored in each state."""
    found: Counter[str] = Counter()
    for ids in chunked(remote_ids, BATCH):
        query = Record.select(Record.state, fn.COUNT(SQL("*"))).where(
            Record.integration == integration_id, Record.record_type == record_type, Record.remote_id.in_(ids)
        )
        rows: Any = query.group_by(Record.state).tuples()
        for state, number in rows:
            found[state] += number
    return found


def move(integration_id: int, record_type: str, before: Mapping[str, int], to: RecordState) -> None:
    """Move records from the states in `before`, with their numbers, to one state."""
    change = Counter({to.value: sum(before.values())})
    change.subtract(before)
    add(integration_id, record_type, change)


def add(integration_id: int, record_type: str, change: Mapping[str, int]) -> None:
    """Add to the counters of these states; numbers may be negative."""
    rows = [
        {"integration": integration_id, "record_type": record_type, "state": state, "number": number}
        for state, number in sorted(change.items())
        if number
    ]
    if rows:
        RecordCount.insert_many(rows).on_conflict(
            conflict_target=KEY, update={RecordCount.number: RecordCount.number + EXCLUDED.number}
        ).execute()


def recount(integration_id: int, record_type: str) -> None:
    """Recompute a type's counters."""
    mine = (RecordCount.integration == integration_id) & (RecordCount.record_type == record_type)
    # First, so that other writers of these counters wait.
    RecordCount.update(number=0).where(mine).execute()
    counted = (
        Record.select(Record.integration, Record.record_type, Record.state, fn.COUNT(SQL("*")))
        .where(Record.integration == integration_id, Record.record_type == record_type)
        .group_by(Record.integration, Record.record_type, Record.state)
    )
    RecordCount.insert_from(counted, (*KEY, RecordCount.number)).on_conflict(
        conflict_target=KEY, update={RecordCount.number: EXCLUDED.number}
    ).execute()


def note_day(integration_id: int, record_type: str) -> None:
    """Note how many live records of a type there are today, inside the transaction that ends its step."""
    live = RecordCount.select(RecordCount.number).where(
        RecordCount.integration == integration_id,
        RecordCount.record_type == record_type,
        RecordCount.state == RecordState.LIVE,
    )
    row = {
        "integration": integration_id,
        "day": clock.now().date(),
        "record_type": record_type,
        "number": live.scalar() or 0,
    }
    DailyCount.insert(row).on_conflict(conflict_target=DAY_KEY, update={DailyCount.number: EXCLUDED.number}).execute()
