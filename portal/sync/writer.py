"""Writes the results of a run. Each method is one transaction that commits only while this worker holds the lease."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.errors import PsaError, PsaRefusedType
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import LogLevel, LogSubject, RemoteList, StepMode, StepState, SyncPage, SyncRun, SyncStep
from portal.outbound import UnansweredCall
from portal.psa.source import Facts, Page, Row
from portal.sync import (
    applying,
    counting,
    exclusions,
    hand_exclusions,
    held_deletes,
    logbook,
    remote_lists,
    steps,
    store,
    stored,
)
from portal.sync import details as row_details
from portal.sync.details import Details, SingleRecord
from portal.sync.filters import affected, read
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import MissingOutcome
from portal.sync.past_readings import PageIds, PastReading
from portal.sync.reading import Reading
from portal.sync.record_types import RecordType
from portal.sync.scope import CLIENT_NOT_SEEN
from portal.sync.step_transactions import StepTransactions


@dataclass(frozen=True)
class FetchedPage:
    """A page of a list: the ids that are new to its round, and the rows that are new to all rounds."""

    page: Page
    ids: list[int]
    new_rows: list[Row]
    read_at: datetime
    requests: int
    budget_left: int


class Writer(StepTransactions):
    def begin(self, step: SyncStep) -> None:
        """Start a step, or continue it."""
        with self._lease.writing():
            step.state = StepState.RUNNING
            step.started_at = step.started_at or clock.now()
            step.save()

    def page(self, step: SyncStep, fetched_page: FetchedPage, reading: Reading, scope: LiveScope) -> None:
        """Write the rows of a page and move the checkpoint."""
        step.expected, step.count_kind = reading.counts.stated, reading.counts.kind
        step.reading = reading.checkpoint()
        with self._step_transaction(step, fetched_page.requests):
            decision = self._apply_rows(step, fetched_page.new_rows, scope, fetched_page.read_at)
            if reading.is_done(fetched_page.page.number):
                self._save_page_ids(step, fetched_page, reading.twin)
            step.pages_done += 1
            step.page_asked_at = fetched_page.read_at
            step.save()
            logbook.note_page(
                self.run, step.record_type, fetched_page.page, decision, budget_left=fetched_page.budget_left
            )

    def detail(self, step: SyncStep, details: Details, row: Row, single: SingleRecord) -> Facts | None:
        """Save the details fetched for a list row. Returns the facts to decide by."""
        with self._step_transaction(step, single.requests):
            step.save()
            return details.save(row, single)

    def save_answer(self, step: SyncStep, question: str, answer: str, requests: int) -> None:
        """Save an answer that belongs to no page, so that a worker that continues the step need not ask again."""
        with self._step_transaction(step, requests):
            step.answers = {**(step.answers or {}), question: answer}
            step.save()

    def record(self, step: SyncStep, number: int, single: SingleRecord, scope: LiveScope) -> None:
        """Write a single record from its details, under a page number of its own."""
        ids = [] if single.row is None else [single.remote_id]
        with self._step_transaction(step, single.requests):
            if single.row is None:
                self._apply_absence(step, single)
            else:
                decision = self._apply_rows(step, [single.row], scope, single.read_at, details=True)
                logbook.note_records(self.run, step.record_type, decision)
                if step.mode == StepMode.RECORDS:
                    logbook.note_single_record(
                        self.run, self._source.name, step.record_type, single.remote_id, decision
                    )
            SyncPage.create(step=step, round=step.round, number=number, remote_ids=_packed(ids))
            step.save()

    def client_list(self, step: SyncStep, number: int, fetched: FetchedPage, scope: LiveScope) -> None:
        """Write the list of one client as a page of the checkpoint. Only a list that changed something is logged."""
        with self._step_transaction(step, fetched.requests):
            decision = self._apply_rows(step, fetched.new_rows, scope, fetched.read_at)
            SyncPage.create(step=step, round=step.round, number=number, remote_ids=_packed(fetched.ids))
            step.pages_done += 1
            step.calls_done += 1
            step.page_asked_at = fetched.read_at
            step.save()
            if decision.affected_ids or decision.rejected:
                logbook.note_page(self.run, step.record_type, fetched.page, decision, budget_left=fetched.budget_left)

    def full_record(self, step: SyncStep, single: SingleRecord, scope: LiveScope) -> None:
        """Write the details of a record that its list has brought before, and mark them as fetched."""
        with self._step_transaction(step, single.requests):
            row_details.mark_fetched(self.run, step.record_type, single)
            if single.row is not None:
                applying.apply_rows(
                    self._integration_id,
                    step.record_type,
                    [single.row],
                    scope.now(),
                    self._source,
                    origin=self._origin,
                    read_at=single.read_at,
                    details=True,
                )
            step.calls_done += 1
            step.save()

    def next_round(self, step: SyncStep) -> None:
        """Start another round of the list."""
        step.round, step.reading = step.round + 1, None
        with self._lease.writing():
            step.save()
            message = f"The list of {step.record_type} changed while it was read, so Scopable reads it again."
            logbook.note(self.run, message, subject=LogSubject.STEP, record_type=step.record_type)

    def note_unanswered(self, step: SyncStep, calls: Sequence[UnansweredCall]) -> None:
        """Log each call of a step that got no answer."""
        if calls:
            with self._lease.writing():
                for call in calls:
                    logbook.note_no_answer(self.run, self._source.name, call, step.record_type)

    def count_requests(self, step: SyncStep, requests: int) -> None:
        """Count requests of calls that brought nothing to write."""
        step.requests += requests
        with self._lease.writing(requests=SyncRun.requests + requests):
            step.save()

    def end(
        self,
        step: SyncStep,
        requests: int,
        *,
        error: PsaError | None = None,
        state: StepState = StepState.SUCCEEDED,
        missing: MissingOutcome | None = None,
    ) -> None:
        """End a step: write tombstones, hold the deletes that a person must decide on, and log the result.

        `missing` is None if it is not known which records the PSA no longer has.
        """
        with self._step_transaction(step, requests):
            if missing is not None:
                self._apply_missing(step, missing)
            step.state, step.finished_at = state, clock.now()
            step.problem = error.problem if error else ""
            step.remedy = error.remedy if error else ""
            step.is_refused = isinstance(error, PsaRefusedType)
            step.save()
            SyncPage.delete().where(SyncPage.step == step).execute()
            counting.note_day(self._integration_id, step.record_type)
            logbook.note(
                self.run,
                step.problem or logbook.summary(step),
                subject=LogSubject.STEP,
                level=LogLevel.INFO if error is None else LogLevel.ERROR,
                remedy=step.remedy,
                record_type=step.record_type,
                details=steps.counts(step),
            )

    def save_findings(self, step: SyncStep, *, notes: Sequence[str] = (), **found: Any) -> None:
        """Save what was found out about the list, and log the notes with the step."""
        mine = (RemoteList.integration == self._integration_id) & (RemoteList.record_type == step.record_type)
        with self._lease.writing():
            if found and not RemoteList.update(**found).where(mine).execute():
                RemoteList.create(integration=self._integration_id, record_type=step.record_type, **found)
            for note in notes:
                logbook.note(self.run, note, subject=LogSubject.STEP, record_type=step.record_type)

    def computed(self, step: SyncStep) -> set[str]:
        """Return the keys found to be computed in the rows that this worker wrote for the step."""
        return self._computed.get(step.record_type, set())

    def exclude_client_records(self, step: SyncStep) -> None:
        """Put the records of excluded clients out of scope."""
        excluded = store.ids_in_state(self._integration_id, step.record_type, RecordState.OUT_OF_SCOPE)
        excluded -= hand_exclusions.clients_with_kept_records(self._integration_id)
        with self._locked_transaction():
            for why, clients in exclusions.group_by_reason(self._integration_id, excluded).items():
                for record_type, ids in store.live_records_of_clients(self._integration_id, clients).items():
                    self._exclude(record_type, dict.fromkeys(ids, why))

    def exclude_without_client(self, step: SyncStep) -> None:
        """Put live records out of scope whose client is not live: the list of such a client is not read, unless its
        records were kept when it was excluded by hand.
        """
        with self._locked_transaction():
            live = store.live_ids(self._integration_id, RecordType.CLIENTS)
            live |= hand_exclusions.clients_with_kept_records(self._integration_id)
            found = stored.clients_of_live(self._integration_id, step.record_type)
            reasons = exclusions.client_reasons(self._integration_id)
            self._exclude(
                step.record_type,
                {
                    remote_id: reasons.get(client, CLIENT_NOT_SEEN)
                    for remote_id, client in found.items()
                    if client not in live
                },
            )

    def prune(self, step: SyncStep, listed: AbstractSet[int]) -> None:
        """Remove exclusions and details of records that the PSA no longer lists, and recount, once per full sync.

        `listed` holds the ids of the PSA's complete list.
        """
        with self._locked_transaction():
            exclusions.remove_unlisted(self._integration_id, step.record_type, listed)
            row_details.remove_unlisted(self._integration_id, step.record_type, listed)
            counting.recount(self._integration_id, step.record_type)

    def have_filters_changed(self, record_type: str) -> bool:
        """Return whether the filters of this type have changed since the run began."""
        now = read(Integration.get_by_id(self._integration_id).filters)
        return record_type in affected(read(self.run.filters), now)

    def past_reading(self, step: SyncStep) -> PastReading:
        """Return what this run or an earlier one found out about the step's list."""
        return remote_lists.past_reading(self._integration_id, step)

    def pages_of(self, step: SyncStep) -> list[tuple[int, PageIds]]:
        """Return the pages written so far, each with its round."""
        pages = SyncPage.select().where(SyncPage.step == step).order_by(SyncPage.id)
        return [(page.round, PageIds(page.number, array("q", bytes(page.remote_ids)))) for page in pages]

    def _save_page_ids(self, step: SyncStep, fetched_page: FetchedPage, twin: int | None) -> None:
        """Save the ids of a page. A page that is read again adds to its earlier ids, perhaps those of its twin."""
        packed, number = _packed(fetched_page.ids), fetched_page.page.number
        of_page = (SyncPage.round == step.round) & (SyncPage.number == (twin or number))
        before = SyncPage.get_or_none(SyncPage.step == step, of_page)
        if before is None:
            SyncPage.create(step=step, round=step.round, number=number, remote_ids=packed)
        else:
            before.number = number
            # Not in SQL: SQLite turns two concatenated blobs into text.
            before.remote_ids = bytes(before.remote_ids) + packed
            before.save()

    def _apply_missing(self, step: SyncStep, missing: MissingOutcome) -> None:
        integration_id, record_type = self._integration_id, step.record_type
        if missing.gone:
            reasons = dict.fromkeys(sorted(missing.gone), self._deleted_reason)
            gone = store.set_state(
                integration_id, record_type, reasons, RecordState.DELETED, self._origin, asked_at=missing.listed_at
            )
            names = applying.names_of(integration_id, record_type, sorted(gone)[: logbook.MAX_ROWS])
            logbook.note_deleted(self.run, record_type, names, self._deleted_reason)
            step.deleted += len(gone)
        if missing.is_whole:
            held_deletes.replace_pending(integration_id, record_type, self.run.id, missing.held)
            held_deletes.release_relisted(integration_id, record_type, missing.listed)
        if missing.kept:
            words = held_deletes.kept_message(integration_id, self._source.name, record_type, len(missing.kept))
            logbook.note(self.run, words, subject=LogSubject.STEP, record_type=record_type)


def _packed(ids: Sequence[int]) -> bytes:
    return array("q", ids).tobytes()
