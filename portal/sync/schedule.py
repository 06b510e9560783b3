"""Computes when an integration is due, from its schedule, its account's time zone and the current time. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

INTERVALS: Final = (5, 15, 30, 60)
HOURS: Final = range(24)
MAX_SPREAD: Final = timedelta(minutes=5)
DAY: Final = timedelta(days=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEK: Final = tuple(Weekday)


@dataclass(frozen=True)
class Schedule:
    """Every `minutes` minutes, or, if that is None, at these hours on these weekdays."""

    minutes: int | None = None
    hours: tuple[int, ...] = ()
    weekdays: tuple[Weekday, ...] = ()

    @property
    def is_possible(self) -> bool:
        if self.minutes is not None:
            return self.minutes in INTERVALS
        return bool(self.hours and self.weekdays) and all(type(hour) is int and hour in HOURS for hour in self.hours)


DEFAULT: Final = Schedule(minutes=60)


def at(hours: Iterable[int], weekdays: Iterable[str]) -> Schedule:
    """Return a schedule of hours and weekdays, in order. Raises ValueError for a weekday that does not exist."""
    chosen = {Weekday(day) for day in weekdays}
    return Schedule(hours=tuple(sorted(set(hours))), weekdays=tuple(day for day in WEEK if day in chosen))


def read(stored: Any) -> Schedule:
    """Read a stored Integration.schedule. A broken one counts as the default."""
    try:
        if "minutes" in stored:
            schedule = Schedule(minutes=stored["minutes"])
        else:
            schedule = at(stored["hours"], stored["weekdays"])
    except (KeyError, TypeError, ValueError):
        return DEFAULT
    return schedule if schedule.is_possible else DEFAULT


def write(schedule: Schedule) -> dict[str, Any]:
    """Return the schedule in the form in which it is stored."""
    if schedule.minutes is not None:
        return {"minutes": schedule.minutes}
    return {"hours": list(schedule.hours), "weekdays": [day.value for day in schedule.weekdays]}


def next_after(schedule: Schedule, zone: ZoneInfo, now: datetime, spread: timedelta) -> datetime:
    """Return the next due time after `now`: a time of the schedule, `spread` later.

    An hour that the clocks skip is due at the end of the gap; an hour that they repeat is due the first time.
    """
    if schedule.minutes is not None:
        interval = timedelta(minutes=schedule.minutes)
        return EPOCH + ((now - spread - EPOCH) // interval + 1) * interval + spread
    return (
        next(each for each in _times(schedule, zone, (now - spread).astimezone(zone)) if each + spread > now) + spread
    )


def last_until(schedule: Schedule, zone: ZoneInfo, now: datetime, spread: timedelta) -> datetime:
    """Return the latest due time that is not after `now`, by the same rules."""
    if schedule.minutes is not None:
        return next_after(schedule, zone, now, spread) - timedelta(minutes=schedule.minutes)
    # Two weeks back: a zone that crosses the date line skips a day.
    times = _times(schedule, zone, (now - spread).astimezone(zone) - 16 * DAY)
    return list(takewhile(lambda each: each + spread <= now, times))[-1] + spread


def next_full_after(hour: int, zone: ZoneInfo, now: datetime, spread: timedelta) -> datetime:
    """Return when the next nightly full sync is due, by the same rules."""
    return next_after(Schedule(hours=(hour,), weekdays=WEEK), zone, now, spread)


def spread_of(key: str, schedule: Schedule | None = None) -> timedelta:
    """Return the delay of an integration, always the same for its key, so that thousands do not start at once.

    It is at most five minutes and a quarter of the interval.
    """
    window = MAX_SPREAD
    if schedule and schedule.minutes is not None:
        window = min(window, timedelta(minutes=schedule.minutes) / 4)
    drawn = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest())
    return timedelta(seconds=int(window.total_seconds() * drawn / 2**32))


def _times(schedule: Schedule, zone: ZoneInfo, today: date) -> Iterator[datetime]:
    """Yield the times of the schedule from yesterday on, in order."""
    # More than a week: the chosen weekday may just have passed, and a zone that crosses the date line skips a day.
    for days in range(-1, 18):
        day = today + days * DAY
        if WEEK[day.weekday()] in schedule.weekdays:
            yield from (_moment(day, hour, zone) for hour in schedule.hours)


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time(hour))
    late, early = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return late if late <= early else _end_of_gap(early, late, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second between the two times when the clocks were put forward."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def in_words(schedule: Schedule) -> str:
    """Return the schedule in words: every 15 minutes; at 08:00, 12:00 on Mon, Tue."""
    if schedule.minutes is not None:
        return "every hour" if schedule.minutes == 60 else f"every {schedule.minutes} minutes"
    hours = ", ".join(f"{hour:02}:00" for hour in schedule.hours)
    return f"at {hours} {_days_in_words(schedule.weekdays)}"


def _days_in_words(weekdays: tuple[Weekday, ...]) -> str:
    if weekdays == WEEK:
        return "every day"
    if weekdays == WEEK[:5]:
        return "from Monday to Friday"
    return f"on {', '.join(day.capitalize() for day in weekdays)}"
