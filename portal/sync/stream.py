"""One record type's part of a run, as a conversation: it asks questions, is given the answers, and writes them down.

Read the whole list, or its changes, or single records → mend what moved meanwhile → balance the books → find out
what the PSA no longer has. A stream has one question under way at a time, and asks the next one only when the answer
to the last is written: so whatever is killed, at most one page of each type is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRefusedType, PsaUnavailable
from portal.models.sync import RemoteList, StepMode, StepState, SyncStep
from portal.sync import books, holding, store
from portal.sync.books import Tally
from portal.sync.fetcher import Ask
from portal.sync.filters import Filters
from portal.sync.reading import UNUSABLE, Reading
from portal.sync.record_types import RecordType
from portal.sync.scope import Scope
from portal.sync.source import Facts, Page, RollCall, Row, Source
from portal.sync.writer import Arrival, Single, Vanished, Writer

MOST_ROUNDS: Final = 3
MOST_SINGLE: Final = 50  # more than these are quicker read by pages
SAMPLES: Final = 3
PROVED_FOR: Final = timedelta(days=7)

Work = Generator[Ask, Any, None]


@dataclass(frozen=True)
class Told:
    """A row of a list, decided about by what its details tell."""

    facts: Facts
    payload: bytes
    problem: str = ""


class Stream:
    """`requests` counts the calls that are not written yet, `asked_at` is when the last answer was asked for; the
    engine keeps both.
    """

    def __init__(self, step: SyncStep, writer: Writer, source: Source, scope: Callable[[str], Scope]) -> None:
        self.step = step
        self.record_type: str = step.record_type
        self.requests = 0
        self.asked_at = clock.now()
        self.budget_left = 0
        self.pages_left = 1
        self._writer = writer
        self._source = source
        self._scope_of = scope
        self._scope = Scope(Filters())
        self._earlier: set[int] = set()
        self._singles = 0
        self._listed_at: datetime | None = None

    def work(self) -> Work:
        """Do all of it. A PsaListError fails this step alone; what other errors come to, the engine decides."""
        try:
            self._writer.begin(self.step)
            self._scope = self._scope_of(self.record_type)
            if self.step.mode == StepMode.RECORDS:
                yield from self._read_records()
            else:
                tally = yield from self._read_list()
                yield from self._try_dates(tally)
                yield from self._close(tally)
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

    def _read_list(self) -> Generator[Ask, Any, Tally]:
        """Read until a round was sound, or what it missed could be mended, or patience ends."""
        reading = self._resumed()
        while True:
            yield from self._round(reading)
            if reading.is_sound or self.step.round >= MOST_ROUNDS:
                return Tally.of_reading(reading, is_whole=self.step.mode == StepMode.FULL)
            mended = yield from self._mend(reading)
            if mended is not None:
                return mended
            self._earlier |= reading.ids
            self._writer.next_round(self.step)
            reading = Reading(reading.last)

    def _resumed(self) -> Reading:
        pages = self._writer.pages_of(self.step)
        present = [ids for round_, ids in pages if round_ == self.step.round and ids.number > 0]
        for round_, ids in pages:
            if round_ != self.step.round or ids.number < 0:
                self._earlier.update(each for each in ids.ids if each != UNUSABLE)
                self._singles += ids.number < 0
        step = self.step
        last = self._writer.last_page(step)
        return Reading.resumed(present, last=last, total=step.expected, size=step.page_size, moved=step.moved)

    def _round(self, reading: Reading) -> Work:
        while (number := reading.next_page()) is not None:
            self.pages_left = reading.pages_left
            page: Page = yield partial(self._source.page, self.record_type, number, since=self.step.since)
            self._listed_at = self.asked_at
            rows = reading.take(page)
            ids = [UNUSABLE if row.facts is None else row.facts.remote_id for row in rows]
            fresh = [row for row, each in zip(rows, ids, strict=True) if self._is_fresh(each)]
            told = yield from self._told(fresh)
            arrival = Arrival(page, ids, told, self._listed_at, self._spent(), self.budget_left)
            self._writer.page(self.step, arrival, reading, self._scope)

    def _told(self, rows: list[Row]) -> Generator[Ask, Any, list[Row]]:
        """Read the details of those rows that do not carry what the filters in use ask about."""
        told: list[Row] = []
        for row in rows:
            if row.facts is not None and self._scope.needs_detail(self.record_type, row.facts):
                detail: Row | None = yield partial(self._source.record, self.record_type, row.facts.remote_id)
                told.append(row if detail is None else Told(detail.facts or row.facts, row.payload))
            else:
                told.append(row)
        return told

    def _is_fresh(self, remote_id: int) -> bool:
        """Tell whether a row counts: a row without an id cannot be told from those of an earlier round."""
        return self.step.round == 1 if remote_id == UNUSABLE else remote_id not in self._earlier

    def _mend(self, reading: Reading) -> Generator[Ask, Any, Tally | None]:
        """Read the few records that were missed one by one; None when that is not possible."""
        if self.step.mode != StepMode.FULL or not self._source.calls_roll(self.record_type):
            return None
        try:
            roll: RollCall = yield partial(self._source.roll_call, self.record_type)
        except PsaUnavailable:
            raise
        except PsaError:
            return None
        self._listed_at = self.asked_at
        seen = reading.ids | self._earlier
        missing = roll.ids - seen
        is_odd = len(roll.ids & seen) < len(seen) / 2
        if is_odd or len(missing) > MOST_SINGLE:
            return None
        absent, withheld = set(), set()
        for remote_id in sorted(missing):
            exists = yield from self._read_one(remote_id)
            if exists is None:
                withheld.add(remote_id)
            elif not exists:
                absent.add(remote_id)
        return Tally.of_roll(roll, absent=absent, withheld=withheld)

    def _read_one(self, remote_id: int) -> Generator[Ask, Any, bool | None]:
        """Read a record that the list did not bring; tells whether it exists, None when it cannot be read."""
        row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
        if row is not None and row.facts is None:
            return None
        self._singles += 1
        single = Single(remote_id, row, self.asked_at, self._spent())
        self._writer.record(self.step, -self._singles, single, self._scope)
        if row is not None:
            self._earlier.add(remote_id)
        return row is not None

    def _try_dates(self, tally: Tally) -> Work:
        """Find out, now and then, whether the list can be asked for its changes."""
        known = RemoteList.get_or_none(
            RemoteList.integration == self._writer.run.integration_id, RemoteList.record_type == self.record_type
        )
        is_known = known is not None and known.probed_at is not None and clock.now() - known.probed_at < PROVED_FOR
        if (
            is_known
            or not tally.ids
            or self.step.mode != StepMode.FULL
            or not self._source.knows_date(self.record_type)
        ):
            return
        tomorrow = clock.now() + timedelta(days=1)
        heeds: bool = yield partial(self._source.heeds_date, self.record_type, tomorrow)
        self._writer.remember(self.step, filters_by_date=heeds, probed_at=clock.now())

    def _close(self, tally: Tally) -> Work:
        balance = books.balance(self.record_type, tally)
        if balance.problem:
            self._end(error=PsaError(balance.problem, balance.remedy), state=StepState.INCOMPLETE)
            return
        vanished = None
        if self.step.mode == StepMode.FULL:
            vanished = yield from self._vanished(tally)
        if self.record_type == RecordType.CLIENTS and self._scope.follows_clients:
            self._writer.cascade(self.step)
        self._remember(tally)
        if vanished is not None and vanished.held is not None:
            held = PsaError(books.held_words(self.record_type, len(vanished.held.ids)), vanished.held.advice)
            self._end(error=held, state=StepState.INCOMPLETE, vanished=vanished)
        else:
            self._end(vanished=vanished)

    def _remember(self, tally: Tally) -> None:
        found: dict[str, Any] = {"page_size": self.step.page_size}
        if not self._writer.is_outdated(self.record_type):
            found["read_until"] = self._began
        if self.step.mode == StepMode.FULL:
            found |= {"full_at": clock.now(), "total": tally.expected}
        self._writer.remember(self.step, **found)

    def _vanished(self, tally: Tally) -> Generator[Ask, Any, Vanished]:
        """Find out what is stored and no longer listed, and whether a person must decide about it."""
        integration_id = self._writer.run.integration_id
        stored = store.kept_ids(integration_id, self.record_type, before=self._listed_at or self._began)
        gone = stored - tally.ids
        if gone:
            gone -= holding.kept_by_decision(integration_id, self.record_type)
        if gone and tally.unusable and len(gone) <= MOST_SINGLE:
            # A row without a usable id may be one of them.
            for remote_id in sorted(gone):
                if (yield from self._read_one(remote_id)) is not False:
                    gone.discard(remote_id)
        if not books.are_held(gone, len(stored)):
            return Vanished(gone)
        found = yield from self._sample(gone)
        cause, advice = books.likely_cause(tally, found)
        return Vanished(held=holding.Hold(gone, len(stored), cause, advice))

    def _sample(self, gone: set[int]) -> Generator[Ask, Any, list[bool | None]]:
        """Ask for a few of the vanished records: True for those that exist, None where reading them is refused."""
        found: list[bool | None] = []
        for remote_id in sorted(gone)[:SAMPLES]:
            try:
                row: Row | None = yield partial(self._source.record, self.record_type, remote_id)
            except PsaRefusedType:
                found.append(None)
            else:
                found.append(row is not None)
        return found

    @property
    def _began(self) -> datetime:
        """Return when the step was begun, by whatever worker."""
        return self.step.started_at or clock.now()

    def _end(self, **how: Any) -> None:
        self._writer.end(self.step, self._spent(), **how)

    def _spent(self) -> int:
        spent, self.requests = self.requests, 0
        return spent
