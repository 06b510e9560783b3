"""The history of runs: one bar for each, or for the runs of a span of time where there are too many."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from peewee import JOIN, fn

from portal import clock, zones
from portal.db import db
from portal.models.integrations import Integration
from portal.models.sync import LIVE_STATES, RunKind, RunState, SyncRun, SyncStep

# More bars than this could not be told apart.
MOST_RUNS: Final = 100
# The days that are offered, each with the hours that a bar stands for if there are too many runs.
PERIODS: Final = {7: 2, 30: 8, 90: 24}
DEFAULT_DAYS: Final = 7
COUNTS: Final = ("created", "updated", "deleted", "failed")
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The last `days` days, or one day of the account's calendar."""

    days: int = DEFAULT_DAYS
    day: date | None = None


@dataclass(frozen=True)
class Bar:
    """One run, or those that began from `begin` to `end`, if any. `seconds` is how long they took, by outcome."""

    begin: datetime
    end: datetime
    run_ids: list[int]
    kind: RunKind | None
    seconds: dict[RunState, float]
    counts: dict[str, int]

    @property
    def run_id(self) -> int | None:
        """Return the only run."""
        return self.run_ids[0] if len(self.run_ids) == 1 else None

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds.values())

    @property
    def heights(self) -> dict[RunState, float]:
        """Return the seconds of each outcome. A run that ended at once is still seen."""
        return {state: max(took, 0.001) for state, took in sorted(self.seconds.items(), reverse=True)}

    @property
    def changes(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class History:
    """`hours` is what a bar stands for, None if each is a run. `stamp` changes whenever the history does."""

    period: Period
    begin: datetime
    end: datetime
    bars: list[Bar]
    runs: int
    hours: int | None
    stamp: str

    @property
    def ends(self) -> list[datetime]:
        """Return when the first and the last bar begin, or only the first if both begin in the same minute."""
        first, last = self.bars[0].begin, self.bars[-1].begin
        is_same = first.replace(second=0, microsecond=0) == last.replace(second=0, microsecond=0)
        return [first] if is_same else [first, last]


def history(integration: Integration, period: Period) -> History:
    """Return the runs that ended in the period, the oldest first. Refetches of single records are left out."""
    stamp_before = stamp(integration, period)
    zone = zones.zone(integration.account.time_zone)
    begin, end = _span(period, zone)
    runs = list(_runs(integration, begin, end))
    hours = None if len(runs) <= MOST_RUNS or period.day is not None else PERIODS[period.days]
    bars = runs if hours is None else _grouped(runs, _span_starts(begin, end, zone, hours))
    return History(period, begin, end, bars, len(runs), hours, stamp_before)


def stamp(integration: Integration, period: Period) -> str:
    """Return the stamp alone: it changes with each run that ends, and every hour."""
    ended = SyncRun.select(SyncRun.id).where(SyncRun.of_lists(integration), SyncRun.state.not_in(LIVE_STATES))
    last: Any = ended.order_by(SyncRun.id.desc())
    row: Any = last.limit(1).tuples().first()
    return f"{row[0] if row else 0}-{period.days}-{period.day or ''}-{clock.now():%d%H}"


def _span(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if period.day is not None:
        begin = datetime.combine(period.day, time(), zone)
        return begin.astimezone(UTC), datetime.combine(period.day + DAY, time(), zone).astimezone(UTC)
    today = clock.now().astimezone(zone).date()
    # Whole days, so that the bars of days and hours are whole, too.
    return datetime.combine(today - (period.days - 1) * DAY, time(), zone).astimezone(UTC), clock.now()


def _runs(integration: Integration, begin: datetime, end: datetime) -> Iterable[Bar]:
    sums = [fn.COALESCE(fn.SUM(getattr(SyncStep, name)), 0) for name in COUNTS]
    columns = (SyncRun.id, SyncRun.kind, SyncRun.state, SyncRun.created_at, SyncRun.started_at, SyncRun.finished_at)
    wanted = SyncRun.of_lists(integration)
    query = (
        SyncRun.select(*columns, *sums)
        .join(SyncStep, JOIN.LEFT_OUTER)
        .where(wanted, SyncRun.created_at >= begin, SyncRun.created_at < end, SyncRun.state.not_in(LIVE_STATES))
        .group_by(SyncRun.id)
        .order_by(SyncRun.id)
    )
    # Straight from the driver: there may be thousands.
    for run_id, kind, state, created_at, started_at, finished_at, *counts in db.execute(query):
        first, last = _moment(started_at or created_at), _moment(finished_at or started_at or created_at)
        took = (last - first).total_seconds() if started_at else 0.0
        numbers = {name: int(number) for name, number in zip(COUNTS, counts, strict=True)}
        yield Bar(first, last, [run_id], RunKind(kind), {RunState(state): took}, numbers)


def _moment(value: Any) -> datetime:
    """Read a timestamp as the driver returns it: SQLite's returns text."""
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC)


def _span_starts(begin: datetime, end: datetime, zone: ZoneInfo, hours: int) -> list[datetime]:
    """Return when each span of so many hours starts, as the account's clocks show them."""
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    days = [first + number * DAY for number in range((last - first).days + 1)]
    starts = (datetime.combine(day, time(hour), zone) for day in days for hour in range(0, 24, hours))
    return [start.astimezone(UTC) for start in starts if start <= end]


def _grouped(runs: list[Bar], starts: list[datetime]) -> list[Bar]:
    spans: list[list[Bar]] = [[] for _ in starts]
    for run in runs:
        spans[max(bisect_right(starts, run.begin) - 1, 0)].append(run)
    ends = [*starts[1:], clock.now()]
    return [_sum(*each) for each in zip(starts, ends, spans, strict=True)]


def _sum(begin: datetime, end: datetime, runs: list[Bar]) -> Bar:
    seconds: dict[RunState, float] = {}
    for run in runs:
        for state, took in run.seconds.items():
            seconds[state] = seconds.get(state, 0) + took
    counts = {name: sum(run.counts[name] for run in runs) for name in COUNTS}
    return Bar(begin, end, [each for run in runs for each in run.run_ids], None, seconds, counts)
