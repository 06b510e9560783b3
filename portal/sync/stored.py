"""Queries on stored records for deciding about missing ones and for the date filter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import SQL, fn

from portal.models.exclusions import Exclusion
from portal.models.records import Record, RecordState
from portal.sync.record_types import RecordType


def clients_of(integration_id: int, record_type: str, ids: Iterable[int]) -> dict[int, int]:
    """Return the client of each of these records that has one, by record id."""
    query = Record.select(Record.remote_id, Record.client_remote_id).where(
        _of(integration_id, record_type), Record.remote_id.in_(list(ids)), Record.client_remote_id.is_null(False)
    )
    rows: Any = query.tuples()
    return dict(rows)


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


def _of(integration_id: int, record_type: str) -> Any:
    return (Record.integration == integration_id) & (Record.record_type == record_type)
