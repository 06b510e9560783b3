"""Reads and writes records in bulk, in SQL that both SQLite and PostgreSQL accept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from peewee import chunked

from portal import clock
from portal.db import db, execute_many, is_sqlite, placeholder, timestamp_value
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.models.sync import RemoteList
from portal.sync import catch_up, counting, exclusions, newer_answers, search_terms
from portal.sync.decide import Change, Decision, StoredRecord
from portal.sync.row_and_detail import Forms

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
    "terms",
    "digest",
    "content",
    "payload",
    "list_row",
    "detail",
    "changed_at",
    "read_at",
)
# For a record that has not changed: `changed_at` stays as it is.
UPDATE_PAYLOAD: Final = (
    "UPDATE record SET digest = {0}, content = {0}, payload = {0}, list_row = {0}, detail = {0}, read_at = {0}"
    " WHERE integration_id = {0} AND record_type = {0} AND remote_id = {0}"
)
# SQLite allows 32,766 variables in a statement, old builds 999.
BATCH: Final = 900
HISTORY_BATCH: Final = 100


class ChangeOrigin(NamedTuple):
    """What caused a change: a run or a webhook delivery; neither for a person."""

    run_id: int | None = None
    delivery_id: int | None = None


def lock_records(integration_id: int) -> None:
    """Make other writers of the integration's records wait until the transaction ends.

    SQLite has a single writer anyway. New deliveries are not blocked: this lock allows foreign keys to the row.
    """
    if not is_sqlite():
        row = Integration.select(Integration.id).where(Integration.id == integration_id)
        row.for_update("FOR NO KEY UPDATE").execute()  # type: ignore[arg-type]  # the stubs know the plain one only


def find_stored(integration_id: int, record_type: str, remote_ids: list[int]) -> dict[int, StoredRecord]:
    """Return the stored digests and states of these records, by id."""
    found: dict[int, StoredRecord] = {}
    for ids in chunked(remote_ids, BATCH):
        cursor = db.execute_sql(_select(len(ids), is_sqlite()), (integration_id, record_type, *ids))
        found.update(
            (remote_id, StoredRecord(bytes(digest), state, None if content is None else bytes(content)))
            for remote_id, digest, state, content in cursor.fetchall()
        )
    return found


def load_forms(integration_id: int, record_type: str, remote_ids: Iterable[int]) -> dict[int, Forms]:
    """Return the stored payloads of these records, by id."""
    found: dict[int, Forms] = {}
    for ids in chunked(remote_ids, BATCH):
        columns = (Record.remote_id, Record.payload, Record.list_row, Record.detail, Record.digest)
        query = Record.select(*columns).where(_of(integration_id, record_type), Record.remote_id.in_(ids))
        rows: Any = query.tuples()
        for remote_id, payload, list_row, detail, digest in rows:
            found[remote_id] = Forms(payload, list_row, detail, has_row=bool(bytes(digest)))
    return found


def live_ids(integration_id: int, record_type: str) -> set[int]:
    """Return the ids of live records."""
    return _ids(integration_id, record_type, Record.state == RecordState.LIVE)


def undeleted_ids(integration_id: int, record_type: str, *, before: datetime) -> set[int]:
    """Return the ids of records that are not deleted and were read by then: the PSA should still list them."""
    kept = Record.state.in_([RecordState.LIVE, RecordState.OUT_OF_SCOPE])
    return _ids(integration_id, record_type, kept & (Record.read_at.is_null() | (Record.read_at <= before)))


def ids_in_state(integration_id: int, record_type: str, state: RecordState) -> set[int]:
    return _ids(integration_id, record_type, Record.state == state)


def write(
    integration_id: int, record_type: str, decision: Decision, *, origin: ChangeOrigin, read_at: datetime
) -> None:
    """Write a decision and its history, inside the caller's transaction.

    `read_at` is when the rows were requested. The caller has left out records with newer answers (newer_answers.py).
    """
    moment, asked = timestamp_value(clock.now()), timestamp_value(read_at)
    rows = [
        (
            *(integration_id, record_type, change.remote_id),
            *_values(integration_id, record_type, change),
            *(moment, asked, moment, *origin),
        )
        for change in (*decision.created, *decision.updated)
    ]
    if rows:
        returned = [change.remote_id for change in decision.updated if change.kind == ChangeKind.BACK]
        counting.move(
            integration_id,
            record_type,
            counting.states_of(integration_id, record_type, returned),
            RecordState.LIVE,
        )
        counting.add(integration_id, record_type, {RecordState.LIVE.value: len(decision.created)})
        execute_many(_upsert(is_sqlite()), rows)
    payload_only = [
        (*_content(change), asked, integration_id, record_type, change.remote_id) for change in decision.payload_only
    ]
    if payload_only:
        execute_many(UPDATE_PAYLOAD.format(placeholder()), payload_only)
    _note_changes(integration_id, record_type, decision.updated, origin)
    set_state(integration_id, record_type, decision.out_of_scope, RecordState.OUT_OF_SCOPE, origin, asked_at=read_at)


def set_state(
    integration_id: int,
    record_type: str,
    reasons: Mapping[int, str],
    state: RecordState,
    origin: ChangeOrigin,
    *,
    asked_at: datetime | None = None,
) -> set[int]:
    """Set records to out of scope or deleted, with their history, inside the caller's transaction.

    `reasons` maps their ids to the reason for people. `asked_at` is when the PSA was asked, if this follows from its
    answer; records with a newer answer are left alone. Returns the ids of the records that were changed.
    """
    now = clock.now()
    if asked_at is not None:
        newer = newer_answers.newer_ids(integration_id, record_type, reasons.keys(), asked_at)
        reasons = {each: why for each, why in reasons.items() if each not in newer}
    asked = {"read_at": asked_at} if asked_at is not None else {}
    for ids in chunked(reasons, BATCH):
        counting.move(integration_id, record_type, counting.states_of(integration_id, record_type, ids), state)
        Record.update(state=state, changed_at=now, **asked).where(
            _of(integration_id, record_type), Record.remote_id.in_(ids)
        ).execute()
        rows = [
            {
                "integration": integration_id,
                "record_type": record_type,
                "remote_id": each,
                "at": now,
                **origin._asdict(),
                "kind": ChangeKind(state.value),
                "why": reasons[each],
            }
            for each in ids
        ]
        for some in chunked(rows, HISTORY_BATCH):
            RecordChange.insert_many(some).execute()
    if state == RecordState.OUT_OF_SCOPE:
        exclusions.add_stored(integration_id, record_type, reasons)
    else:
        exclusions.remove(integration_id, record_type, reasons)
    return set(reasons)


def request_full_read(integration_id: int, record_types: Collection[str]) -> None:
    """Request a sync that reads these lists in full: the records that it must find have not changed in the PSA."""
    RemoteList.update(read_until=None).where(
        RemoteList.integration == integration_id, RemoteList.record_type.in_(record_types)
    ).execute()
    catch_up.request(integration_id)


def live_records_of_clients(integration_id: int, clients: Iterable[int]) -> dict[str, list[int]]:
    """Return the ids of the live records of these clients, by record type."""
    found: dict[str, list[int]] = {}
    for ids in chunked(clients, BATCH):
        query = Record.select(Record.record_type, Record.remote_id).where(
            Record.integration == integration_id, Record.state == RecordState.LIVE, Record.client_remote_id.in_(ids)
        )
        rows: Any = query.tuples()
        for record_type, remote_id in rows:
            found.setdefault(record_type, []).append(remote_id)
    return found


def _note_changes(integration_id: int, record_type: str, changes: list[Change], origin: ChangeOrigin) -> None:
    rows = [
        {
            "integration": integration_id,
            "record_type": record_type,
            "remote_id": change.remote_id,
            "at": clock.now(),
            **origin._asdict(),
            "kind": change.kind,
            "fields": change.fields,
        }
        for change in changes
    ]
    for some in chunked(rows, HISTORY_BATCH):
        RecordChange.insert_many(some).execute()


def _ids(integration_id: int, record_type: str, condition: Any) -> set[int]:
    query = Record.select(Record.remote_id).where(_of(integration_id, record_type), condition)
    # Straight from the driver: there may be hundreds of thousands, and plain integers need no conversion.
    return {remote_id for (remote_id,) in db.execute(query)}


def _of(integration_id: int, record_type: str) -> Any:
    return (Record.integration == integration_id) & (Record.record_type == record_type)


def _values(integration_id: int, record_type: str, change: Change) -> tuple[Any, ...]:
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
        timestamp_value(columns.remote_updated_at),
        search_terms.terms(integration_id, record_type, change.remote_id, columns),
        *_content(change),
    )


def _content(change: Change) -> tuple[Any, ...]:
    forms = change.forms
    return change.digest, change.content, forms.payload, forms.list_row, forms.detail


# Peewee builds one long statement for many rows; passing plain tuples to the driver is several times faster.


@cache
def _select(count: int, sqlite: bool) -> str:  # noqa: ARG001, FBT001  # each engine has its own in the cache
    sign = placeholder()
    return (
        f"SELECT remote_id, digest, state, content FROM record WHERE integration_id = {sign} AND record_type = {sign}"  # noqa: S608
        f" AND remote_id IN ({', '.join([sign] * count)})"
    )


@cache
def _upsert(sqlite: bool) -> str:  # noqa: ARG001, FBT001  # each engine has its own in the cache
    names = (*KEY, *CHANGING, "first_seen_at", "first_run", "first_delivery")
    marks = ", ".join([placeholder()] * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in CHANGING)
    return (
        f"INSERT INTO record ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # made of the constants above
        f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {changes}"
    )
