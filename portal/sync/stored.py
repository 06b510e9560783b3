"""Queries on stored records for deciding about missing ones and for the date filter."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial
from typing import Any, Final

from peewee import JOIN, SQL, fn

from portal.models.exclusions import Exclusion
from portal.models.records import Record, RecordState
from portal.models.row_details import RowDetail
from portal.psa.source import Source
from portal.sync.fetcher import PsaCall
from portal.sync.record_types import RecordType

NAMED: Final = 3


def clients_of(integration_id: int, record_type: str, ids: Iterable[int]) -> dict[int, int]:
    """Return the client of each of these records that has one, by record id."""
    query = Record.select(Record.remote_id, Record.client_remote_id).where(
        _of(integration_id, record_type), Record.remote_id.in_(list(ids)), Record.client_remote_id.is_null(False)
    )
    rows: Any = query.tuples()
    return dict(rows)


def clients_of_live(integration_id: int, record_type: str) -> dict[int, int]:
    """Return the client of each live record that has one, by record id."""
    query = Record.select(Record.remote_id, Record.client_remote_id).where(
        _of(integration_id, record_type), Record.state == RecordState.LIVE, Record.client_remote_id.is_null(False)
    )
    rows: Any = query.tuples()
    return dict(rows)


def ids_of_clients(integration_id: int, record_type: str, clients: AbstractSet[int]) -> set[int]:
    """Return the ids of the records of these clients, in whatever state."""
    query = Record.select(Record.remote_id, Record.client_remote_id).where(_of(integration_id, record_type))
    rows: Any = query.tuples()
    return {remote_id for remote_id, client in rows if client in clients}


def list_row_of(integration_id: int, record_type: str, remote_id: int) -> bytes:
    """Return the last list row of a stored record, or its payload if that is the same."""
    record = Record.get(_of(integration_id, record_type), Record.remote_id == remote_id)
    return str(record.list_row or record.payload).encode()


def ids_lacking_details(integration_id: int, record_type: str) -> list[int]:
    """Return the ids of live records whose details were never fetched, or not since their list row changed.

    Those without a digest have changed by a detail since their last list row.
    """
    fetched = (
        (RowDetail.integration == Record.integration)
        & (RowDetail.record_type == Record.record_type)
        & (RowDetail.remote_id == Record.remote_id)
    )
    query = (
        Record.select(Record.remote_id)
        .join(RowDetail, JOIN.LEFT_OUTER, on=fetched)
        .where(
            _of(integration_id, record_type),
            Record.state == RecordState.LIVE,
            Record.digest != b"",
            RowDetail.id.is_null() | (RowDetail.row != Record.digest),
        )
        .order_by(Record.remote_id)
    )
    rows: Any = query.tuples()
    return [remote_id for (remote_id,) in rows]


def record_call(source: Source, integration_id: int, record_type: str, remote_id: int) -> PsaCall:
    """Return the call that fetches a record by its id; with its client, if the PSA finds it only there."""
    if not source.is_listed_per_client(record_type):
        return partial(source.record, record_type, remote_id)
    client = clients_of(integration_id, record_type, [remote_id]).get(remote_id)
    return partial(source.record, record_type, remote_id, client_id=client)


def count_by_client(integration_id: int, record_type: str, clients: Iterable[int]) -> dict[int, int]:
    """Return how many records that are not deleted each of these clients has."""
    query = (
        Record.select(Record.client_remote_id, fn.COUNT(SQL("*")))
        .where(
            _of(integration_id, record_type),
            Record.client_remote_id.in_(list(clients)),
            Record.state != RecordState.DELETED,
        )
        .group_by(Record.client_remote_id)
    )
    rows: Any = query.tuples()
    return dict(rows)


def latest_update(integration_id: int, record_type: str) -> tuple[int, datetime] | None:
    """Return the id and update time of the live record that was updated last."""
    query = Record.select(Record.remote_id, Record.remote_updated_at).where(
        _of(integration_id, record_type), Record.state == RecordState.LIVE, Record.remote_updated_at.is_null(False)
    )
    row = query.order_by(Record.remote_updated_at.desc()).first()
    return (row.remote_id, row.remote_updated_at) if row is not None else None


def name_of(integration_id: int, record_type: str, remote_id: int) -> str:
    """Return the name of a stored or excluded record, or its type and number if there is no name."""
    for table in (Record, Exclusion):
        mine = (table.integration == integration_id) & (table.record_type == record_type)
        found = table.select(table.name).where(mine, table.remote_id == remote_id).first()
        if found is not None and found.name:
            return str(found.name)
    return f"{RecordType(record_type).singular} {remote_id}"


def names_of(integration_id: int, record_type: str, ids: Collection[int]) -> str:
    """Name the first of these records with their numbers, and count the rest, for people."""
    named = [f"“{name_of(integration_id, record_type, each)}” ({each})" for each in sorted(ids)[:NAMED]]
    more = f" and {len(ids) - NAMED:,} more {record_type}" if len(ids) > NAMED else ""
    return f"{', '.join(named)}{more}"


def _of(integration_id: int, record_type: str) -> Any:
    return (Record.integration == integration_id) & (Record.record_type == record_type)
