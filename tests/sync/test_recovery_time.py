"""How long a run takes after temporary faults, by the injected clock: pauses between retries count too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import stamina
import tenacity.nap

from portal import clock
from portal.models.sync import SyncRun
from portal.services.syncing import sync_runs
from tests.halo_fixtures import SIZES, Copy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
IN_A_ROW = 7
AIM_SECONDS = 60
FAULTS: list[dict[str, Any]] = [
    {"what": "html"},
    {"what": "truncated"},
    {"what": "empty"},
    {"what": "reset"},
    *({"what": "status", "status": status} for status in (500, 502, 503, 504)),
]


class PauseClock:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = NOON

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def seconds(self) -> float:
        return (self.now - NOON).total_seconds()


@pytest.fixture
def pause_clock(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> Iterator[PauseClock]:
    """Use the real pauses between retries, on a test clock."""
    pause_clock = PauseClock()
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=pause_clock.sleep))
    stamina.set_testing(False)
    with clock.using(lambda: pause_clock.now):
        yield pause_clock


def run_to_end(copy: Copy, pause_clock: PauseClock) -> dict[str, Any]:
    """Work on a run whenever it can resume, until it has ended."""
    run = copy.open()
    while SyncRun.get_by_id(run.id).is_live:
        pause_clock.now = max(pause_clock.now, SyncRun.get_by_id(run.id).not_before or pause_clock.now)
        sync_runs.execute(run.id)
    return sync_runs.report(run)


@pytest.mark.parametrize("on", ["assets", "clients", "any"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: " ".join(str(each) for each in fault.values()))
def test_seven_faults_in_a_row_cost_at_most_a_minute(
    fault: dict[str, Any], on: str, copy: Copy, pause_clock: PauseClock
) -> None:
    copy.halo.fault(on=on, times=IN_A_ROW, **fault)
    report = run_to_end(copy, pause_clock)
    assert report["state"] == "succeeded", report["problem"]
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES
    assert pause_clock.seconds <= AIM_SECONDS
