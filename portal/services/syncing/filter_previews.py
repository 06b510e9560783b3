"""Previews of a change of the filters: what leaves, what comes back, and what the sync costs that applies it.

A preview is a row. Each request counts one more slice of the stored records, for a fraction of a second, and writes
how far it has come. So no request takes long however many records there are, any process can continue, and the same
change counts once, whoever asks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from peewee import IntegrityError, fn

from portal import clock
from portal.db import db
from portal.errors import NotFound
from portal.models.filters import FilterPreview
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import LIVE_STATES, SyncRun
from portal.psa.registry import adapter_of
from portal.services.connecting import connections
from portal.services.records import stored_records
from portal.services.syncing import filter_changes, filter_preview_counts, filter_preview_unstored
from portal.services.syncing.filter_preview_counts import Progress, TypeCounts
from portal.sync.filters import Filters, read, write
from portal.sync.record_types import RecordType, in_order
from portal.sync.retirement import TYPE_DISABLED
from portal.sync.what_if import WhatIf

# How long one request counts. A batch more than that is always finished.
SLICE_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Preview:
    """`types` are in sync order and hold only types that the change concerns. `share` is the percentage counted."""

    id: int
    types: dict[RecordType, TypeCounts]
    touched: list[RecordType]
    counted: int
    total: int
    is_done: bool

    @property
    def share(self) -> int:
        return 100 if self.is_done or not self.total else min(99, self.counted * 100 // self.total)

    @property
    def leaves(self) -> int:
        return sum(each.leaves for each in self.types.values())

    @property
    def returns(self) -> int:
        return sum(each.returns for each in self.types.values())

    @property
    def is_estimate(self) -> bool:
        return any(each.is_estimate for each in self.types.values())


def request(integration: Integration, record_types: list[str], filters: Filters) -> FilterPreview:
    """Return the preview of a change, a new one unless it is counted already.

    Raises Invalid where `filter_changes.change` does.
    """
    chosen = filter_changes.checked(record_types, filters)
    wanted = {"integration": integration, "key": _key(integration, chosen, write(filters))}
    found: FilterPreview | None = FilterPreview.get_or_none(**wanted)
    if found is not None:
        return found
    try:
        with db.atomic():
            created: FilterPreview = FilterPreview.create(
                **wanted,
                record_types=chosen,
                filters=write(filters),
                progress=filter_preview_counts.write(_begun(integration, chosen, filters)),
            )
            return created
    except IntegrityError:  # another tab was quicker
        quicker: FilterPreview = FilterPreview.get(**wanted)
        return quicker


def get(integration: Integration, preview_id: int) -> FilterPreview:
    found: FilterPreview | None = FilterPreview.get_or_none(
        FilterPreview.id == preview_id, FilterPreview.integration == integration
    )
    if found is None:
        raise NotFound("This preview no longer exists.", "Make it again.")
    return found


def count_on(preview: FilterPreview, seconds: float | None = None) -> Preview:
    """Count the stored records for so long, by default SLICE_SECONDS, and return what is known then."""
    until = clock.monotonic() + (SLICE_SECONDS if seconds is None else seconds)
    progress = filter_preview_counts.read(preview.progress)
    if not preview.is_done:
        is_done = _count(preview, progress, until)
        changed = {
            "progress": filter_preview_counts.write(progress),
            "is_done": is_done,
            "slices": FilterPreview.slices + 1,
        }
        mine = (FilterPreview.id == preview.id) & (FilterPreview.slices == preview.slices)
        if FilterPreview.update(changed).where(mine).execute():
            preview.is_done = is_done
        else:  # another request has counted the same slice
            preview = get(preview.integration, preview.id)
            progress = filter_preview_counts.read(preview.progress)
    types = {each: progress.types[each] for each in RecordType if each in progress.types}
    touched = [each for each in _touched(preview) if each in preview.record_types]
    return Preview(preview.id, types, touched, progress.seen, progress.total, preview.is_done)


def _begun(integration: Integration, chosen: list[str], filters: Filters) -> Progress:
    """Return the progress at the start: types that are turned off need no counting."""
    stored, progress = stored_records.counts(integration), Progress()
    for record_type in filter_changes.touched_types(integration, chosen, filters):
        live, out = stored[record_type][RecordState.LIVE], stored[record_type][RecordState.OUT_OF_SCOPE]
        if record_type in chosen:
            progress.total += live + out
        elif live:
            some = [record.remote_id for record in stored_records.look_up(integration, record_type, limit=5)]
            why = dict.fromkeys(some, TYPE_DISABLED)
            leaving = filter_preview_counts.samples(integration, record_type, some, why)
            progress.types[record_type.value] = TypeCounts(leaves=live, leaving=leaving)
    return progress


def _count(preview: FilterPreview, progress: Progress, until: float) -> bool:
    """Count until this moment or the end; returns whether it is the end."""
    types = [each for each in _touched(preview) if each in preview.record_types]
    while progress.position < len(types):
        record_type = types[progress.position]
        progress.types.setdefault(record_type.value, TypeCounts())
        what_if = _what_if(preview, record_type, progress)
        while (batch := what_if.next_batch(progress.after)).last is not None:
            progress.add(preview.integration, record_type, batch)
            progress.after = batch.last
            if clock.monotonic() >= until:
                return False
        _estimate(preview, record_type, progress, what_if)
        progress.position, progress.after = progress.position + 1, 0
    return True


def _estimate(preview: FilterPreview, record_type: RecordType, progress: Progress, what_if: WhatIf) -> None:
    """Add what only the PSA knows about a type."""
    integration = preview.integration
    if record_type not in integration.record_types:
        progress.types[record_type.value].first_time = filter_preview_unstored.first_time(integration, record_type)
        return
    before, after = read(integration.filters), read(preview.filters)
    filter_preview_unstored.estimate(integration, record_type, before, after, progress, what_if)


def _what_if(preview: FilterPreview, record_type: RecordType, progress: Progress) -> WhatIf:
    facts = adapter_of(preview.integration.psa).facts
    seen = connections.lists_of(preview.integration).get(record_type)
    return WhatIf(
        preview.integration.id,
        record_type,
        read(preview.filters),
        progress.clients,
        read=facts.read,
        unpack=facts.unpack,
        is_listed_per_client=seen is not None and seen.is_per_client,
    )


def _touched(preview: FilterPreview) -> list[RecordType]:
    return filter_changes.touched_types(preview.integration, preview.record_types, read(preview.filters))


def _key(integration: Integration, record_types: list[str], filters: dict[str, Any]) -> str:
    """Return a fingerprint of a change, of what it changes, and of the copy after the last sync."""
    ended = SyncRun.select(fn.MAX(SyncRun.id)).where(
        SyncRun.integration == integration, SyncRun.state.not_in(LIVE_STATES)
    )
    parts = [integration.record_types, integration.filters, in_order(record_types), filters, ended.scalar()]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
