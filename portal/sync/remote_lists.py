"""What a run learns of one of the PSA's lists, and what it makes of what earlier runs have learnt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.models.sync import CountKind, RemoteList, StepMode, SyncStep
from portal.sync.past_readings import PastReading
from portal.sync.reading import Reading

# A change is asked for again as long as this after it was read: the PSA's clock may be wrong by minutes, and a record
# may become visible later than its stamp says.
OVERLAP: Final = timedelta(minutes=15)
# The PSA's zone may have changed its clocks between the record that its offset was learnt from and now.
DAYLIGHT_SAVING: Final = timedelta(hours=1)
# A key that has changed alone in most rows of so many readings is computed; once, people may have edited them all.
COMPUTED_AFTER: Final = 2
PROBE_LIFETIME: Final = timedelta(days=7)


def find(integration_id: int, record_type: str) -> RemoteList | None:
    found: RemoteList | None = RemoteList.get_or_none(
        RemoteList.integration == integration_id, RemoteList.record_type == record_type
    )
    return found


def past_reading(integration_id: int, step: SyncStep) -> PastReading:
    """Return what this run, or an earlier one, has seen of the list that the step reads."""
    before = find(integration_id, step.record_type)
    if before is None:
        return PastReading(count_kind=CountKind(step.count_kind))
    has_begun = step.count_kind != CountKind.UNKNOWN
    kind, size = CountKind(step.count_kind if has_begun else before.count_kind), before.page_size
    if step.mode != StepMode.FULL or not before.total or not size:
        return PastReading(size=size, count_kind=kind)
    return PastReading(-(-before.total // size), size, before.total, kind)


def findings(reading: Reading) -> dict[str, Any]:
    """Return what a reading of a whole list has shown, as it is kept in RemoteList."""
    return {"page_size": reading.sizes.size, "total": reading.expected, "count_kind": reading.conclude()}


def changes_since(integration_id: int, record_type: str) -> datetime | None:
    """Return from when on to ask for changes, None where the list is to be read whole.

    That is so until the date filter has proved itself, and where the list is no longer than a page anyway.
    """
    before = find(integration_id, record_type)
    if before is None or not before.filters_by_date or before.read_until is None or is_one_page(before):
        return None
    since: datetime = before.read_until - OVERLAP - timedelta(minutes=before.date_offset)
    return since - DAYLIGHT_SAVING if before.date_offset else since


def is_one_page(before: RemoteList) -> bool:
    """Return whether reading the list whole takes one request, as asking for its changes would."""
    return bool(before.page_size and before.total is not None and before.total < before.page_size)


def needs_probe(before: RemoteList, version: str) -> bool:
    """Return whether what is known of the date filter is too old, or of another version of the PSA."""
    if before.probed_at is None or clock.now() - before.probed_at >= PROBE_LIFETIME:
        return True
    return bool(before.psa_version and version and before.psa_version != version)


def computed(integration_id: int, record_type: str) -> frozenset[str]:
    """Return the keys that have changed by themselves in several readings."""
    seen = _computed(find(integration_id, record_type))
    return frozenset(key for key, readings in seen.items() if readings >= COMPUTED_AFTER)


def with_computed(before: RemoteList | None, keys: Collection[str]) -> dict[str, int]:
    """Count another reading in which these keys have changed by themselves; one in which a key has not clears it."""
    seen = _computed(before)
    settled = {key: readings for key, readings in seen.items() if readings >= COMPUTED_AFTER}
    return settled | {key: seen.get(key, 0) + 1 for key in keys}


def computed_messages(record_type: str, keys: Collection[str]) -> list[str]:
    if not keys:
        return []
    return [f"{', '.join(sorted(keys))} changed in most {record_type} at once. That is not noted in their history."]


def _computed(before: RemoteList | None) -> dict[str, int]:
    return dict(before.computed or {}) if before is not None else {}


def known_offsets(integration_id: int) -> set[timedelta]:
    """Return how much earlier than meant dates must be sent to the lists of this integration, as far as is known."""
    query = RemoteList.select(RemoteList.date_offset).where(RemoteList.integration == integration_id)
    return {timedelta(minutes=each.date_offset) for each in query}


def is_ignoring_dates(before: RemoteList | None, reading: Reading) -> bool:
    """Return whether a list that was asked for its changes has brought everything, and more than a page of it."""
    if before is None or not before.total or not before.page_size:
        return False
    return reading.rows >= before.total > before.page_size


def ignored_date_message(psa: str, record_type: str) -> str:
    return f"{psa} ignored the date and sent all {record_type}. From now on they are read as a whole."


def probe_messages(
    psa: str, record_type: str, before: RemoteList | None, *, works: bool, offset: int, why: str
) -> list[str]:
    """Say what was found out of the date filter, where that is news."""
    was = (before.filters_by_date, before.date_offset) if before is not None else (None, 0)
    if (works, offset) == was or (works and not offset and was[0] is None):
        return []
    if not works:
        return [f"{psa}'s date filter cannot be relied on for {record_type}: {why}. They are read as a whole."]
    if offset:
        return [f"{psa} reads dates for {record_type} in a time zone of its own; {_hours(offset)} behind UTC."]
    return [f"{psa}'s date filter works for {record_type}: from now on only changes are asked for."]


def page_size_messages(psa: str, record_type: str, before: RemoteList | None, size: int | None) -> list[str]:
    if before is None or not before.page_size or not size or before.page_size == size:
        return []
    return [f"{psa} grants {size:,} {record_type} a page now; it was {before.page_size:,}."]


def disagreements(psa: str, record_type: str, reading: Reading) -> list[str]:
    """Say where the list's answers contradict its rows."""
    found = []
    sizes, counts = reading.sizes, reading.counts
    if sizes.size and sizes.reported and sizes.reported != sizes.size:
        found.append(f"{psa} reports {sizes.reported:,} {record_type} per page but sends {sizes.size:,}.")
    if counts.kind == CountKind.PAGE:
        found.append(f"{psa}'s count of {record_type} covers one page only, so the list was read to a proven end.")
    if counts.kind == CountKind.NONE and reading.rows:
        found.append(f"{psa} does not count its {record_type}, so the list was read to a proven end.")
    if counts.kind == CountKind.WRONG and counts.stated is not None:
        found.append(f"{psa} counts {counts.stated:,} {record_type} but sent {reading.rows:,}.")
    return found


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02} h"
