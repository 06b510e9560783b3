"""The excluded records of a type, with their reasons, as people look through them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.sync.exclusions import CLIENT_DELETED, MAX_LISTED
from portal.sync.record_types import RecordType
from portal.sync.retirement import TYPE_DISABLED
from portal.sync.scope import CLIENT_NOT_SEEN

PAGE_RECORDS: Final = 50
# What no filter has decided.
NOT_BY_FILTERS: Final = frozenset({CLIENT_DELETED, CLIENT_NOT_SEEN, TYPE_DISABLED})
BY_FILTERS: Final = "Excluded by your sync filters."


@dataclass(frozen=True)
class ExclusionPage:
    """`before` and `after` are the ids to page from, None where there is nothing on that side. `is_cut` says that
    more are excluded than the list holds.
    """

    records: list[Exclusion]
    before: int | None
    after: int | None
    is_cut: bool = False


def words(exclusion: Exclusion) -> str:
    """Say why a record is excluded, and whether the sync filters decided it."""
    return exclusion.reason if exclusion.reason in NOT_BY_FILTERS else f"{BY_FILTERS} {exclusion.reason}"


def counts(integration: Integration) -> dict[str, int]:
    """Return how many records of each type are listed as excluded."""
    found = dict.fromkeys((each.value for each in RecordType), 0)
    query = Exclusion.select(Exclusion.record_type, fn.COUNT(Exclusion.id)).where(
        Exclusion.integration == integration
    )
    rows: Any = query.group_by(Exclusion.record_type).tuples()
    return found | dict(rows)


def get(integration: Integration, record_type: RecordType, remote_id: int) -> Exclusion | None:
    found: Exclusion | None = Exclusion.get_or_none(_of(integration, record_type), Exclusion.remote_id == remote_id)
    return found


def names(integration: Integration, record_type: RecordType, remote_ids: Collection[int]) -> dict[int, str]:
    """Return the names of those of these records that are excluded."""
    query = Exclusion.select(Exclusion.remote_id, Exclusion.name).where(_of(integration, record_type))
    rows: Any = query.where(Exclusion.remote_id.in_(remote_ids)).tuples()
    return dict(rows)


def page(
    integration: Integration,
    record_type: RecordType,
    *,
    containing: str = "",
    before: int | None = None,
    after: int | None = None,
) -> ExclusionPage:
    """Return excluded records by name: those behind the one with the id `after`, just in front of `before`, or the
    first; `containing` keeps those with that text in their name.
    """
    edge = get(integration, record_type, before or after or 0)
    is_cut = _count(integration, record_type) >= MAX_LISTED
    wanted = _of(integration, record_type)
    if containing:
        wanted &= Exclusion.name.contains(containing)
    backwards = before is not None and edge is not None
    query = Exclusion.select().where(wanted, *([_beyond(edge, backwards=backwards)] if edge else []))
    order = (Exclusion.name, Exclusion.remote_id)
    rows = list(query.order_by(*(each.desc() for each in order) if backwards else order).limit(PAGE_RECORDS + 1))
    more, rows = len(rows) > PAGE_RECORDS, rows[:PAGE_RECORDS]
    if backwards and not more:
        # The first page, filled up, so that paging back never ends on a page of three rows.
        return page(integration, record_type, containing=containing)
    rows = rows[::-1] if backwards else rows
    has_before, has_after = edge is not None, backwards or more
    first, last = (rows[0].remote_id, rows[-1].remote_id) if rows else (None, None)
    return ExclusionPage(rows, first if has_before else None, last if has_after else None, is_cut)


def _count(integration: Integration, record_type: RecordType) -> int:
    return int(Exclusion.select().where(_of(integration, record_type)).count())


def _beyond(edge: Exclusion, *, backwards: bool) -> Any:
    name, number = Exclusion.name, Exclusion.remote_id
    if backwards:
        return (name <= edge.name) & ((name < edge.name) | (number < edge.remote_id))
    return (name >= edge.name) & ((name > edge.name) | (number > edge.remote_id))


def _of(integration: Integration, record_type: RecordType) -> Any:
    return (Exclusion.integration == integration) & (Exclusion.record_type == record_type)
