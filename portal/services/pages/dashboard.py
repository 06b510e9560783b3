"""What the Data Sync tab shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import Case, Expression, fn

from portal import clock
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import LIVE_STATES, RunKind, RunState, StepMode, StepState, SyncRun, SyncStep
from portal.services.records import exclusions, stored_records
from portal.services.syncing import held_deletes, last_steps, progress, run_words
from portal.services.syncing.last_steps import LastStep
from portal.services.syncing.progress import Part
from portal.sync.record_types import RecordType, in_order

PREVIOUS_RUNS: Final = 8
# The page shows these columns, so a change in one of them is a change of the page.
RUN_COLUMNS: Final = ("state", "not_before", "cancel_requested_at", "problem", "excluded", "returned")
STEP_COLUMNS: Final = ("state", "mode", "since", "round", "expected", "calls_expected", "calls_done")
INTEGRATION_COLUMNS: Final = ("state", "problem", "paused_at", "next_sync_at", "last_delivery_at")
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
    """`started_by` names who or what started the run. `result` sums up its changes, empty unless it succeeded."""

    run: SyncRun
    state: RunState
    steps: list[StepLine]
    percent: int | None
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
        return _seconds(self.run)

    @property
    def troubled(self) -> list[StepLine]:
        return [step for step in self.steps if step.problem]


@dataclass(frozen=True)
class PastRun:
    """A row in the table of previous runs. `changed` counts records, `failed` those that could not be stored."""

    run: SyncRun
    state: RunState
    started_by: str
    changed: int
    failed: int
    failed_types: int
    seconds: float | None


@dataclass(frozen=True)
class DataSync:
    """`current` is the live run or the last one, None before the first. `stamp` changes whenever the page does.

    `others` are the chosen types that are not part of the current run, each with the end of its last sync, None
    before its first. `copy` and `excluded` count the records of each type.
    """

    current: RunView | None
    others: dict[RecordType, LastStep | None]
    previous: list[PastRun]
    held_deletes: list[HeldDelete]
    copy: dict[RecordType, int]
    excluded: dict[str, int]
    stamp: str

    @property
    def is_live(self) -> bool:
        return self.current is not None and self.current.run.is_live


def data_sync(integration: Integration) -> DataSync:
    # Taken first: if something changes meanwhile, the next poll returns the page again instead of missing it.
    stamp_before = stamp(integration)
    runs = _runs(integration, PREVIOUS_RUNS + 1)
    current = _view(runs[0], integration.record_types) if runs else None
    return DataSync(
        current=current,
        others=_others(integration, current),
        previous=_past(runs[1:]),
        held_deletes=list(held_deletes.pending(integration)),
        copy=_copy(integration),
        excluded=exclusions.counts(integration),
        stamp=stamp_before,
    )


def stamp(integration: Integration) -> str:
    """Return the stamp alone: three small reads, so that an unchanged poll costs next to nothing.

    While no sync is live it also changes every minute, because the page shows how long ago things happened.
    """
    newest = SyncRun.select(SyncRun.id, *(getattr(SyncRun, name) for name in RUN_COLUMNS))
    run: Any = newest.where(_shown(integration)).order_by(SyncRun.id.desc()).limit(1).tuples().first()
    columns = [getattr(SyncStep, name) for name in (*STEP_COLUMNS, *COUNTERS)]
    steps: Any = SyncStep.select(*columns).where(SyncStep.run == run[0]).tuples() if run else []
    held = held_deletes.pending(integration, HeldDelete.id, HeldDelete.count, HeldDelete.at).tuples()
    is_live = run is not None and run[1] in LIVE_STATES
    minute = None if is_live else clock.now().replace(second=0, microsecond=0)
    own = [getattr(integration, name) for name in INTEGRATION_COLUMNS]
    return hashlib.sha256(repr((run, list(steps), list(held), own, minute)).encode()).hexdigest()[:16]


def _shown(integration: Integration) -> Expression:
    # Runs for single records are shown in the log, not here.
    return (SyncRun.integration == integration) & (SyncRun.kind != RunKind.RECORD)


def _runs(integration: Integration, most: int) -> list[SyncRun]:
    return list(SyncRun.select().where(_shown(integration)).order_by(SyncRun.id.desc()).limit(most))


def _view(run: SyncRun, chosen: list[str]) -> RunView:
    now = clock.now()
    steps = list(SyncStep.select().where(SyncStep.run == run).order_by(SyncStep.position))
    parts = [_part(step) for step in steps]
    lines = [_line(step, part, now) for step, part in zip(steps, parts, strict=True)]
    totals = {name: sum(line.counts[name] for line in lines) for name in COUNTERS}
    is_well = run.state == RunState.SUCCEEDED
    result = run_words.result(run, totals, [line.record_type for line in lines], chosen) if is_well else ""
    started_by = run_words.started_by(run)
    return RunView(run, RunState(run.state), lines, progress.percent(parts), totals, started_by, result)


def _part(step: SyncStep) -> Part:
    return Part(StepState(step.state), step.expected, step.fetched, step.calls_expected, step.calls_done)


def _others(integration: Integration, current: RunView | None) -> dict[RecordType, LastStep | None]:
    shown = {line.record_type for line in current.steps} if current else set()
    missing = [one for one in in_order(integration.record_types) if one not in shown]
    found = last_steps.of(integration, missing)
    return {one: found.get(one) for one in missing}


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


def _past(runs: list[SyncRun]) -> list[PastRun]:
    changed = fn.SUM(SyncStep.created + SyncStep.updated + SyncStep.deleted)
    types = fn.SUM(Case(None, [(SyncStep.state == StepState.FAILED, 1)], 0))
    query = SyncStep.select(SyncStep.run, changed, fn.SUM(SyncStep.failed), types).where(SyncStep.run.in_(runs))
    rows: Any = query.group_by(SyncStep.run).tuples()
    sums = {run_id: found for run_id, *found in rows}
    return [_past_run(run, *sums.get(run.id, (0, 0, 0))) for run in runs]


def _past_run(run: SyncRun, changed: int, failed: int, types: int) -> PastRun:
    started_by = run_words.started_by(run)
    return PastRun(run, RunState(run.state), started_by, changed + run.excluded, failed, types, _seconds(run))


def _copy(integration: Integration) -> dict[RecordType, int]:
    """Return the number of live records of each chosen type."""
    counts = stored_records.counts(integration)
    return {one: counts[one][RecordState.LIVE] for one in in_order(integration.record_types)}


def _seconds(run: SyncRun) -> float | None:
    if run.started_at is None:
        return None
    took: timedelta = (run.finished_at or clock.now()) - run.started_at
    return took.total_seconds()
