"""The copy as people look through it: a type's records in one state, by name or newest first, a page at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from peewee import Expression

from portal.db import BaseModel
from portal.models.integrations import Integration
from portal.models.records import Record, RecordCount, RecordState
from portal.models.sync import RemoteList
from portal.sync.record_types import RecordType

PAGE_RECORDS: Final = 50

# All but the payload, which may be megabytes.
SHOWN: Final = (
    Record.remote_id,
    Record.state,
    Record.name,
    Record.client_name,
    Record.reference,
    Record.status,
    Record.changed_at,
)


class Order(StrEnum):
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True)
class Wanted:
    """`containing` is looked for in names and references; what is searched comes by name."""

    record_type: RecordType
    state: RecordState = RecordState.LIVE
    containing: str = ""
    order: Order = Order.NEWEST

    @property
    def by_name(self) -> bool:
        return self.order is Order.NAME or bool(self.containing)


@dataclass(frozen=True)
class RecordPage:
    """`before` and `after` are the ids to page from, None where there is nothing on that side."""

    records: list[Record]
    before: int | None
    after: int | None


def page(
    integration: Integration, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> RecordPage:
    """Return the records behind the one with the id `after`, or those just in front of `before`, or the first."""
    edge = _find(integration, wanted, before if before is not None else after)
    if edge is None:
        ids = _ids(integration, wanted)
        return _page(integration, wanted, ids[:PAGE_RECORDS], has_before=False, has_after=len(ids) > PAGE_RECORDS)
    ids = _ids(integration, wanted, edge, backwards=before is not None)
    more, ids = len(ids) > PAGE_RECORDS, ids[:PAGE_RECORDS]
    if before is None:
        return _page(integration, wanted, ids, has_before=True, has_after=more)
    if not more:
        # The first page, filled up, so that paging back never ends on a page of three rows.
        return page(integration, wanted)
    return _page(integration, wanted, ids[::-1], has_before=True, has_after=True)


def counts(integration: Integration, record_type: RecordType) -> dict[RecordState, int]:
    """Return how many records of the type are in each state, as last counted."""
    mine = (RecordCount.integration == integration) & (RecordCount.record_type == record_type)
    found = {each.state: each.number for each in RecordCount.select().where(mine)}
    return {state: found.get(state, 0) for state in RecordState}


def read_at(integration: Integration, record_type: RecordType) -> datetime | None:
    """Return when the PSA's whole list was last read and reconciled, None if never."""
    mine = (RemoteList.integration == integration) & (RemoteList.record_type == record_type)
    known: RemoteList | None = RemoteList.get_or_none(mine)
    return known.full_at if known is not None else None


def stamp(rows: Iterable[BaseModel], *figures: object) -> str:
    """Return what changes whenever what is shown of these rows, or one of the figures, does."""
    shown = [row.__data__ for row in rows]
    return hashlib.sha256(repr((shown, figures)).encode()).hexdigest()[:16]


def with_number(integration: Integration, record_type: RecordType, number: int | None) -> Record | None:
    """Return the record with this number, in whatever state it is."""
    return _find(integration, Wanted(record_type), number)


def as_number(text: str) -> int | None:
    """Read a record's number; None for what cannot be one."""
    text = text.strip().removeprefix("#")
    is_number = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if is_number and 0 < int(text) < 2**63 else None


def _find(integration: Integration, wanted: Wanted, remote_id: int | None) -> Record | None:
    if remote_id is None:
        return None
    mine = (Record.integration == integration) & (Record.record_type == wanted.record_type)
    found: Record | None = Record.select(*SHOWN).where(mine, Record.remote_id == remote_id).first()
    return found


def _ids(
    integration: Integration, wanted: Wanted, edge: Record | None = None, *, backwards: bool = False
) -> list[int]:
    """Read the ids of one page and one more out of the index alone."""
    key: Any = Record.name if wanted.by_name else Record.changed_at
    rising = wanted.by_name != backwards
    query = Record.select(Record.remote_id).where(_matching(integration, wanted))
    if edge is not None:
        query = query.where(_beyond(key, edge, rising=rising))
    order = (key, Record.remote_id) if rising else (key.desc(), Record.remote_id.desc())
    rows: Any = query.order_by(*order).limit(PAGE_RECORDS + 1).tuples()
    return [remote_id for (remote_id,) in rows]


def _matching(integration: Integration, wanted: Wanted) -> Expression:
    mine = (Record.integration == integration) & (Record.record_type == wanted.record_type)
    mine &= Record.state == wanted.state
    if wanted.containing:
        mine &= Record.name.contains(wanted.containing) | Record.reference.contains(wanted.containing)
    return mine


def _beyond(key: Any, edge: Record, *, rising: bool) -> Any:
    """Say "further on than `edge`". The first half alone is what the index can start from."""
    value = getattr(edge, key.name)
    if rising:
        return (key >= value) & ((key > value) | (Record.remote_id > edge.remote_id))
    return (key <= value) & ((key < value) | (Record.remote_id < edge.remote_id))


def _page(
    integration: Integration, wanted: Wanted, ids: list[int], *, has_before: bool, has_after: bool
) -> RecordPage:
    mine = (Record.integration == integration) & (Record.record_type == wanted.record_type)
    found = {record.remote_id: record for record in Record.select(*SHOWN).where(mine, Record.remote_id.in_(ids))}
    records = [found[each] for each in ids if each in found]
    return RecordPage(records, ids[0] if has_before and ids else None, ids[-1] if has_after else None)
