"""The list of a type's excluded records, with the reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page
from portal.sync.exclusions import CLIENT_DELETED, MAX_LISTED
from portal.sync.hand_exclusions import BY_HAND, CLIENT_BY_HAND, INCLUDED_AGAIN
from portal.sync.record_types import RecordType
from portal.sync.retirement import TYPE_DISABLED
from portal.sync.scope import CLIENT_NOT_SEEN

PAGE_RECORDS: Final = 50
BY_NAME: Final = Keys((Exclusion.name, Exclusion.remote_id))
# Reasons that do not come from a filter.
NOT_BY_FILTERS: Final = frozenset({CLIENT_DELETED, CLIENT_NOT_SEEN, TYPE_DISABLED, CLIENT_BY_HAND, INCLUDED_AGAIN})
BY_FILTERS: Final = "Excluded by your sync filters."


@dataclass(frozen=True)
class ExclusionPage(Page[Exclusion]):
    """`is_cut` is true when more records are excluded than the list holds."""

    is_cut: bool = False


def words(exclusion: Exclusion) -> str:
    """Explain why a record is excluded, and whether by the sync filters."""
    return f"{BY_FILTERS} {exclusion.reason}" if is_by_filters(exclusion.reason) else exclusion.reason


def is_by_filters(reason: str) -> bool:
    return reason not in NOT_BY_FILTERS and not reason.startswith(BY_HAND)


def counts(integration: Integration) -> dict[str, int]:
    """Return the number of excluded records of each type."""
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
    """Return the names of these records, by id, as far as they are excluded."""
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
    """Return excluded records by name: the page after the record `after`, the page before the record `before`, or the
    first page. `containing` searches the names.
    """
    row = get(integration, record_type, before or after or 0)
    query = Exclusion.select().where(_of(integration, record_type))
    if containing:
        query = query.where(Exclusion.name.contains(containing))
    edge = BY_NAME.edge(row) if row is not None else None
    found = keyset.page(query, BY_NAME, PAGE_RECORDS, edge, backward=before is not None)
    is_cut = _count(integration, record_type) >= MAX_LISTED
    return ExclusionPage(found.rows, found.previous, found.next, is_cut)


def _count(integration: Integration, record_type: RecordType) -> int:
    return int(Exclusion.select().where(_of(integration, record_type)).count())


def _of(integration: Integration, record_type: RecordType) -> Any:
    return (Exclusion.integration == integration) & (Exclusion.record_type == record_type)
