"""Reconciles what a step has read, decides about missing records, and ends the step."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from portal import clock
from portal.errors import PsaError
from portal.models.sync import StepMode, StepState, SyncStep
from portal.psa.source import IdList, Source
from portal.sync import reconciliation, remote_lists, store, stored
from portal.sync.call_results import CallResults
from portal.sync.client_lists import ClientLists, ReceivedLists
from portal.sync.detail_fetching import DetailFetching
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import MissingOutcome, MissingRecords
from portal.sync.reading import Reading
from portal.sync.reconciliation import ReceivedList
from portal.sync.record_types import RecordType
from portal.sync.writer import Writer


@dataclass(frozen=True)
class Closing:
    """Closes one step. PSA calls that it needs are yielded, as in Stream.work."""

    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults

    def of_list(
        self, received: ReceivedList, reading: Reading, listed_at: datetime | None
    ) -> Generator[PsaCall, Any, None]:
        """Close a list whose last page was requested at `listed_at`."""
        self.step.expected = received.expected
        result = reconciliation.reconcile(self.source.name, self._record_type, received)
        notes = remote_lists.disagreements(self.source.name, self._record_type, reading)
        if result.problem:
            self.writer.save_findings(self.step, notes=notes)
            self.end(error=PsaError(result.problem, result.remedy), state=StepState.INCOMPLETE)
            return
        if problem := self._first_list_problem(received):
            self.writer.save_findings(self.step, notes=notes, total=received.expected)
            self.end(error=problem, state=StepState.INCOMPLETE)
            return
        missing = None
        if self.step.mode == StepMode.FULL:
            missing = yield from self._decide_missing(received, listed_at or self._began)
            if missing.held is None:
                self.writer.prune(self.step, received.ids)
        elif self.source.reports_deleted(self._record_type):
            missing = yield from self._decide_deleted()
        if self._record_type == RecordType.CLIENTS and self.scope.excludes_clients:
            self.writer.exclude_client_records(self.step)
        problem = None
        if self.source.needs_details(self._record_type):
            details = DetailFetching(self.step, self.writer, self.source, self.scope, self.results)
            problem = yield from details.run()
        self._save_findings(reading, notes)
        self._end_reconciled(missing, problem)

    def of_client_lists(self, lists: ClientLists, received: ReceivedLists) -> Generator[PsaCall, Any, None]:
        """Close lists that exist only per client. Only records of clients whose list was read can be missing."""
        arrived = ReceivedList(received.ids, received.unusable, len(received.ids) + received.unusable)
        self.step.expected = arrived.expected
        missing = None
        if self.step.mode == StepMode.FULL:
            theirs = stored.ids_of_clients(self._integration_id, self._record_type, received.clients)
            missing = yield from self._decide_missing(arrived, self._began, among=theirs)
            self.writer.exclude_without_client(self.step)
        problem = lists.problem()
        if problem is None:
            found = self._read_until()
            if self.step.mode == StepMode.FULL:
                found |= {"full_at": clock.now(), "total": arrived.expected}
            self.writer.save_findings(self.step, **found)
        self._end_reconciled(missing, problem)

    def save_answer(self, question: str, answer: str) -> None:
        self.writer.save_answer(self.step, question, answer, self.results.take_requests())

    def end(self, **how: Any) -> None:
        self.writer.end(self.step, self.results.take_requests(), **how)

    def _first_list_problem(self, received: ReceivedList) -> PsaError | None:
        """Return why an empty list may not be true, the first time that a type is read."""
        before = remote_lists.find(self._integration_id, self._record_type)
        if before is None or before.full_at is not None:
            return None
        found = reconciliation.check_first_list(self.source.name, self._record_type, received, before.total)
        return PsaError(found.problem, found.remedy) if found.problem else None

    def _end_reconciled(self, missing: MissingOutcome | None, problem: PsaError | None = None) -> None:
        if problem is None and missing is not None and missing.held is not None:
            message = reconciliation.held_message(self.source.name, self._record_type, len(missing.held.ids))
            problem = PsaError(message, missing.held.advice)
        state = StepState.SUCCEEDED if problem is None else StepState.INCOMPLETE
        self.end(error=problem, state=state, missing=missing)

    def _decide_missing(
        self, received: ReceivedList, listed_at: datetime, *, among: AbstractSet[int] | None = None
    ) -> Generator[PsaCall, Any, MissingOutcome]:
        """Decide about stored records that the list lacks, leaving out those that were read after the list."""
        candidates = store.undeleted_ids(self._integration_id, self._record_type, before=listed_at)
        if among is not None:
            candidates &= among
        outcome = yield from self._missing_records().decide(received, candidates)
        return replace(outcome, listed_at=listed_at)

    def _decide_deleted(self) -> Generator[PsaCall, Any, MissingOutcome | None]:
        """Decide about stored records that the PSA marks as deleted: a list of changes may lack them.

        If they are too many, the next full sync holds them for a person.
        """
        deleted: IdList = yield partial(self.source.deleted_ids, self._record_type)
        listed_at = self.results.asked_at
        candidates = store.undeleted_ids(self._integration_id, self._record_type, before=listed_at)
        rest = ReceivedList(candidates - deleted.ids, 0, None)
        if rest.ids == candidates:
            return None
        outcome = yield from self._missing_records().decide(rest, candidates)
        return MissingOutcome(gone=outcome.gone, listed_at=listed_at, is_whole=False)

    def _missing_records(self) -> MissingRecords:
        answers = self.step.answers or {}
        return MissingRecords(self.source, self._integration_id, self._record_type, answers, self.save_answer)

    def _save_findings(self, reading: Reading, notes: list[str]) -> None:
        found = self._read_until()
        psa, record_type = self.source.name, self._record_type
        before = remote_lists.find(self._integration_id, record_type)
        if self.step.mode == StepMode.FULL:
            computed = self.writer.computed(self.step)
            found |= {"full_at": clock.now(), **remote_lists.findings(reading)}
            found["computed"] = remote_lists.with_computed(before, computed)
            # A single page does not show how long pages are.
            notes = [*notes, *remote_lists.page_size_messages(psa, record_type, before, reading.sizes.proven)]
            notes += remote_lists.computed_messages(record_type, computed)
        elif remote_lists.is_ignoring_dates(before, reading):
            found["filters_by_date"] = False
            notes = [*notes, remote_lists.ignored_date_message(psa, record_type)]
        self.writer.save_findings(self.step, notes=notes, **found)

    def _read_until(self) -> dict[str, Any]:
        """Return the time up to which changes are known now, unless the filters or clients changed meanwhile."""
        has_moved = self.writer.have_filters_changed(self._record_type) or self.scope.may_miss_since(self._began)
        return {} if has_moved else {"read_until": self._began}

    @property
    def _began(self) -> datetime:
        """Return when the step began, in whichever worker."""
        return self.step.started_at or clock.now()

    @property
    def _record_type(self) -> str:
        return self.step.record_type

    @property
    def _integration_id(self) -> int:
        return int(self.writer.run.integration_id)
