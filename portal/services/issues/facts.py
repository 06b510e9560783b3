"""Reads what the detectors judge. Only ids, counts and words are read, from indexes, so that a review takes
milliseconds whatever the integration's size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from portal import clock
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import RecordState
from portal.models.sync import LIVE_STATES, RemoteList, RunKind, RunState, SyncRun
from portal.psa.diagnosis import ListAccess
from portal.psa.registry import adapter_of
from portal.services.issues import budget_use, failed_records, stuck_deliveries, tested_lists
from portal.services.issues.budget_use import RunUse
from portal.services.issues.failed_records import FailedGroup
from portal.services.issues.stuck_deliveries import StuckDeliveries
from portal.services.records import stored_records
from portal.services.syncing import freshness, held_deletes, last_steps, rate_limits
from portal.services.syncing.last_steps import LastStep
from portal.services.webhooks import silence
from portal.services.webhooks.silence import Silence
from portal.sync import budget
from portal.sync.record_types import RecordType, in_order

# One every five minutes for a day, and some more.
NEWEST_RUNS: Final = 400


@dataclass(frozen=True)
class Facts:
    """What is known of an active integration. `psa` is the PSA's name.

    `steps` are the last ones of each type, `tested` is what a connection test has proved of a type since, with the
    time of the test. `stored` counts the live records of each type. `behind` are the types
    whose records are older than the schedule promises, each with the moment up to which changes are known. `waits`
    says why the live run waits, if it does. `is_syncing`: a sync runs or is due, so that the last one is no longer
    the truth. `held_up` is how long the last day's syncs were held up by the request limit.
    """

    now: datetime
    psa: str
    needs_attention: bool
    problem: str
    remedy: str
    retry_at: datetime | None
    is_syncing: bool
    waits: tuple[str, str]
    is_paused: bool
    steps: Mapping[RecordType, LastStep]
    tested: Mapping[RecordType, tuple[datetime, ListAccess]]
    stored: Mapping[RecordType, int]
    held: Sequence[HeldDelete]
    failed: Sequence[FailedGroup]
    silence: Silence | None
    silence_remedy: str
    stuck: StuckDeliveries | None
    behind: Mapping[RecordType, datetime | None]
    held_up: timedelta


class _Run(NamedTuple):
    id: int
    kind: str
    state: str
    waits: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    requests: int
    problem: str
    remedy: str


def read(integration: Integration) -> Facts:
    now, adapter, types = clock.now(), adapter_of(integration.psa), in_order(integration.record_types)
    runs = _runs(integration)
    live = next((run for run in runs if run.state in LIVE_STATES and run.kind != RunKind.RECORD), None)
    is_behind = freshness.freshness(integration)
    counts = stored_records.counts(integration)
    steps = last_steps.of(integration, types)
    return Facts(
        now=now,
        psa=adapter.name,
        needs_attention=integration.state == IntegrationState.NEEDS_ATTENTION,
        problem=integration.problem,
        remedy=integration.remedy,
        retry_at=integration.credentials_retry_at,
        is_syncing=live is not None or _is_due(integration, now),
        waits=(live.problem, live.remedy) if live is not None and live.state == RunState.WAITING else ("", ""),
        is_paused=integration.paused_at is not None,
        steps=steps,
        tested=tested_lists.read(integration, types, steps),
        stored={one: counts[one][RecordState.LIVE] for one in types},
        held=list(held_deletes.pending(integration)),
        failed=failed_records.read(integration, _full_runs(integration, types, runs)),
        silence=silence.silence(integration) if _uses_webhook(integration) else None,
        silence_remedy=f"{adapter.silent_webhook_remedy} {silence.MADE_UP}",
        stuck=stuck_deliveries.read(integration),
        behind={one: each.known_until for one, each in is_behind.items() if each.is_behind},
        held_up=_held_up(integration, runs, now),
    )


def _runs(integration: Integration) -> list[_Run]:
    """Return the newest runs, newest first."""
    columns = [getattr(SyncRun, name) for name in _Run._fields]
    query: Any = SyncRun.select(*columns).where(SyncRun.integration == integration)
    return [_Run(*row) for row in query.order_by(SyncRun.id.desc()).limit(NEWEST_RUNS).tuples()]


def _is_due(integration: Integration, now: datetime) -> bool:
    due: datetime | None = integration.next_sync_at
    return due is not None and due <= now and integration.paused_at is None


def _uses_webhook(integration: Integration) -> bool:
    return integration.state == IntegrationState.ACTIVE and integration.paused_at is None


def _full_runs(integration: Integration, types: Sequence[RecordType], runs: Sequence[_Run]) -> dict[RecordType, int]:
    """Return the run in which each type was last read in full; 0 if that was never, or long ago."""
    query: Any = RemoteList.select(RemoteList.record_type, RemoteList.full_at)
    full_at = dict(query.where(RemoteList.integration == integration, RemoteList.full_at.is_null(False)).tuples())
    kinds = (RunKind.INITIAL, RunKind.FULL, RunKind.INCREMENTAL)

    def run_at(moment: datetime | None) -> int:
        began = (
            run.id for run in runs if moment and run.kind in kinds and run.started_at and run.started_at < moment
        )
        return next(began, 0)

    return {one: run_at(full_at.get(one.value)) for one in types}


def _held_up(integration: Integration, runs: Sequence[_Run], now: datetime) -> timedelta:
    """Leave out the first sync, which may take its time."""
    uses = [
        RunUse(run.started_at, run.finished_at or now, run.requests)
        for run in runs
        if run.started_at and run.kind != RunKind.INITIAL and (run.finished_at or now) > now - budget_use.DAY
    ]
    if not uses:
        return timedelta()
    usual, quiet = adapter_of(integration.psa).request_limit, rate_limits.quiet_hours(integration.quiet_hours)
    share = min(integration.budget_share, quiet.share if quiet else integration.budget_share)
    known = budget.known_limit(integration.limit_key, usual)
    policy = budget.BudgetPolicy(integration.limit_key, usual, share, integration.quota)
    window = timedelta(seconds=known.seconds)
    return budget_use.held_up(uses, budget.sync_quota(policy, known.requests), window, now)
