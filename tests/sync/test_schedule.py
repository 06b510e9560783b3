"""Due times in every time zone, at clock changes, and for thousands of integrations."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import zones
from portal.sync import schedule
from portal.sync.schedule import DEFAULT, HOURS, INTERVALS, WEEK, Schedule, Weekday

NOTHING = timedelta()
LONDON = ZoneInfo("Europe/London")
# A zone may jump by a whole day, as Samoa did, which skips one of the chosen days.
MAX_CLOCK_CHANGE = timedelta(days=1)

every = st.sampled_from(INTERVALS).map(lambda minutes: Schedule(minutes=minutes))
chosen = st.builds(
    schedule.at,
    st.sets(st.sampled_from(HOURS), min_size=1),
    st.sets(st.sampled_from(WEEK), min_size=1),
)
some_zone = st.sampled_from(zones.names()).map(ZoneInfo)
START = datetime(1995, 1, 1, tzinfo=UTC)
moments = st.integers(0, 43 * 365 * 86_400_000).map(lambda ms: START + timedelta(milliseconds=ms))
spreads = st.integers(0, 300).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "stored",
    [
        *(None, [], "minutes", 60, {}, {"minutes": None}, {"minutes": 7}, {"minutes": "60"}, {"minutes": [5]}),
        *({"hours": [8]}, {"hours": [], "weekdays": ["mon"]}, {"hours": [8], "weekdays": []}),
        *({"hours": [24], "weekdays": ["mon"]}, {"hours": ["8"], "weekdays": ["mon"]}, {"hours": 8, "weekdays": 1}),
        *({"hours": [8.0], "weekdays": ["mon"]}, {"hours": [8], "weekdays": ["someday"]}),
    ],
)
def test_a_broken_stored_schedule_counts_as_the_default(stored: Any) -> None:
    assert schedule.read(stored) == DEFAULT


@given(every | chosen)
def test_written_values_are_read_back(one: Schedule) -> None:
    assert one.is_possible
    assert schedule.read(schedule.write(one)) == one


@given(every | chosen, some_zone, moments, spreads)
def test_the_next_time_is_in_the_future_and_within_the_schedule(
    one: Schedule, zone: ZoneInfo, now: datetime, spread: timedelta
) -> None:
    following = schedule.next_after(one, zone, now, spread)
    if one.minutes is not None:
        assert now < following <= now + timedelta(minutes=one.minutes)
    else:
        assert now < following <= now + timedelta(days=7) + MAX_CLOCK_CHANGE + spread


@given(st.sampled_from(HOURS), some_zone, moments, spreads)
def test_a_full_sync_is_due_every_night(hour: int, zone: ZoneInfo, now: datetime, spread: timedelta) -> None:
    following = schedule.next_full_after(hour, zone, now, spread)
    assert now < following <= now + timedelta(days=1) + MAX_CLOCK_CHANGE + spread


@given(every | chosen, some_zone, moments, spreads)
def test_no_time_is_due_twice_and_none_is_skipped(
    one: Schedule, zone: ZoneInfo, now: datetime, spread: timedelta
) -> None:
    """Just before a due time, the next time is that one; at a due time, it is the following one."""
    first = schedule.next_after(one, zone, now, spread)
    assert schedule.next_after(one, zone, first - timedelta(microseconds=1), spread) == first
    second = schedule.next_after(one, zone, first, spread)
    assert second > first
    middle = first + (second - first) / 2
    assert schedule.next_after(one, zone, middle, spread) == second


@given(every | chosen, some_zone, moments, spreads)
def test_the_last_time_is_the_one_before_the_next(
    one: Schedule, zone: ZoneInfo, now: datetime, spread: timedelta
) -> None:
    last, following = (of(one, zone, now, spread) for of in (schedule.last_until, schedule.next_after))
    assert last <= now < following
    assert schedule.next_after(one, zone, last, spread) == following
    assert schedule.last_until(one, zone, following, spread) == following


@given(chosen, some_zone, moments)
def test_an_existing_local_time_is_due_at_that_time(one: Schedule, zone: ZoneInfo, now: datetime) -> None:
    local = schedule.next_after(one, zone, now, NOTHING).astimezone(zone)
    shown = local.hour in one.hours and WEEK[local.weekday()] in one.weekdays and not (local.minute or local.second)
    before = (local.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
    assert shown or before.utcoffset() != local.utcoffset()


@pytest.mark.parametrize(
    ("zone", "now", "hour", "due"),
    [
        # Clocks go from 01:00 to 02:00: one o'clock is due at the end of the gap.
        ("Europe/London", "2026-03-29T00:30", 1, "2026-03-29T01:00"),
        ("Europe/London", "2026-03-29T01:00", 1, "2026-03-30T00:00"),
        # From 02:00 back to 01:00: one o'clock occurs twice and counts once.
        ("Europe/London", "2026-10-24T23:30", 1, "2026-10-25T00:00"),
        ("Europe/London", "2026-10-25T00:00", 1, "2026-10-26T01:00"),
        ("Europe/London", "2026-10-25T00:30", 1, "2026-10-26T01:00"),
        ("America/New_York", "2026-03-08T05:00", 2, "2026-03-08T07:00"),
        # By half an hour: from 02:00 to 02:30.
        ("Australia/Lord_Howe", "2026-10-03T12:00", 2, "2026-10-03T15:30"),
        ("Asia/Kathmandu", "2026-06-01T00:00", 8, "2026-06-01T02:15"),
        ("Pacific/Chatham", "2026-06-01T00:00", 8, "2026-06-01T19:15"),
        ("Pacific/Kiritimati", "2026-06-01T00:00", 8, "2026-06-01T18:00"),
        # At midnight, so that the day begins at 01:00.
        ("Africa/Cairo", "2026-04-23T12:00", 0, "2026-04-23T22:00"),
    ],
)
def test_clock_changes(zone: str, now: str, hour: int, due: str) -> None:
    requested = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = schedule.next_full_after(hour, ZoneInfo(zone), requested, NOTHING)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_two_hours_that_fall_on_the_end_of_a_gap_are_one_time() -> None:
    one = schedule.at([1, 2], WEEK)
    requested = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    first = schedule.next_after(one, LONDON, requested, NOTHING)
    assert first == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert schedule.next_after(one, LONDON, first, NOTHING) == datetime(2026, 3, 30, 0, tzinfo=UTC)


def test_a_day_that_a_country_skipped_is_due_at_its_end() -> None:
    fridays = schedule.at([8], [Weekday.FRI])
    thursday = datetime(2011, 12, 29, 12, tzinfo=UTC)
    saturday = datetime(2011, 12, 31, tzinfo=ZoneInfo("Pacific/Apia"))
    assert schedule.next_after(fridays, ZoneInfo("Pacific/Apia"), thursday, NOTHING) == saturday


@pytest.mark.parametrize("one", [Schedule(minutes=5), Schedule(minutes=60), schedule.at([8], WEEK), None])
def test_thousands_of_integrations_start_at_different_times(one: Schedule | None) -> None:
    spread = [schedule.spread_of(f"integration {number}", one) for number in range(5_000)]
    window = timedelta(seconds=75) if one == Schedule(minutes=5) else timedelta(minutes=5)
    assert min(spread) >= NOTHING
    assert max(spread) < window
    fair = 5_000 / window.total_seconds()
    assert max(Counter(spread).values()) < 2 * fair + 20


def test_an_integration_always_has_the_same_delay() -> None:
    assert schedule.spread_of("a", DEFAULT) == schedule.spread_of("a", DEFAULT) != schedule.spread_of("b", DEFAULT)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Schedule(minutes=15), "every 15 minutes"),
        (Schedule(minutes=60), "every hour"),
        (schedule.at([12, 8], ["tue", "mon"]), "at 08:00, 12:00 on Mon, Tue"),
        (schedule.at([7], WEEK[:5]), "at 07:00 from Monday to Friday"),
        (schedule.at([7], WEEK), "at 07:00 every day"),
    ],
)
def test_a_schedule_can_be_put_in_words(one: Schedule, words: str) -> None:
    assert schedule.in_words(one) == words
