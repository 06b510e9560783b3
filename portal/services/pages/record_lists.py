"""The list of a type's stored records in one state, by name or newest first, paged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from peewee import Expression

from portal.db import BaseModel
from portal.models.integrations import Integration
from portal.models.records import Record, RecordCount, RecordState
from portal.models.sync import RemoteList
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page
from portal.services.records import lookup
from portal.sync.record_types import RecordType

PAGE_RECORDS: Final = 50

# Everything but the payload, which may be megabytes.
SHOWN: Final = (
    Record.remote_id,
    Record.state,
    Record.name,
    Record.client_name,
    Record.reference,
    Record.status,
    Record.changed_at,
)


BY_NAME: Final = Keys((Record.name, Record.remote_id))
NEWEST_FIRST: Final = Keys((Record.changed_at, Record.remote_id), is_descending=True)


class Order(StrEnum):
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True)
class Wanted:
    """`containing` searches names and references. Search results are sorted by name."""

    record_type: RecordType
    state: RecordState = RecordState.LIVE
    containing: str = ""
    order: Order = Order.NEWEST

    @property
    def by_name(self) -> bool:
        return self.order is Order.NAME or bool(self.containing)


def page(
    integration: Integration, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> Page[Record]:
    """Return the page after the record `after`, the page before the record `before`, or the first page."""
    row = with_number(integration, wanted.record_type, before if before is not None else after)
    keys = BY_NAME if wanted.by_name else NEWEST_FIRST
    edge = keys.edge(row) if row is not None else None
    # The index alone yields the ids. The other columns are read for one page only.
    query = Record.select(Record.remote_id).where(_matching(integration, wanted))
    found = keyset.page(query, keys, PAGE_RECORDS, edge, backward=before is not None)
    return found.with_rows(_shown(integration, wanted, [row.remote_id for row in found.rows]))


def counts(integration: Integration, record_type: RecordType) -> dict[RecordState, int]:
    """Return the number of records in each state, as last counted."""
    mine = (RecordCount.integration == integration) & (RecordCount.record_type == record_type)
    found = {each.state: each.number for each in RecordCount.select().where(mine)}
    return {state: found.get(state, 0) for state in RecordState}


def read_at(integration: Integration, record_type: RecordType) -> datetime | None:
    """Return when the PSA's whole list was last read and reconciled, None if never."""
    mine = (RemoteList.integration == integration) & (RemoteList.record_type == record_type)
    known: RemoteList | None = RemoteList.get_or_none(mine)
    return known.full_at if known is not None else None


def stamp(rows: Iterable[BaseModel], *figures: object) -> str:
    """Return a value that changes whenever the rows or figures on the page do."""
    shown = [row.__data__ for row in rows]
    return hashlib.sha256(repr((shown, figures)).encode()).hexdigest()[:16]


def with_number(integration: Integration, record_type: RecordType, number: int | None) -> Record | None:
    """Return the record with this number, in whatever state it is."""
    return lookup.find(integration, record_type, number, *SHOWN) if number is not None else None


def as_number(text: str) -> int | None:
    """Parse a record number; None if the text is not one."""
    text = text.strip().removeprefix("#")
    is_number = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if is_number and 0 < int(text) < 2**63 else None


def _matching(integration: Integration, wanted: Wanted) -> Expression:
    mine = lookup.of_type(integration, wanted.record_type) & (Record.state == wanted.state)
    if wanted.containing:
        mine &= Record.name.contains(wanted.containing) | Record.reference.contains(wanted.containing)
    return mine


def _shown(integration: Integration, wanted: Wanted, ids: list[int]) -> list[Record]:
    mine = lookup.of_type(integration, wanted.record_type)
    found = {record.remote_id: record for record in Record.select(*SHOWN).where(mine, Record.remote_id.in_(ids))}
    return [found[each] for each in ids if each in found]
