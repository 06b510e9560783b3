"""The records that belong to a client or a site, and the way back up to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.records import lookup
from portal.sync.record_types import RecordType

SHOWN: Final = 5
# Larger numbers are not counted: a client may have tens of thousands of records.
MOST_COUNTED: Final = 100
OF_CLIENT: Final = (
    RecordType.SITES,
    RecordType.CONTACTS,
    RecordType.ASSETS,
    RecordType.CONTRACTS,
    RecordType.OPPORTUNITIES,
)
OF_SITE: Final = (RecordType.CONTACTS, RecordType.ASSETS)
COLUMNS: Final = (Record.name, Record.reference, Record.status, Record.state)


@dataclass(frozen=True)
class RelatedRecords:
    """The first live records of one type by name. `count` is how many there are, `more` whether there are still more
    than that.
    """

    record_type: RecordType
    count: int
    more: bool
    rows: list[Record]


@dataclass(frozen=True)
class Owner:
    """A client or site that a record belongs to; `name` is empty if Scopable does not have it."""

    record_type: RecordType
    remote_id: int
    name: str


def of(integration: Integration, record_type: RecordType, remote_id: int) -> list[RelatedRecords]:
    """Return what belongs to a client or a site, by type; nothing for other records."""
    types, column = _belonging(record_type)
    mine = (Record.integration == integration) & (column == remote_id) & (Record.state == RecordState.LIVE)
    numbers = {each: _first_numbers(mine & (Record.record_type == each)) for each in types}
    rows = lookup.find_several(integration, {each: found[:SHOWN] for each, found in numbers.items()}, *COLUMNS)
    return [
        RelatedRecords(
            each,
            min(len(found), MOST_COUNTED),
            len(found) > MOST_COUNTED,
            [rows[each, number] for number in found[:SHOWN] if (each, number) in rows],
        )
        for each, found in numbers.items()
        if found
    ]


def owners(integration: Integration, record: Record) -> list[Owner]:
    """Return the client and the site that a record belongs to, the client first."""
    wanted = [(RecordType.CLIENTS, record.client_remote_id), (RecordType.SITES, record.site_remote_id)]
    above = wanted[: {RecordType.CLIENTS: 0, RecordType.SITES: 1}.get(RecordType(record.record_type), 2)]
    keys = {each: [number] for each, number in above if number}
    stored = lookup.find_several(integration, keys, *COLUMNS)
    known = {RecordType.CLIENTS: record.client_name}
    return [
        Owner(each, number, stored[each, number].name if (each, number) in stored else known.get(each, ""))
        for each, [number] in keys.items()
    ]


def _belonging(record_type: RecordType) -> tuple[tuple[RecordType, ...], Any]:
    if record_type is RecordType.CLIENTS:
        return OF_CLIENT, Record.client_remote_id
    return (OF_SITE if record_type is RecordType.SITES else ()), Record.site_remote_id


def _first_numbers(condition: Any) -> list[int]:
    """Return the first records by name from the index, one more than are counted."""
    query: Any = Record.select(Record.remote_id).where(condition).order_by(Record.name, Record.remote_id)
    return [remote_id for (remote_id,) in query.limit(MOST_COUNTED + 1).tuples()]
