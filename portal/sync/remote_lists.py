"""Reads and describes what runs found out about the PSA's lists (models.sync.RemoteList)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.models.sync import CountKind, RemoteList, StepMode, SyncStep
from portal.sync.past_readings import PastReading
from portal.sync.reading import Reading

# Incremental syncs overlap by this much: the PSA's clock may be wrong by minutes, and a record may become visible
# later than its update time says.
OVERLAP: Final = timedelta(minutes=15)
# The PSA's zone may have changed its clocks since its offset was measured.
DAYLIGHT_SAVING: Final = timedelta(hours=1)
# A key that changed in most rows, and alone, in this many readings is computed; once may be a bulk edit.
COMPUTED_AFTER: Final = 2
PROBE_LIFETIME: Final = timedelta(days=7)


def find(integration_id: int, record_type: str) -> RemoteList | None:
    found: RemoteList | None = RemoteList.get_or_none(
        RemoteList.integration == integration_id, RemoteList.record_type == record_type
    )
    return found


def past_reading(integration_id: int, step: SyncStep) -> PastReading:
    """Return what this run or an earlier one found out about the step's list."""
    before = find(integration_id, step.record_type)
    if before is None:
        return PastReading(count_kind=CountKind(step.count_kind))
    is_known = step.count_kind != CountKind.UNKNOWN
    kind, size = CountKind(step.count_kind if is_known else before.count_kind), before.page_size
    if step.mode != StepMode.FULL or not before.total or not size:
        return PastReading(size=size, count_kind=kind)
    return PastReading(-(-before.total // size), size, before.total, kind)


def findings(reading: Reading) -> dict[str, Any]:
    """Return the findings of a complete reading as columns of RemoteList."""
    return {"page_size": reading.sizes.size, "total": reading.expected, "count_kind": reading.conclude()}


def changes_since(integration_id: int, record_type: str) -> datetime | None:
    """Return the time since which to fetch changes, or None if the list must be read in full.

    It must if the date filter is not proved to work, or if the list fits on one page anyway.
    """
    before = find(integration_id, record_type)
    if before is None or not before.filters_by_date or before.read_until is None or is_one_page(before):
        return None
    since: datetime = before.read_until - OVERLAP - timedelta(minutes=before.date_offset)
    return since - DAYLIGHT_SAVING if before.date_offset else since


def is_one_page(before: RemoteList) -> bool:
    """Return whether the whole list fits on one page, so that fetching only changes would save nothing."""
    return bool(before.page_size and before.total is not None and before.total < before.page_size)


def needs_probe(before: RemoteList, version: str) -> bool:
    """Return whether the result of the last probe is too old, or from another version of the PSA."""
    if before.probed_at is None or clock.now() - before.probed_at >= PROBE_LIFETIME:
        return True
    return bool(before.psa_version and version and before.psa_version != version)


def computed(integration_id: int, record_type: str) -> frozenset[str]:
    """Return the keys that several readings found to be computed."""
    seen = _computed(find(integration_id, record_type))
    return frozenset(key for key, readings in seen.items() if readings >= COMPUTED_AFTER)


def with_computed(before: RemoteList | None, keys: Collection[str]) -> dict[str, int]:
    """Count another reading for these computed keys, and drop unconfirmed keys that are not among them."""
    seen = _computed(before)
    settled = {key: readings for key, readings in seen.items() if readings >= COMPUTED_AFTER}
    return settled | {key: seen.get(key, 0) + 1 for key in keys}


def computed_messages(record_type: str, keys: Collection[str]) -> list[str]:
    if not keys:
        return []
    return [f"{', '.join(sorted(keys))} changed in most {record_type} at once, so their history doesn't list it."]


def _computed(before: RemoteList | None) -> dict[str, int]:
    return dict(before.computed or {}) if before is not None else {}


def known_offsets(integration_id: int) -> set[timedelta]:
    """Return the date offsets found for the lists of this integration."""
    query = RemoteList.select(RemoteList.date_offset).where(RemoteList.integration == integration_id)
    return {timedelta(minutes=each.date_offset) for each in query}


def is_ignoring_dates(before: RemoteList | None, reading: Reading) -> bool:
    """Return whether a request for changes returned the whole list, which is longer than a page."""
    if before is None or not before.total or not before.page_size:
        return False
    return reading.rows >= before.total > before.page_size


def ignored_date_message(psa: str, record_type: str) -> str:
    return f"{psa} ignored the date and sent all {record_type}. From now on, syncs read the whole list."


def probe_messages(
    psa: str, record_type: str, before: RemoteList | None, *, works: bool, offset: int, why: str
) -> list[str]:
    """Return a note on the result of a probe if it differs from the last one."""
    was = (before.filters_by_date, before.date_offset) if before is not None else (None, 0)
    if (works, offset) == was or (works and not offset and was[0] is None):
        return []
    if not works:
        return [f"{psa}'s date filter isn't reliable for {record_type}: {why}. Syncs read the whole list."]
    if offset:
        return [f"{psa} reads dates for {record_type} in its own time zone, {_hours(offset)} behind UTC."]
    return [f"{psa}'s date filter works for {record_type}. From now on, syncs read only changes."]


def page_size_messages(psa: str, record_type: str, before: RemoteList | None, size: int | None) -> list[str]:
    if before is None or not before.page_size or not size or before.page_size == size:
        return []
    return [f"{psa} now sends {size:,} {record_type} per page; before, it was {before.page_size:,}."]


def disagreements(psa: str, record_type: str, reading: Reading) -> list[str]:
    """Return notes on where the list's counts and page sizes contradict its rows."""
    found = []
    sizes, counts = reading.sizes, reading.counts
    if sizes.size and sizes.reported and sizes.reported != sizes.size:
        found.append(f"{psa} reports {sizes.reported:,} {record_type} per page but sends {sizes.size:,}.")
    if counts.kind == CountKind.PAGE:
        found.append(f"{psa}'s count of {record_type} covers only one page, so Scopable read until the list ended.")
    if counts.kind == CountKind.NONE and reading.rows:
        found.append(f"{psa} doesn't count its {record_type}, so Scopable read until the list ended.")
    if counts.kind == CountKind.WRONG and counts.stated is not None:
        found.append(f"{psa} counts {counts.stated:,} {record_type} but sent {reading.rows:,}.")
    return found


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02} h"
