"""One record type's part of a run: reads its list and writes what arrives, one PSA call at a time.

The engine makes the calls that a stream yields. The order of the work is drawn in engine.py. A stream yields its next
call only after the last result is written, so a kill repeats at most one page per record type.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable
from portal.models.sync import StepMode, StepState, SyncStep
from portal.psa.source import IdList, Page, Row, Source
from portal.sync import reconciliation, remote_lists, store
from portal.sync.date_filter_probe import DateFilterProbe
from portal.sync.details import Details, RowWithDetail, SingleRecord
from portal.sync.fetcher import Fetched, PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import MAX_SINGLE_READS, MissingOutcome, MissingRecords
from portal.sync.reading import Reading
from portal.sync.reconciliation import ReceivedList
from portal.sync.record_types import RecordType
from portal.sync.seen_rows import NO_ID, id_of
from portal.sync.writer import FetchedPage, Writer

MAX_ROUNDS: Final = 3
# Values in SyncStep.answers.
ABSENT: Final = "absent"
UNREADABLE: Final = "unreadable"

Work = Generator[PsaCall, Fetched, None]


class Stream:
    """Reads one record type for one run. The engine sends each result into `work` and sets no fields."""

    def __init__(self, step: SyncStep, writer: Writer, source: Source, scope: LiveScope) -> None:
        self.step = step
        self.record_type: str = step.record_type
        self._writer = writer
        self._source = source
        self._scope = scope
        self._fetched: Fetched  # the last result
        self._unwritten_requests = 0
        self._pages_left = 1
        self._earlier_ids: set[int] = set()  # from rounds before this one
        self._single_reads = 0
        self._listed_at: datetime | None = None

    @property
    def pages_left(self) -> int:
        """Return how many pages of the list are still to be fetched, as far as is known."""
        return self._pages_left

    def work(self) -> Work:
        """Yield PSA calls; expects the Fetched of each.

        Repeats a call that was refused by the rate limit. A PsaListError fails this step alone; other errors are
        raised, for the engine to decide.
        """
        calls = self._calls()
        with suppress(StopIteration):
            call = next(calls)
            while True:
                self._fetched = yield call
                self._unwritten_requests += self._fetched.requests
                error = self._fetched.error
                if isinstance(error, PsaRateLimited):
                    continue
                call = calls.send(self._fetched.value) if error is None else calls.throw(error)

    def fail(self, error: PsaError) -> None:
        """End the step without the rest of its list."""
        self._end(error=error, state=StepState.FAILED)

    def write_requests(self, more: int = 0) -> None:
        """Count `more` requests, and those of calls that brought nothing to write."""
        self._unwritten_requests += more
        if self._unwritten_requests:
            self._writer.count_requests(self.step, self._take_requests())

    def _calls(self) -> Generator[PsaCall, Any, None]:
        """Do the work. Each yielded call returns its value here, or raises its error."""
        try:
            self._writer.begin(self.step)
            if self.step.mode == StepMode.RECORDS:
                yield from self._read_records()
            else:
                received, reading = yield from self._read_list()
                yield from DateFilterProbe(self.step, self._writer, self._source, self._save_answer).run(received)
                yield from self._close(received, reading)
        except PsaListError as error:
            self.fail(error)

    def _read_records(self) -> Generator[PsaCall, Any, None]:
        done = {number for _, (number, _) in self._writer.pages_of(self.step)}
        for number, remote_id in enumerate(self.step.remote_ids, start=1):
            if number not in done:
                row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
                self._writer.record(self.step, number, self._single(remote_id, row), self._scope)
        self._end()

    def _read_list(self) -> Generator[PsaCall, Any, tuple[ReceivedList, Reading]]:
        """Read rounds until one is sound, or all that it missed was read by id, or there were MAX_ROUNDS."""
        reading = self._resumed()
        while True:
            yield from self._read_round(reading)
            if reading.is_sound or self.step.round >= MAX_ROUNDS:
                return ReceivedList.from_reading(reading, is_whole=self.step.mode == StepMode.FULL), reading
            received = yield from self._read_missed(reading)
            if received is not None:
                return received, reading
            self._earlier_ids |= reading.seen.ids
            self._writer.next_round(self.step)
            past = reading.past._replace(last=reading.last, count_kind=reading.counts.kind)
            reading = Reading(past, is_patient=self.step.round >= MAX_ROUNDS)

    def _resumed(self) -> Reading:
        """Return the reading of this round, with the pages that were written before."""
        pages = self._writer.pages_of(self.step)
        present = [ids for round_, ids in pages if round_ == self.step.round and ids.number > 0]
        for round_, ids in pages:
            if round_ != self.step.round or ids.number < 0:
                self._earlier_ids.update(each for each in ids.ids if each != NO_ID)
                self._single_reads += ids.number < 0
        past, is_patient = self._writer.past_reading(self.step), self.step.round >= MAX_ROUNDS
        return Reading.resumed(present, self.step.reading, past=past, is_patient=is_patient)

    def _read_round(self, reading: Reading) -> Generator[PsaCall, Any, None]:
        while (number := reading.next_page()) is not None:
            self._pages_left = reading.pages_left
            size = reading.sizes.size or reading.past.size
            page: Page = yield partial(self._source.page, self.record_type, number, since=self.step.since, size=size)
            self._listed_at = self._fetched.asked_at
            rows = reading.take(page)
            ids = [id_of(row) for row in rows]
            new = [row for row, each in zip(rows, ids, strict=True) if self._is_new(each)]
            new = yield from self._with_details(new)
            budget_left = self._fetched.budget_left
            fetched_page = FetchedPage(page, ids, new, self._listed_at, self._take_requests(), budget_left)
            self._writer.page(self.step, fetched_page, reading, self._scope)

    def _with_details(self, rows: list[Row]) -> Generator[PsaCall, Any, list[Row]]:
        """Add details to the rows that lack what the filters in use need."""
        scope = self._scope.now()
        thin = [row for row in rows if row.facts and scope.needs_detail(self.record_type, row.facts)]
        if not thin:
            return rows
        details = Details(self._writer.run, self.record_type, self._source)
        facts = details.find_saved(thin)
        for row in thin:
            remote_id = id_of(row)
            if remote_id not in facts:
                detail: Row | None = yield partial(self._source.record, self.record_type, remote_id)
                facts[remote_id] = self._writer.detail(self.step, details, row, self._single(remote_id, detail))
        thin_ids = {id_of(row) for row in thin}
        return [RowWithDetail(facts[id_of(row)], row.payload) if id_of(row) in thin_ids else row for row in rows]

    def _is_new(self, remote_id: int) -> bool:
        """Return whether no earlier round had this row. A row without an id counts in the first round only."""
        return self.step.round == 1 if remote_id == NO_ID else remote_id not in self._earlier_ids

    def _read_missed(self, reading: Reading) -> Generator[PsaCall, Any, ReceivedList | None]:
        """Read the few records that the round missed one by one, or return None when that is not possible."""
        if self.step.mode != StepMode.FULL or not self._source.lists_ids(self.record_type):
            return None
        try:
            listed: IdList = yield partial(self._source.list_ids, self.record_type)
        except PsaUnavailable:
            raise
        except PsaError:
            return None
        self._listed_at = self._fetched.asked_at
        seen = reading.seen.ids | self._earlier_ids
        missing = listed.ids - seen
        is_implausible = len(listed.ids & seen) < len(seen) / 2
        if is_implausible or len(missing) > MAX_SINGLE_READS:
            return None
        absent, unreadable = set(), set()
        for remote_id in sorted(missing):
            exists = yield from self._read_one(remote_id)
            if exists is None:
                unreadable.add(remote_id)
            elif not exists:
                absent.add(remote_id)
        return ReceivedList.from_ids(listed, absent=absent, unreadable=unreadable)

    def _read_one(self, remote_id: int) -> Generator[PsaCall, Any, bool | None]:
        """Read a record that the list did not bring. Returns whether it exists, or None if it cannot be read."""
        question = f"missed/{remote_id}"
        if answer := (self.step.answers or {}).get(question):
            return None if answer == UNREADABLE else False
        row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
        if row is not None and row.facts is None:
            self._save_answer(question, UNREADABLE)
            return None
        self._single_reads += 1
        self._writer.record(self.step, -self._single_reads, self._single(remote_id, row), self._scope)
        if row is None:
            self._save_answer(question, ABSENT)
        else:
            self._earlier_ids.add(remote_id)
        return row is not None

    def _close(self, received: ReceivedList, reading: Reading) -> Generator[PsaCall, Any, None]:
        """Reconcile the list and end the step."""
        self.step.expected = received.expected
        result = reconciliation.reconcile(self._source.name, self.record_type, received)
        notes = remote_lists.disagreements(self._source.name, self.record_type, reading)
        if result.problem:
            self._writer.save_findings(self.step, notes=notes)
            self._end(error=PsaError(result.problem, result.remedy), state=StepState.INCOMPLETE)
            return
        missing = None
        if self.step.mode == StepMode.FULL:
            missing = yield from self._decide_missing(received)
            if missing.held is None:
                self._writer.prune(self.step, received.ids)
        if self.record_type == RecordType.CLIENTS and self._scope.excludes_clients:
            self._writer.exclude_client_records(self.step)
        self._save_findings(reading, notes)
        if missing is not None and missing.held is not None:
            message = reconciliation.held_message(self._source.name, self.record_type, len(missing.held.ids))
            held = PsaError(message, missing.held.advice)
            self._end(error=held, state=StepState.INCOMPLETE, missing=missing)
        else:
            self._end(missing=missing)

    def _save_findings(self, reading: Reading, notes: list[str]) -> None:
        found: dict[str, Any] = {}
        before = remote_lists.find(self._writer.run.integration_id, self.record_type)
        if not self._writer.have_filters_changed(self.record_type) and not self._scope.may_miss_since(self._began):
            found["read_until"] = self._began
        if self.step.mode == StepMode.FULL:
            computed = self._writer.computed(self.step)
            found |= {"full_at": clock.now(), **remote_lists.findings(reading)}
            found["computed"] = remote_lists.with_computed(before, computed)
            size = found["page_size"]
            notes = [*notes, *remote_lists.page_size_messages(self._source.name, self.record_type, before, size)]
            notes += remote_lists.computed_messages(self.record_type, computed)
        elif remote_lists.is_ignoring_dates(before, reading):
            found["filters_by_date"] = False
            notes = [*notes, remote_lists.ignored_date_message(self._source.name, self.record_type)]
        self._writer.save_findings(self.step, notes=notes, **found)

    def _decide_missing(self, received: ReceivedList) -> Generator[PsaCall, Any, MissingOutcome]:
        """Decide about stored records that the list lacks, leaving out those that were read after the list."""
        integration_id = self._writer.run.integration_id
        listed_at = self._listed_at or self._began
        stored = store.undeleted_ids(integration_id, self.record_type, before=listed_at)
        answers = self.step.answers or {}
        records = MissingRecords(self._source, integration_id, self.record_type, answers, self._save_answer)
        outcome = yield from records.decide(received, stored)
        return replace(outcome, listed_at=listed_at)

    @property
    def _began(self) -> datetime:
        """Return when the step began, in whichever worker."""
        return self.step.started_at or clock.now()

    def _single(self, remote_id: int, row: Row | None) -> SingleRecord:
        return SingleRecord(remote_id, row, self._fetched.asked_at, self._take_requests())

    def _end(self, **how: Any) -> None:
        self._writer.end(self.step, self._take_requests(), **how)

    def _save_answer(self, question: str, answer: str) -> None:
        self._writer.save_answer(self.step, question, answer, self._take_requests())

    def _take_requests(self) -> int:
        """Return how many requests are not written yet, and count them as written."""
        requests, self._unwritten_requests = self._unwritten_requests, 0
        return requests
