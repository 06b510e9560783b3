"""Runs that Halo refuses, on a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.services.syncing import sync_runs
from tests.halo_fixtures import Copy
from tests.services.helpers import fresh

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Day:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    @property
    def seconds(self) -> float:
        return (self.now - NOON).total_seconds()


@pytest.fixture
def day() -> Iterator[Day]:
    day = Day()
    with clock.using(lambda: day.now):
        yield day


def token_requests(copy: Copy) -> int:
    return int(copy.halo.counts()["by_kind"].get("token", 0))


def work(run: SyncRun, day: Day) -> list[float]:
    """Work on a run whenever it may go on, until it has ended; returns the seconds at which somebody did."""
    worked: list[float] = []
    while (now := SyncRun.get_by_id(run.id)).is_live:
        day.now = max(day.now, now.not_before or day.now)
        worked.append(day.seconds)
        sync_runs.execute(run.id)
    return worked


def parked(copy: Copy, day: Day, kind: RunKind = RunKind.FULL) -> SyncRun:
    """Have the integration need attention, because Halo refuses the credentials from now on."""
    copy.halo.fault("refused_client", on="token", times=None)
    run = sync_runs.open_run(copy.integration, kind=kind, trigger=RunTrigger.SCHEDULE)
    work(run, day)
    assert fresh(copy.integration).state == "needs_attention"
    copy.halo.reset(faults=False)
    return run
