"""The engine: takes a claimed run from its checkpoint to its end.

For each step: fetch pages ahead → decide what to do with the rows → write rows, counters, checkpoint and log lines of
a page in one transaction that the lease guards → balance the books → mark what the PSA no longer has.
"""

from __future__ import annotations

from array import array
from collections.abc import Set as AbstractSet
from typing import Any

from portal import clock
from portal.errors import PsaError, PsaRefusedType
from portal.models.records import RecordState
from portal.models.sync import LogLevel, RunState, StepState, SyncPage, SyncRun, SyncStep
from portal.sync import books, logbook, store
from portal.sync.ahead import ahead
from portal.sync.decide import Decision, Scope, decide
from portal.sync.lease import BEAT_SECONDS, Lease
from portal.sync.record_types import RecordType
from portal.sync.source import Page, Source


class _CancelledError(Exception):
    """A person asked the run to stop."""


class Engine:
    """One claim of one run. Raises FencedOut, and PsaError when the run as a whole cannot go on."""

    def __init__(self, lease: Lease, source: Source) -> None:
        self._lease = lease
        self._source = source
        self._run = SyncRun.get_by_id(lease.run_id)
        self._integration_id: int = self._run.integration_id
        self._counted_requests = 0

    def run(self) -> RunState:
        """Work through the steps that have not ended, end the run and return its state."""
        try:
            for step in self._open_steps():
                self._stop_if_cancelled()
                self._step(step)
        except _CancelledError:
            return self._end_cancelled()
        return self._end()

    def _open_steps(self) -> list[SyncStep]:
        unfinished = [StepState.PENDING, StepState.RUNNING]
        mine = (SyncStep.run == self._run) & SyncStep.state.in_(unfinished)
        return list(SyncStep.select().where(mine).order_by(SyncStep.position))

    def _step(self, step: SyncStep) -> None:
        try:
            seen = self._read(step)
        except PsaRefusedType as error:
            self._end_step(step, StepState.FAILED, error)
        except PsaError:
            self._note_requests(step)
            raise
        else:
            self._close_books(step, seen)

    def _read(self, step: SyncStep) -> set[int]:
        """Read and write all pages behind the checkpoint; returns the ids of the whole step."""
        with self._lease.writing():
            step.state = StepState.RUNNING
            step.started_at = step.started_at or clock.now()
            step.save(only=[SyncStep.state, SyncStep.started_at])
        seen = _ids_of_pages(step)
        scope = self._scope(step.record_type)
        pages = self._source.pages(step.record_type, after=step.pages_done, seen=set(seen))
        with ahead(pages, tick_seconds=BEAT_SECONDS) as arriving:
            for page in arriving:
                if page is None:
                    self._lease.beat()
                else:
                    seen |= self._write_page(step, page, scope)
                self._stop_if_cancelled()
        return seen

    def _scope(self, record_type: str) -> Scope:
        active_only = bool(self._run.filters.get("active_only"))
        follows_clients = active_only and record_type != RecordType.CLIENTS
        clients = store.live_ids(self._integration_id, RecordType.CLIENTS) if follows_clients else set()
        return Scope(active_only, clients)

    def _write_page(self, step: SyncStep, page: Page, scope: Scope) -> set[int]:
        ids = [row.facts.remote_id for row in page.rows if row.facts is not None]
        requests = self._new_requests()
        with self._lease.writing(requests=SyncRun.requests + requests, crashes=0, waits=0):
            stored = store.stored_among(self._integration_id, step.record_type, ids)
            decision = decide(step.record_type, page.rows, stored, scope, self._source.columns)
            store.write(self._integration_id, step.record_type, decision)
            SyncPage.create(step=step, number=page.number, remote_ids=array("q", ids).tobytes())
            _count(step, page, decision, requests)
            logbook.note_page(self._run, step.record_type, page.number, len(page.rows), page.seconds, decision)
        return set(ids)

    def _close_books(self, step: SyncStep, seen: set[int]) -> None:
        balance = books.balance(step.record_type, step.expected, step.fetched)
        if balance.problem:
            self._end_step(step, balance.state, PsaError(balance.problem, balance.remedy))
            return
        live = store.live_ids(self._integration_id, step.record_type)
        gone = live - seen
        if books.are_held(gone, len(live)):
            held = PsaError(
                f"{len(gone):,} {step.record_type} are no longer in Halo's list. They were kept, because so many at"
                " once is unusual.",
                "Check in Halo that the agent may still see all of them.",
            )
            self._end_step(step, StepState.INCOMPLETE, held)
            return
        self._end_step(step, StepState.SUCCEEDED, gone=gone)

    def _end_step(
        self,
        step: SyncStep,
        state: StepState,
        error: PsaError | None = None,
        gone: AbstractSet[int] = frozenset(),
    ) -> None:
        requests = self._new_requests()
        with self._lease.writing(requests=SyncRun.requests + requests):
            store.mark(self._integration_id, step.record_type, gone, RecordState.DELETED)
            step.state = state
            step.finished_at = clock.now()
            step.requests += requests
            step.deleted = len(gone)
            step.problem = error.problem if error else ""
            step.remedy = error.remedy if error else ""
            step.save()
            SyncPage.delete().where(SyncPage.step == step).execute()
            logbook.note(
                self._run,
                step.problem or _summary(step),
                level=LogLevel.INFO if error is None else LogLevel.ERROR,
                remedy=step.remedy,
                record_type=step.record_type,
                details=counts(step),
            )

    def _end(self) -> RunState:
        steps = list(SyncStep.select().where(SyncStep.run == self._run).order_by(SyncStep.position))
        state = books.outcome([step.state for step in steps])
        first = next((step for step in steps if step.problem), None)
        level = LogLevel.INFO if state == RunState.SUCCEEDED else LogLevel.ERROR
        with self._lease.writing():
            logbook.note(self._run, f"The sync has ended: {state.value}.", level=level)
            self._lease.give_up(
                state=state,
                finished_at=clock.now(),
                problem=first.problem if first else "",
                remedy=first.remedy if first else "",
            )
        return state

    def _end_cancelled(self) -> RunState:
        open_steps = SyncStep.state.in_([StepState.PENDING, StepState.RUNNING])
        with self._lease.writing():
            SyncStep.update(state=StepState.CANCELLED, finished_at=clock.now()).where(
                SyncStep.run == self._run, open_steps
            ).execute()
            logbook.note(self._run, "The sync was cancelled. What had arrived by then is kept.")
            self._lease.give_up(state=RunState.CANCELLED, finished_at=clock.now())
        return RunState.CANCELLED

    def _stop_if_cancelled(self) -> None:
        if self._lease.is_cancelled():
            raise _CancelledError

    def _note_requests(self, step: SyncStep) -> None:
        """Count the calls that brought no page, before the run waits or fails."""
        requests = self._new_requests()
        with self._lease.writing(requests=SyncRun.requests + requests):
            step.requests += requests
            step.save(only=[SyncStep.requests])

    def _new_requests(self) -> int:
        """Count the calls since the last time; those of pages fetched ahead count with the page before."""
        total = self._source.requests
        new, self._counted_requests = total - self._counted_requests, total
        return new


def counts(step: SyncStep) -> dict[str, Any]:
    """Return the step's counters under the names that people and scripts know."""
    names = ("expected", "fetched", "created", "updated", "unchanged", "left_out", "deleted", "failed", "requests")
    return {name: getattr(step, name) for name in names}


def _summary(step: SyncStep) -> str:
    return f"{step.fetched:,} {step.record_type} read: {step.created:,} created, {step.updated:,} updated."


def _ids_of_pages(step: SyncStep) -> set[int]:
    seen: set[int] = set()
    for page in SyncPage.select().where(SyncPage.step == step):
        seen.update(array("q", bytes(page.remote_ids)))
    return seen


def _count(step: SyncStep, page: Page, decision: Decision, requests: int) -> None:
    """Move the checkpoint and the counters, inside the page's transaction."""
    step.pages_done = page.number
    step.expected = page.total if page.total is not None else step.expected
    step.fetched += len(page.rows)
    step.created += len(decision.created)
    step.updated += len(decision.updated)
    step.unchanged += decision.unchanged
    step.left_out += decision.left_out
    step.failed += len(decision.rejected)
    step.requests += requests
    step.save()
