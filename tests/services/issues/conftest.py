"""An integration with two record types, on a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.models.sync import (
    LogLevel,
    LogSubject,
    RemoteList,
    RunKind,
    RunState,
    RunTrigger,
    StepState,
    SyncLog,
    SyncRun,
    SyncStep,
)
from portal.services.issues import reviewing
from tests.copies import copied
from tests.services.helpers import fresh

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Day:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def later(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Scene:
    """What a case changes: the integration and the clock."""

    halo: Integration
    day: Day

    def set(self, **columns: Any) -> None:
        Integration.update(columns).where(Integration.id == self.halo.id).execute()

    def later(self) -> None:
        self.day.later(MINUTE)


@pytest.fixture
def day() -> Iterator[Day]:
    day = Day()
    with clock.using(lambda: day.now):
        yield day


@pytest.fixture
def halo(day: Day, northwind: Account) -> Integration:
    integration: Integration = Integration.create(
        account=northwind,
        psa="halo",
        state="active",
        record_types=["clients", "assets"],
        next_sync_at=NOON + 1_000 * DAY,
        activated_at=NOON - 10 * DAY,
    )
    ran(integration, clients={}, assets={})
    return integration


def ran(
    integration: Integration,
    state: RunState = RunState.SUCCEEDED,
    *,
    kind: RunKind = RunKind.FULL,
    problem: str = "",
    requests: int = 0,
    began: datetime | None = None,
    **steps: dict[str, Any],
) -> SyncRun:
    """Write a run that has ended now. A step succeeded unless its values say otherwise; then its list is read."""
    now = clock.now()
    began = began or now - MINUTE
    run: SyncRun = SyncRun.create(
        integration=integration,
        kind=kind,
        trigger=RunTrigger.SCHEDULE,
        state=state,
        problem=problem,
        created_at=began,
        started_at=began,
        finished_at=None if state in {"queued", "running", "waiting"} else now,
        requests=requests,
    )
    for position, (record_type, values) in enumerate(steps.items()):
        columns = {"state": StepState.SUCCEEDED, "started_at": began, "finished_at": now} | values
        SyncStep.create(run=run, position=position, record_type=record_type, **columns)
        if columns["state"] == StepState.SUCCEEDED:
            _mark_read(integration, record_type, began, full=kind in (RunKind.INITIAL, RunKind.FULL))
    return run


def failed(problem: str = "It doesn't answer.", **values: Any) -> dict[str, Any]:
    return {"state": StepState.FAILED, "problem": problem, "remedy": "Wait.", **values}


def refused() -> dict[str, Any]:
    return failed("Halo doesn't let the agent read assets.", is_refused=True)


def incomplete() -> dict[str, Any]:
    return {"state": StepState.INCOMPLETE, "problem": "Halo counts 9 assets, 8 arrived.", "remedy": "Wait."}


def rejected(run: SyncRun, remote_id: int | None, why: str, record_type: str = "assets") -> None:
    """Write the line of a record that a run could not store."""
    which = "A record" if remote_id is None else f"Record {remote_id}"
    SyncLog.create(
        integration=run.integration_id,
        run=run,
        level=LogLevel.WARNING,
        subject=LogSubject.RECORD,
        record_type=record_type,
        remote_id=remote_id,
        message=f"{which} wasn't stored. {why}",
    )


def review(integration: Integration) -> bool:
    return reviewing.review(fresh(integration))


def open_issues() -> list[tuple[str, str]]:
    """Return kind and subject of each open issue."""
    return [(one.kind, one.subject) for one in Issue.select().where(Issue.closed_at.is_null()).order_by(Issue.id)]


def the_issue() -> Issue:
    """Return the only issue there is, open or closed."""
    (issue,) = Issue.select()
    assert isinstance(issue, Issue)
    return issue


def _mark_read(integration: Integration, record_type: str, began: datetime, *, full: bool) -> None:
    known = (RemoteList.integration == integration) & (RemoteList.record_type == record_type)
    found = {"read_until": began, **({"full_at": clock.now()} if full else {})}
    if not RemoteList.update(**found).where(known).execute():
        RemoteList.create(integration=integration, record_type=record_type, **found)


@pytest.fixture
def scene(halo: Integration, day: Day) -> Scene:
    """Have five assets stored, and nothing wrong."""
    copied(halo, range(1, 6))
    return Scene(halo, day)
