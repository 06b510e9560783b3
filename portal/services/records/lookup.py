"""Finding stored records of an integration by their numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
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


def find_several(
    integration: Integration, numbers: Mapping[RecordType, Collection[int]], *columns: Any
) -> dict[tuple[str, int], Record]:
    """Return records of several types, in any state, by type and number, with these columns besides."""
    # Each part names the integration: otherwise SQLite reads all of its records.
    wanted = [of_type(integration, each) & Record.remote_id.in_(some) for each, some in numbers.items() if some]
    if not wanted:
        return {}
    query = Record.select(Record.record_type, Record.remote_id, *columns).where(reduce(or_, wanted))
    return {(each.record_type, each.remote_id): each for each in query}
