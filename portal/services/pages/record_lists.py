"""The list of a type's stored records: filtered, sorted and paged. What a page reads of them, an index holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from peewee import fn

from portal.db import BaseModel
from portal.models.integrations import Integration
from portal.models.records import Record, RecordCount, RecordState
from portal.models.sync import RemoteList
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page
from portal.services.records import lookup, search
from portal.sync.record_types import RecordType

PAGE_RECORDS: Final = 50
MAX_STATUSES: Final = 40
# How many records of a list are searched before the whole.
NEAR: Final = 1_000
# A longer payload is cut, and then has no fields in a list. It may be megabytes.
LONGEST_PAYLOAD: Final = 100_000
SHOWN: Final = (
    *(Record.record_type, Record.remote_id, Record.state, Record.name, Record.client_remote_id, Record.client_name),
    *(Record.reference, Record.status, Record.is_active, Record.changed_at),
    fn.SUBSTR(Record.payload, 1, LONGEST_PAYLOAD).alias("payload"),
)


class Order(StrEnum):
    """The columns that a list can be sorted by."""

    CHANGED = "changed"
    NAME = "name"
    NUMBER = "number"
    CLIENT = "client"
    REFERENCE = "reference"
    STATUS = "status"


COLUMNS: Final = {
    Order.CHANGED: (Record.changed_at,),
    Order.NAME: (Record.name,),
    Order.NUMBER: (),
    Order.CLIENT: (Record.client_name,),
    Order.REFERENCE: (Record.reference,),
    Order.STATUS: (Record.status,),
}


@dataclass(frozen=True)
class Wanted:
    """Which records of a type a list holds, and in which order.

    `containing` searches names, references, numbers and what else the PSA's adapter finds worth searching.
    `changed_since` is the time of the last change in Scopable.
    """

    record_type: RecordType
    state: RecordState = RecordState.LIVE
    containing: str = ""
    client: int | None = None
    site: int | None = None
    status: str = ""
    is_active: bool | None = None
    changed_since: datetime | None = None
    order: Order = Order.CHANGED
    is_descending: bool = True

    @property
    def keys(self) -> Keys:
        return Keys((*COLUMNS[self.order], Record.remote_id), is_descending=self.is_descending)

    @property
    def is_narrowed(self) -> bool:
        """Tell whether filters besides the state leave records out."""
        chosen = (self.containing, self.client, self.site, self.status, self.changed_since)
        return any(chosen) or self.is_active is not None

    @property
    def number_set(self) -> int:
        """Count the filters that are set. The search stands beside them, and a site comes with the link to a list."""
        chosen = (self.client, self.is_active, self.changed_since)
        others = (self.state != RecordState.LIVE, self.status != "")
        return sum(each is not None for each in chosen) + sum(others)


def page(
    integration: Integration, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> Page[Record]:
    """Return the page after the record `after`, the page before the record `before`, or the first page.

    The records have their payloads.
    """
    row = lookup.find(integration, wanted.record_type, before or after or 0, Record.remote_id, *COLUMNS[wanted.order])
    edge = wanted.keys.edge(row) if row is not None else None
    # The index alone yields the ids. The other columns are read for one page only.
    matches = matching(integration, wanted)
    if wanted.containing and (near := _near(integration, wanted, edge, backward=before is not None)):
        matches = lookup.of_type(integration, wanted.record_type) & Record.remote_id.in_(near)
    query = Record.select(Record.remote_id).where(matches)
    found = keyset.page(query, wanted.keys, PAGE_RECORDS, edge, backward=before is not None)
    return found.with_rows(whole(integration, wanted.record_type, [row.remote_id for row in found.rows]))


def _near(
    integration: Integration, wanted: Wanted, edge: tuple[Any, ...] | None, *, backward: bool
) -> list[int] | None:
    """Search only the part of the list that follows the edge; None if it has less than a page of matches.

    The search's own index would first collect all matches, of a common word nearly the whole list.
    """
    unsearched = matching(integration, replace(wanted, containing=""))
    part = keyset.nearest(Record.select(Record.id).where(unsearched), wanted.keys, NEAR, edge, backward=backward)
    matches = Record.id.in_(part) & search.in_row(integration, wanted.record_type, wanted.containing)
    query = Record.select(Record.remote_id).where(matches)
    found = [row.remote_id for row in keyset.nearest(query, wanted.keys, PAGE_RECORDS + 1, edge, backward=backward)]
    return found if len(found) > PAGE_RECORDS else None


def matching(integration: Integration, wanted: Wanted) -> Any:
    """Return the condition for the records of a list."""
    mine: Any = lookup.of_type(integration, wanted.record_type) & (Record.state == wanted.state)
    if wanted.containing:
        mine &= search.containing(integration, wanted.record_type, wanted.containing)
    if wanted.client is not None:
        mine &= Record.client_remote_id == wanted.client
    if wanted.site is not None:
        mine &= Record.site_remote_id == wanted.site
    if wanted.status:
        mine &= Record.status == wanted.status
    if wanted.is_active is not None:
        mine &= Record.is_active == wanted.is_active
    if wanted.changed_since is not None:
        mine &= Record.changed_at >= wanted.changed_since
    return mine


def batch(integration: Integration, wanted: Wanted, size: int, after: int | None) -> list[Record]:
    """Return the next records of an export of the list, by number, after the number `after`."""
    query = Record.select().where(matching(integration, wanted))
    if after is not None:
        query = query.where(Record.remote_id > after)
    return _owned(integration, query.order_by(Record.remote_id).limit(size))


def whole(integration: Integration, record_type: RecordType, ids: list[int]) -> list[Record]:
    """Return these records in the same order, each with its payload unless that is huge."""
    query = Record.select(*SHOWN).where(lookup.of_type(integration, record_type), Record.remote_id.in_(ids))
    found = {record.remote_id: record for record in _owned(integration, query)}
    return [found[each] for each in ids if each in found]


def statuses(integration: Integration, wanted: Wanted) -> list[str]:
    """Return the statuses of the type's records, up to a number that fits into a list of choices."""
    mine = lookup.of_type(integration, wanted.record_type) & (Record.state == wanted.state) & (Record.status != "")
    rows: Any = Record.select(Record.status).distinct().where(mine).limit(MAX_STATUSES).tuples()
    return sorted({status for (status,) in rows} | ({wanted.status} if wanted.status else set()))


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
    return next(iter(whole(integration, record_type, [number])), None) if number is not None else None


def as_number(text: str) -> int | None:
    """Parse a record number; None if the text is not one."""
    text = text.strip().removeprefix("#")
    is_number = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if is_number and 0 < int(text) < 2**63 else None


def _owned(integration: Integration, query: Any) -> list[Record]:
    found = list(query)
    for record in found:
        record.integration = integration  # so that not every record queries for it
    return found
