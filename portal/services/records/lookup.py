"""Finding one stored record of an integration."""

from __future__ import annotations

from typing import Any

from peewee import Expression

from portal.models.integrations import Integration
from portal.models.records import Record
from portal.sync.record_types import RecordType


def of_type(integration: Integration, record_type: RecordType) -> Expression:
    """Return the condition for all records of a type, in any state."""
    return (Record.integration == integration) & (Record.record_type == record_type)


def find(integration: Integration, record_type: RecordType, remote_id: int, *columns: Any) -> Record | None:
    """Return the record, in any state, with these columns or with all of them."""
    query = Record.select(*columns).where(of_type(integration, record_type), Record.remote_id == remote_id)
    found: Record | None = query.first()
    return found
