"""One record type's part of a run, as a conversation: it asks questions, is given the answers, and writes them down.

Read the whole list, or its changes, or single records → mend what moved meanwhile → balance the books → find out
what the PSA no longer has. A stream has one question under way at a time, and asks the next one only when the answer
to the last is written: so whatever is killed, at most one page of each type is asked for again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaUnavailable
from portal.models.sync import StepMode, StepState, SyncStep
from portal.psa.source import IdList, Page, Row, Source
from portal.sync import reconciliation, remote_lists, store
from portal.sync.date_filter_probe import DateTrial
from portal.sync.details import Detailed, Details, Single
from portal.sync.fetcher import Ask
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import MOST_SINGLE, Vanished, Vanishing
from portal.sync.reading import Reading
from portal.sync.reconciliation import Tally
from portal.sync.record_types import RecordType
from portal.sync.seen_rows import UNUSABLE, id_of
from portal.sync.writer import Arrival, Writer

MOST_ROUNDS: Final = 3
# What is kept in SyncStep.asked.
ABSENT: Final = "absent"
WITHHELD: Final = "withheld"

Work = Generator[Ask, Any, None]


class Stream:
    """`requests` counts the calls that are not written yet, `asked_at` is when the last answer was asked for; the
    engine keeps both.
    """

    def __init__(self, step: SyncStep, writer: Writer, source: Source, scope: LiveScope) -> None:
        self.step = step
        self.record_type: str = step.record_type
        self.requests = 0
        self.asked_at = clock.now()
        self.budget_left = 0
        self.pages_left = 1
        self._writer = writer
        self._source = source
        self._scope = scope
        self._earlier: set[int] = set()
        self._singles = 0
        self._listed_at: datetime | None = None

    def work(self) -> Work:
        """Do all of it. A PsaListError fails this step alone; what other errors come to, the engine decides."""
        try:
            self._writer.begin(self.step)
            if self.step.mode == StepMode.RECORDS:
                yield from self._read_records()
            else:
                tally, reading = yield from self._read_list()
                yield from DateTrial(self.step, self._writer, self._source, self._keep_answer).run(tally)
                yield from self._close(tally, reading)
        except PsaListError as error:
            self.fail(error)

    def fail(self, error: PsaError) -> None:
        """End the step without the rest of its list."""
        self._end(error=error, state=StepState.FAILED)

    def note_requests(self) -> None:
        """Write the calls that brought nothing, before the run waits or fails."""
        if self.requests:
            self._writer.requests(self.step, self._spent())

    def _read_records(self) -> Work:
        done = {number for _, (number, _) in self._writer.pages_of(self.step)}
        for number, remote_id in enumerate(self.step.remote_ids, start=1):
            if number not in done:
                row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
                single = Single(remote_id, row, self.asked_at, self._spent())
                self._writer.record(self.step, number, single, self._scope)
        self._end()

    def _read_list(self) -> Generator[Ask, Any, tuple[Tally, Reading]]:
        """Read until a round was sound, or what it missed could be mended, or patience ends."""
        reading = self._resumed()
        while True:
            yield from self._round(reading)
            if reading.is_sound or self.step.round >= MOST_ROUNDS:
                return Tally.of_reading(reading, is_whole=self.step.mode == StepMode.FULL), reading
            mended = yield from self._mend(reading)
            if mended is not None:
                return mended, reading
            self._earlier |= reading.seen.ids
            self._writer.next_round(self.step)
            known = reading.known._replace(last=reading.last, count_kind=reading.claims.kind)
            reading = Reading(known, is_patient=self.step.round >= MOST_ROUNDS)

    def _resumed(self) -> Reading:
        pages = self._writer.pages_of(self.step)
        present = [ids for round_, ids in pages if round_ == self.step.round and ids.number > 0]
        for round_, ids in pages:
            if round_ != self.step.round or ids.number < 0:
                self._earlier.update(each for each in ids.ids if each != UNUSABLE)
                self._singles += ids.number < 0
        step = self.step
        known = self._writer.known(step)
        is_patient = step.round >= MOST_ROUNDS
        return Reading.resumed(present, known=known, total=step.expected, moved=step.moved, is_patient=is_patient)

    def _round(self, reading: Reading) -> Work:
        while (number := reading.next_page()) is not None:
            self.pages_left = reading.pages_left
            size = reading.sizes.size or reading.known.size
            page: Page = yield partial(self._source.page, self.record_type, number, since=self.step.since, size=size)
            self._listed_at = self.asked_at
            rows = reading.take(page)
            ids = [id_of(row) for row in rows]
            fresh = [row for row, each in zip(rows, ids, strict=True) if self._is_fresh(each)]
            detailed = yield from self._with_details(fresh)
            arrival = Arrival(page, ids, detailed, self._listed_at, self._spent(), self.budget_left)
            self._writer.page(self.step, arrival, reading, self._scope)

    def _with_details(self, rows: list[Row]) -> Generator[Ask, Any, list[Row]]:
        """Add what details tell to those rows that do not carry what the filters in use ask about."""
        scope = self._scope.now()
        thin = [row for row in rows if row.facts and scope.needs_detail(self.record_type, row.facts)]
        if not thin:
            return rows
        details = Details(self._writer.run, self.record_type, self._source)
        found = details.known(thin)
        for row in thin:
            remote_id = id_of(row)
            if remote_id not in found:
                detail: Row | None = yield partial(self._source.record, self.record_type, remote_id)
                single = Single(remote_id, detail, self.asked_at, self._spent())
                found[remote_id] = self._writer.detail(self.step, details, row, single)
        needing = {id_of(row) for row in thin}
        return [Detailed(found[id_of(row)], row.payload) if id_of(row) in needing else row for row in rows]

    def _is_fresh(self, remote_id: int) -> bool:
        """Tell whether a row counts: a row without an id cannot be told from those of an earlier round."""
        return self.step.round == 1 if remote_id == UNUSABLE else remote_id not in self._earlier

    def _mend(self, reading: Reading) -> Generator[Ask, Any, Tally | None]:
        """Read the few records that were missed one by one; None when that is not possible."""
        if self.step.mode != StepMode.FULL or not self._source.lists_ids(self.record_type):
            return None
        try:
            listed: IdList = yield partial(self._source.list_ids, self.record_type)
        except PsaUnavailable:
            raise
        except PsaError:
            return None
        self._listed_at = self.asked_at
        seen = reading.seen.ids | self._earlier
        missing = listed.ids - seen
        is_odd = len(listed.ids & seen) < len(seen) / 2
        if is_odd or len(missing) > MOST_SINGLE:
            return None
        absent, withheld = set(), set()
        for remote_id in sorted(missing):
            exists = yield from self._read_one(remote_id)
            if exists is None:
                withheld.add(remote_id)
            elif not exists:
                absent.add(remote_id)
        return Tally.of_id_list(listed, absent=absent, withheld=withheld)

    def _read_one(self, remote_id: int) -> Generator[Ask, Any, bool | None]:
        """Read a record that the list did not bring; tells whether it exists, None when it cannot be read."""
        question = f"missed/{remote_id}"
        if answer := (self.step.asked or {}).get(question):
            return None if answer == WITHHELD else False
        row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
        if row is not None and row.facts is None:
            self._keep_answer(question, WITHHELD)
            return None
        self._singles += 1
        single = Single(remote_id, row, self.asked_at, self._spent())
        self._writer.record(self.step, -self._singles, single, self._scope)
        if row is None:
            self._keep_answer(question, ABSENT)
        else:
            self._earlier.add(remote_id)
        return row is not None

    def _close(self, tally: Tally, reading: Reading) -> Work:
        self.step.expected = tally.expected
        result = reconciliation.reconcile(self._source.name, self.record_type, tally)
        notes = remote_lists.disagreements(self._source.name, self.record_type, reading)
        if result.problem:
            self._writer.remember(self.step, notes=notes)
            self._end(error=PsaError(result.problem, result.remedy), state=StepState.INCOMPLETE)
            return
        vanished = None
        if self.step.mode == StepMode.FULL:
            vanished = yield from self._vanished(tally)
            if vanished.held is None:
                self._writer.tidy(self.step, tally.ids)
        if self.record_type == RecordType.CLIENTS and self._scope.follows_clients:
            self._writer.cascade(self.step)
        self._remember(reading, notes)
        if vanished is not None and vanished.held is not None:
            words = reconciliation.held_words(self._source.name, self.record_type, len(vanished.held.ids))
            held = PsaError(words, vanished.held.advice)
            self._end(error=held, state=StepState.INCOMPLETE, vanished=vanished)
        else:
            self._end(vanished=vanished)

    def _remember(self, reading: Reading, notes: list[str]) -> None:
        found: dict[str, Any] = {}
        before = remote_lists.find(self._writer.run.integration_id, self.record_type)
        if not self._writer.is_outdated(self.record_type) and not self._scope.may_miss_since(self._began):
            found["read_until"] = self._began
        if self.step.mode == StepMode.FULL:
            computed = self._writer.computed(self.step)
            found |= {"full_at": clock.now(), **remote_lists.learnt(reading)}
            found["computed"] = remote_lists.with_computed(before, computed)
            size = found["page_size"]
            notes = [*notes, *remote_lists.page_size_words(self._source.name, self.record_type, before, size)]
            notes += remote_lists.computed_words(self.record_type, computed)
        elif remote_lists.is_ignoring_dates(before, reading):
            found["filters_by_date"] = False
            notes = [*notes, remote_lists.ignored_words(self._source.name, self.record_type)]
        self._writer.remember(self.step, notes=notes, **found)

    def _vanished(self, tally: Tally) -> Generator[Ask, Any, Vanished]:
        """Find out what is stored and no longer listed, and what becomes of it."""
        integration_id = self._writer.run.integration_id
        listed_at = self._listed_at or self._began
        kept = store.kept_ids(integration_id, self.record_type, before=listed_at)
        answers = self.step.asked or {}
        vanishing = Vanishing(self._source, integration_id, self.record_type, answers, self._keep_answer)
        vanished = yield from vanishing.settle(tally, kept)
        return replace(vanished, listed_at=listed_at)

    @property
    def _began(self) -> datetime:
        """Return when the step was begun, by whatever worker."""
        return self.step.started_at or clock.now()

    def _end(self, **how: Any) -> None:
        self._writer.end(self.step, self._spent(), **how)

    def _keep_answer(self, question: str, answer: str) -> None:
        self._writer.answer(self.step, question, answer, self._spent())

    def _spent(self) -> int:
        spent, self.requests = self.requests, 0
        return spent
