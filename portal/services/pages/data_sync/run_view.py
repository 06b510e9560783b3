"""The live run or the last one, with its part for each record type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal import clock
from portal.models.sync import RunState, StepMode, StepState, SyncRun, SyncStep
from portal.services.pages.data_sync import runs
from portal.services.syncing import progress, run_words
from portal.services.syncing.progress import Part
from portal.sync.record_types import RecordType

COUNTERS: Final = ("fetched", "created", "updated", "unchanged", "filtered_out", "deleted", "failed")


@dataclass(frozen=True)
class StepLine:
    """A record type's part of the run. `counts` holds the counters by name.

    `since` is the start of the changes that were requested, `records` the number of single records. `round` rises
    when a list is read again because it changed while it was read. `calls_expected` and `calls_done` count the lists
    of clients if `is_per_client`, otherwise the records whose details are fetched one by one.
    """

    record_type: RecordType
    state: StepState
    mode: StepMode
    since: datetime | None
    records: int
    round: int
    expected: int | None
    is_per_client: bool
    calls_expected: int
    calls_done: int
    counts: dict[str, int]
    percent: int | None
    seconds_left: float | None
    problem: str
    remedy: str


@dataclass(frozen=True)
class RunView:
    """`started_by` names who or what started the run. `result` sums up its changes, empty unless it succeeded.

    `last_seconds` is how long the last complete run of its kind took, for a live run without a forecast.
    """

    run: SyncRun
    state: RunState
    steps: list[StepLine]
    percent: int | None
    seconds_left: float | None
    last_seconds: float | None
    totals: dict[str, int]
    started_by: str
    result: str

    @property
    def by_type(self) -> dict[RecordType, StepLine]:
        return {step.record_type: step for step in self.steps}

    @property
    def failed_types(self) -> int:
        return sum(step.state == StepState.FAILED for step in self.steps)

    @property
    def is_unread(self) -> bool:
        """Return whether every type failed before anything was read: the counters are unknown, not zero."""
        return self.failed_types == len(self.steps) and not self.totals["fetched"]

    @property
    def seconds(self) -> float | None:
        return runs.seconds(self.run)

    @property
    def records_per_second(self) -> float | None:
        """Return the average speed so far; None while it varies too much."""
        if not self.seconds or self.seconds < progress.SETTLING_SECONDS:
            return None
        return self.totals["fetched"] / self.seconds

    @property
    def requests_per_minute(self) -> float | None:
        if not self.seconds or self.seconds < progress.SETTLING_SECONDS:
            return None
        return 60 * self.run.requests / self.seconds

    @property
    def troubled(self) -> list[StepLine]:
        return [step for step in self.steps if step.problem]


def view(run: SyncRun, steps: list[SyncStep], chosen: list[str]) -> RunView:
    now = clock.now()
    parts = [_part(step) for step in steps]
    lines = [_line(step, part, now) for step, part in zip(steps, parts, strict=True)]
    totals = {name: sum(line.counts[name] for line in lines) for name in COUNTERS}
    is_well = run.state == RunState.SUCCEEDED
    result = run_words.result(run, totals, [line.record_type for line in lines], chosen) if is_well else ""
    started_by = run_words.started_by(run)
    return RunView(
        run=run,
        state=RunState(run.state),
        steps=lines,
        percent=progress.percent(parts),
        seconds_left=progress.run_seconds_left(parts, run.started_at, now),
        last_seconds=_last_seconds(run) if run.is_live and run.forecast_seconds is None else None,
        totals=totals,
        started_by=started_by,
        result=result,
    )


def _last_seconds(run: SyncRun) -> float | None:
    mine = (SyncRun.integration == run.integration_id) & (SyncRun.kind == run.kind)
    complete = SyncRun.select().where(mine, SyncRun.state == RunState.SUCCEEDED, SyncRun.id < run.id)
    last = complete.order_by(SyncRun.id.desc()).first()
    return runs.seconds(last) if last is not None else None


def _part(step: SyncStep) -> Part:
    return Part(StepState(step.state), step.expected, step.fetched, step.calls_expected, step.calls_done)


def _line(step: SyncStep, part: Part, now: datetime) -> StepLine:
    return StepLine(
        record_type=RecordType(step.record_type),
        state=part.state,
        mode=StepMode(step.mode),
        since=step.since,
        records=len(step.remote_ids or ()),
        round=step.round,
        expected=step.expected,
        is_per_client=step.client_ids is not None,
        calls_expected=step.calls_expected or 0,
        calls_done=step.calls_done,
        counts={name: getattr(step, name) for name in COUNTERS},
        percent=None if part.share is None else int(100 * part.share),
        seconds_left=progress.seconds_left(part, step.started_at, now),
        problem=step.problem,
        remedy=step.remedy,
    )
