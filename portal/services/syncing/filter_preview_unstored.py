"""Estimates which records that were never stored would come in. Only the PSA knows them; the portal knows who they
are and why they are excluded (models/exclusions.py).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from peewee import JOIN

from portal.models.exclusions import Exclusion
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.connecting import connections
from portal.services.records import stored_records
from portal.services.syncing.filter_preview_counts import SAMPLES, Progress, Sample
from portal.sync import exclusions, remote_lists
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from portal.sync.scope import filter_of
from portal.sync.what_if import WhatIf

# The filters that choose clients by their numbers, which are known.
BY_NUMBER: Final = ("include_clients", "exclude_clients")


def estimate(
    integration: Integration,
    record_type: RecordType,
    before: Filters,
    after: Filters,
    progress: Progress,
    if_: WhatIf,
) -> None:
    """Count the excluded records of a type that may come in, and note the first ones."""
    counts = progress.types[record_type.value]
    rows = _never_stored(integration, record_type)
    coming = [each for each in rows if _may_come(each, before, after, progress.coming, if_)]
    counts.may_come = len(coming)
    counts.is_listed = len(rows) < exclusions.MAX_LISTED
    counts.coming = [Sample(each.remote_id, each.name, each.client_name) for each in coming[:SAMPLES]]
    if record_type == RecordType.CLIENTS:
        progress.coming = [each.remote_id for each in coming]


def first_time(integration: Integration, record_type: RecordType) -> int | None:
    """Return how many records of a type are read for the first time; None if the PSA has not said how many it has."""
    seen = connections.lists_of(integration).get(record_type)
    known = remote_lists.find(integration.id, record_type)
    total = known.total if known is not None and known.total is not None else None
    if total is None:
        total = None if seen is None or seen.is_uncounted else seen.total
    count = stored_records.counts(integration)[record_type]
    return None if total is None else max(0, total - count[RecordState.LIVE] - count[RecordState.OUT_OF_SCOPE])


def _never_stored(integration: Integration, record_type: RecordType) -> list[Any]:
    stored = (
        (Record.integration == Exclusion.integration)
        & (Record.record_type == Exclusion.record_type)
        & (Record.remote_id == Exclusion.remote_id)
    )
    query = (
        Exclusion.select()
        .join(Record, JOIN.LEFT_OUTER, on=stored)
        .where(Exclusion.integration == integration, Exclusion.record_type == record_type, Record.id.is_null())
    )
    return list(query.order_by(Exclusion.remote_id))


def _may_come(excluded: Any, before: Filters, after: Filters, coming: Collection[int], if_: WhatIf) -> bool:
    """Return whether nothing that is known keeps the record out."""
    client = excluded.client_remote_id
    if if_.is_named_out(excluded.remote_id) or not (client in coming or if_.is_client_in(client)):
        return False
    name = filter_of(excluded.reason)
    return name is None or name in BY_NUMBER or getattr(before, name) != getattr(after, name)
