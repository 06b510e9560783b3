"""Reading and writing many records at once, in the two dialects that both understand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Final

from peewee import chunked

from portal import clock
from portal.db import db, is_sqlite
from portal.models.records import Record, RecordState
from portal.sync.decide import Change, Decision, Stored

KEY: Final = ("integration_id", "record_type", "remote_id")
CHANGING: Final = (
    "state",
    "name",
    "client_remote_id",
    "client_name",
    "site_remote_id",
    "reference",
    "status",
    "is_active",
    "remote_updated_at",
    "digest",
    "payload",
    "changed_at",
)
# SQLite takes 32,766 variables in a statement, old builds 999.
BATCH: Final = 900


def stored_among(integration_id: int, record_type: str, remote_ids: list[int]) -> dict[int, Stored]:
    """Return what is stored of these ids."""
    found: dict[int, Stored] = {}
    for ids in chunked(remote_ids, BATCH):
        cursor = db.execute_sql(_select(len(ids), is_sqlite()), (integration_id, record_type, *ids))
        found.update((remote_id, Stored(bytes(digest), state)) for remote_id, digest, state in cursor.fetchall())
    return found


def live_ids(integration_id: int, record_type: str) -> set[int]:
    """Return the ids that are stored and live."""
    query = Record.select(Record.remote_id).where(_of(integration_id, record_type), Record.state == RecordState.LIVE)
    # Straight from the driver: there may be hundreds of thousands, and a plain number needs no conversion.
    return {remote_id for (remote_id,) in db.execute(query)}


def write(integration_id: int, record_type: str, decision: Decision) -> None:
    """Carry a decision out, inside the caller's transaction."""
    now = _moment(clock.now())
    rows = [
        (integration_id, record_type, change.remote_id, *_values(change), now, now)
        for change in (*decision.created, *decision.updated)
    ]
    if rows:
        db.cursor().executemany(_upsert(is_sqlite()), rows)
    mark(integration_id, record_type, decision.out_of_scope, RecordState.OUT_OF_SCOPE)


def mark(integration_id: int, record_type: str, remote_ids: Iterable[int], state: RecordState) -> None:
    """Put these records into another state, inside the caller's transaction."""
    for ids in chunked(remote_ids, BATCH):
        Record.update(state=state, changed_at=clock.now()).where(
            _of(integration_id, record_type), Record.remote_id.in_(ids)
        ).execute()


def _of(integration_id: int, record_type: str) -> Any:
    return (Record.integration == integration_id) & (Record.record_type == record_type)


def _values(change: Change) -> tuple[Any, ...]:
    columns = change.columns
    return (
        RecordState.LIVE.value,
        columns.name,
        columns.client_remote_id,
        columns.client_name,
        columns.site_remote_id,
        columns.reference,
        columns.status,
        columns.is_active,
        _moment(columns.remote_updated_at),
        change.digest,
        change.payload,
    )


# Peewee builds one long statement for many rows; handing plain tuples to the driver is several times as fast.


@cache
def _select(count: int, sqlite: bool) -> str:  # noqa: FBT001  # the arguments are the cache's key
    mark = "?" if sqlite else "%s"
    return (
        f"SELECT remote_id, digest, state FROM record WHERE integration_id = {mark} AND record_type = {mark}"  # noqa: S608
        f" AND remote_id IN ({', '.join([mark] * count)})"
    )


@cache
def _upsert(sqlite: bool) -> str:  # noqa: FBT001  # the argument is the cache's key
    names = (*KEY, *CHANGING, "first_seen_at")
    marks = ", ".join(["?" if sqlite else "%s"] * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in CHANGING)
    return (
        f"INSERT INTO record ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # made of the constants above
        f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {changes}"
    )


def _moment(value: datetime | None) -> Any:
    naive = Record.changed_at.db_value(value)
    return str(naive) if is_sqlite() and naive is not None else naive
