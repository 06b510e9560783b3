"""The runs of the Sync Logs tab: newest first, filtered and paged, each with its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import JOIN, fn

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import RunState, RunTrigger, SyncRun, SyncStep
from portal.services.pages import keyset
from portal.services.pages.keyset import Page
from portal.services.syncing import run_words

PAGE_ROWS: Final = 25
COUNTS: Final = ("fetched", "created", "updated", "deleted", "failed")


@dataclass(frozen=True)
class RunFilters:
    """`until` is excluded."""

    state: RunState | None = None
    trigger: RunTrigger | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return self != RunFilters()


@dataclass(frozen=True)
class RunRow:
    """`counts` are sums over the run's record types. `seconds` is None for a run that hasn't started."""

    run: SyncRun
    state: RunState
    started_by: str
    seconds: float | None
    counts: dict[str, int]
    failed_types: int


def page(
    integration: Integration, filters: RunFilters, *, before: int | None = None, after: int | None = None
) -> Page[RunRow]:
    """Return the runs older than `before`, or the ones just newer than `after`, or the newest."""
    query = SyncRun.select(SyncRun, User).join(User, JOIN.LEFT_OUTER).where(*_wanted(integration, filters))
    found = keyset.newest_first(query, SyncRun, PAGE_ROWS, before=before, after=after)
    sums = _sums([run.id for run in found.rows])
    return found.with_rows([_row(run, sums.get(run.id, {})) for run in found.rows])


def stamp(page: Page[RunRow]) -> str:
    """Return a text that changes with what the page shows, but for the duration of a live run."""
    shown = [(row.run.id, row.state, row.run.requests, *row.counts.values()) for row in page.rows]
    return f"{page.previous} {page.next} {shown}"


def _wanted(integration: Integration, filters: RunFilters) -> list[Any]:
    conditions = (
        (SyncRun.state == filters.state, filters.state),
        (SyncRun.trigger == filters.trigger, filters.trigger),
        (SyncRun.created_at >= filters.since, filters.since),
        (SyncRun.created_at < filters.until, filters.until),
    )
    return [SyncRun.integration == integration, *(each for each, value in conditions if value is not None)]


def _sums(run_ids: list[int]) -> dict[int, dict[str, int]]:
    columns = [fn.SUM(getattr(SyncStep, name)).alias(name) for name in COUNTS]
    failed_types = fn.SUM(SyncStep.state.in_(["failed", "incomplete"]).cast("integer")).alias("failed_types")
    query: Any = SyncStep.select(SyncStep.run, *columns, failed_types).where(SyncStep.run.in_(run_ids))
    return {row.pop("run"): row for row in query.group_by(SyncStep.run).dicts()}


def _row(run: SyncRun, sums: dict[str, int]) -> RunRow:
    end = run.finished_at or clock.now()
    return RunRow(
        run,
        RunState(run.state),
        run_words.started_by(run),
        (end - run.started_at).total_seconds() if run.started_at else None,
        {name: sums.get(name, 0) for name in COUNTS},
        sums.get("failed_types", 0),
    )
