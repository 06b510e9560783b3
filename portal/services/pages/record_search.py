"""The search over all types of records, from the box on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.pages.record_lists import as_number
from portal.services.records import kept_records, search
from portal.sync.record_types import RecordType

FIRST: Final = 5
CANDIDATES: Final = 100
SHOWN: Final = (
    Record.record_type,
    Record.remote_id,
    Record.state,
    Record.name,
    Record.client_name,
    Record.reference,
    Record.status,
)


@dataclass(frozen=True)
class Found:
    """The first records of a type. `number` counts all that were found; if `is_more`, there are more than that."""

    record_type: RecordType
    records: list[Record]
    number: int
    is_more: bool


@dataclass(frozen=True)
class Results:
    """What one PSA's records have to offer. Types without results are left out."""

    integration: Integration
    types: list[Found]

    @property
    def number(self) -> int:
        return sum(each.number for each in self.types)


def search_all(account: Account, text: str) -> list[Results]:
    """Search the records of each PSA whose records the account can read."""
    readable = Integration.select().where(Integration.account == account).order_by(Integration.id)
    found = [results(each, text) for each in readable if _is_readable(each)]
    # The connected PSA first.
    return sorted((each for each in found if each.types), key=lambda each: not each.integration.is_active)


def results(integration: Integration, text: str) -> Results:
    found = [_found(integration, record_type, text) for record_type in RecordType]
    return Results(integration, [each for each in found if each.records])


def clients(integration: Integration, text: str, most: int = 20) -> list[Record]:
    """Return the live clients with these words, the likeliest first."""
    found = _records(integration, RecordType.CLIENTS, text)
    return [each for each in found if each.state == RecordState.LIVE][:most]


def _found(integration: Integration, record_type: RecordType, text: str) -> Found:
    records = _records(integration, record_type, text)
    number = min(len(records), CANDIDATES)
    return Found(record_type, records[:FIRST], number, is_more=len(records) > CANDIDATES)


def _records(integration: Integration, record_type: RecordType, text: str) -> list[Record]:
    """Return up to one more than CANDIDATES records, the record of this number first, then by how well they match."""
    mine = (Record.integration == integration) & (Record.record_type == record_type)
    numbered = as_number(text)
    found: dict[int, Record] = {}
    if numbered is not None:
        found |= {each.remote_id: each for each in Record.select(*SHOWN).where(mine, Record.remote_id == numbered)}
    ids = search.row_ids(integration, record_type, text, CANDIDATES + 1)
    found |= {each.remote_id: each for each in Record.select(*SHOWN).where(Record.id.in_(ids))}
    start = text.strip().casefold()

    def rank(record: Record) -> tuple[Any, ...]:
        name = record.name.casefold()
        is_exact = start in {name, record.reference.casefold()}
        is_live = record.state == RecordState.LIVE
        return record.remote_id != numbered, not is_exact, not is_live, not name.startswith(start), name

    return sorted(found.values(), key=rank)


def _is_readable(integration: Integration) -> bool:
    kept = kept_records.of(integration)
    return integration.is_active or (kept is not None and not kept.is_deleting)
