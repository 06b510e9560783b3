"""Each sync leaves the day's number of records of its types."""

from __future__ import annotations

from datetime import timedelta

from portal.models.daily_counts import DailyCount
from portal.models.records import RecordState
from portal.services.records import stored_records
from tests.halo_fixtures import Copy, copy, halo
from tests.services.days import NOON, Day, day

__all__ = ["copy", "day", "halo"]


def test_each_day_keeps_its_last_count_of_each_type(copy: Copy, day: Day) -> None:
    for _ in range(2):
        assert copy.sync()["state"] == "succeeded"
    day.later(days=1)
    assert copy.sync()["state"] == "succeeded"
    counts = stored_records.counts(copy.integration)
    rows = {(each.day, each.record_type): each.number for each in DailyCount.select()}
    days = [NOON.date(), NOON.date() + timedelta(days=1)]
    expected = {(on, one): counts[one][RecordState.LIVE] for on in days for one in copy.integration.record_types}
    assert rows == expected
    assert sum(rows.values()) > 0
