"""Reading stored records: counting, searching and exporting them."""

from __future__ import annotations

from collections.abc import Iterator

from portal.errors import NotFound
from portal.models.integrations import Integration
from portal.models.records import Record, RecordCount, RecordState
from portal.services.pages import record_pages
from portal.services.records import lookup
from portal.sync.record_types import RecordType

BATCH = 500


def counts(integration: Integration) -> dict[str, dict[str, int]]:
    """Return the number of records by type and state, as last counted. Types without records have zeros."""
    found = {
        record_type.value: dict.fromkeys((state.value for state in RecordState), 0) for record_type in RecordType
    }
    for each in RecordCount.select().where(RecordCount.integration == integration):
        found[each.record_type][each.state] = each.number
    return found


def look_up(
    integration: Integration,
    record_type: RecordType,
    *,
    state: RecordState = RecordState.LIVE,
    containing: str = "",
    limit: int = 50,
) -> list[Record]:
    """Return records sorted by name. `containing` searches names and references."""
    query = Record.select().where(lookup.of_type(integration, record_type), Record.state == state)
    if containing:
        query = query.where(Record.name.contains(containing) | Record.reference.contains(containing))
    return list(query.order_by(Record.name, Record.remote_id).limit(limit))


def get(integration: Integration, record_type: RecordType, remote_id: int) -> Record:
    """Return a stored record. Raises NotFound, with the reason why the record is missing."""
    record = lookup.find(integration, record_type, remote_id)
    if record is None:
        absence = record_pages.absence(integration, record_type, remote_id)
        raise NotFound(
            f"{record_type.singular.capitalize()} {remote_id} isn't in Scopable. {absence.why}", absence.remedy
        )
    return record


def export(integration: Integration, record_type: RecordType, state: RecordState | None = None) -> Iterator[Record]:
    """Yield all records of a type by id, reading in small batches."""
    after = None
    while found := batch(integration, record_type, state, after):
        yield from found
        after = found[-1].remote_id


def batch(
    integration: Integration, record_type: RecordType, state: RecordState | None, after: int | None
) -> list[Record]:
    """Return the next batch of records after the id `after`."""
    query = Record.select().where(lookup.of_type(integration, record_type))
    if state is not None:
        query = query.where(Record.state == state)
    if after is not None:
        query = query.where(Record.remote_id > after)
    found = list(query.order_by(Record.remote_id).limit(BATCH))
    for record in found:
        record.integration = integration  # so that not every record queries for it
    return found
