"""One record type's part of a run: reads its list and writes what arrives, one PSA call at a time.

The engine makes the calls that a stream yields. The order of the work is drawn in engine.py. A stream yields its next
call only after the last result is written, so a kill repeats at most one page per record type.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from portal.errors import PsaError, PsaListError, PsaRateLimited
from portal.models.sync import StepMode, StepState, SyncStep
from portal.psa.source import Page, Row, Source
from portal.sync import stored
from portal.sync.call_results import CallResults
from portal.sync.client_lists import ClientLists
from portal.sync.closing import Closing
from portal.sync.date_filter_probe import DateFilterProbe
from portal.sync.details import Details, RowWithDetail
from portal.sync.fetcher import Fetched, PsaCall
from portal.sync.live_scope import LiveScope
from portal.sync.missed_rows import MissedRows
from portal.sync.reading import Reading
from portal.sync.reconciliation import ReceivedList
from portal.sync.seen_rows import NO_ID, id_of
from portal.sync.writer import FetchedPage, Writer

MAX_ROUNDS: Final = 3

Work = Generator[PsaCall, Fetched, None]


class Stream:
    """Reads one record type for one run. The engine sends each result into `work` and sets no fields."""

    def __init__(self, step: SyncStep, writer: Writer, source: Source, scope: LiveScope) -> None:
        self.step = step
        self.record_type: str = step.record_type
        self._writer = writer
        self._source = source
        self._scope = scope
        self._results = CallResults()
        self._closing = Closing(step, writer, source, scope, self._results)
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
                fetched = yield call
                self._results.take(fetched)
                error = fetched.error
                if isinstance(error, PsaRateLimited):
                    continue
                call = calls.send(fetched.value) if error is None else calls.throw(error)

    def fail(self, error: PsaError) -> None:
        """End the step without the rest of its list."""
        self._closing.end(error=error, state=StepState.FAILED)

    def write_requests(self, more: int = 0) -> None:
        """Count `more` requests, and those of calls that brought nothing to write."""
        self._results.add_requests(more)
        if requests := self._results.take_requests():
            self._writer.count_requests(self.step, requests)

    def _calls(self) -> Generator[PsaCall, Any, None]:
        """Do the work. Each yielded call returns its value here, or raises its error."""
        try:
            self._writer.begin(self.step)
            if self.step.mode == StepMode.RECORDS:
                yield from self._read_records()
            elif self._source.is_listed_per_client(self.record_type):
                yield from self._read_client_lists()
            else:
                received, reading = yield from self._read_list()
                probe = DateFilterProbe(self.step, self._writer, self._source, self._closing.save_answer)
                yield from probe.run(received)
                yield from self._closing.of_list(received, reading, self._listed_at)
        except PsaListError as error:
            self.fail(error)

    def _read_records(self) -> Generator[PsaCall, Any, None]:
        done = {number for _, (number, _) in self._writer.pages_of(self.step)}
        for number, remote_id in enumerate(self.step.remote_ids, start=1):
            if number not in done:
                row: Row | None = yield stored.record_call(
                    self._source, self._writer.run.integration_id, self.record_type, remote_id
                )
                self._writer.record(self.step, number, self._results.single(remote_id, row), self._scope)
        self._closing.end()

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
            self._listed_at = self._results.asked_at
            rows = reading.take(page)
            ids = [id_of(row) for row in rows]
            new = [row for row, each in zip(rows, ids, strict=True) if self._is_new(each)]
            new = yield from self._with_details(new)
            budget_left = self._results.budget_left
            fetched_page = FetchedPage(page, ids, new, self._listed_at, self._results.take_requests(), budget_left)
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
                single = self._results.single(remote_id, detail)
                facts[remote_id] = self._writer.detail(self.step, details, row, single)
        thin_ids = {id_of(row) for row in thin}
        return [RowWithDetail(facts[id_of(row)], row.payload) if id_of(row) in thin_ids else row for row in rows]

    def _is_new(self, remote_id: int) -> bool:
        """Return whether no earlier round had this row. A row without an id counts in the first round only."""
        return self.step.round == 1 if remote_id == NO_ID else remote_id not in self._earlier_ids

    def _read_missed(self, reading: Reading) -> Generator[PsaCall, Any, ReceivedList | None]:
        """Read the few records that the round missed one by one, or return None when that is not possible."""
        if self.step.mode != StepMode.FULL or not self._source.lists_ids(self.record_type):
            return None
        missed = MissedRows(
            self.step, self._writer, self._source, self._scope, self._results, single_reads=self._single_reads
        )
        found = yield from missed.read(reading.seen.ids | self._earlier_ids)
        self._single_reads = missed.single_reads
        if found is None:
            return None
        received, self._listed_at = found
        return received

    def _read_client_lists(self) -> Generator[PsaCall, Any, None]:
        lists = ClientLists(self.step, self._writer, self._source, self._scope, self._results)
        self._pages_left = len(self.step.client_ids)
        yield from self._closing.of_client_lists(lists, (yield from lists.read()))
