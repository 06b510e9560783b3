"""The engine: takes a claimed run from its checkpoint to its end.

Each record type is a stream. Their questions travel at the same time, one of each stream; the answers are written
one after the other by this thread, each page with its rows, counters, checkpoint and log lines in one transaction
that the lease guards. Every call is taken from the budget that the tenant allows.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Final

from portal import clock
from portal.errors import PsaError, PsaRateLimited
from portal.models.records import ChangeKind, RecordChange
from portal.models.sync import LogLevel, RunKind, RunState, StepMode, StepState, SyncRun, SyncStep
from portal.sync import books, exclusions, logbook, remote_lists, store
from portal.sync.allowance import GOES_ON, LIMIT_USED_UP, Allowance
from portal.sync.fetcher import Answer, Ask, Fetcher
from portal.sync.filters import FOLLOWERS, read
from portal.sync.lease import BEAT_SECONDS, Lease
from portal.sync.record_types import RecordType
from portal.sync.scope import Scope
from portal.sync.source import Source
from portal.sync.steps import OPEN, end_open
from portal.sync.stream import Stream, Work
from portal.sync.writer import Writer

# A longer wait is not sat out: it frees the worker, and the run goes on later.
LONGEST_PAUSE_SECONDS: Final = 10.0


class _CancelledError(Exception):
    """A person asked the run to stop."""


class Engine:
    """One claim of one run. Raises FencedOut, and PsaError when the run as a whole cannot go on."""

    def __init__(self, lease: Lease, source: Source, allowance: Allowance) -> None:
        self._lease = lease
        self._source = source
        self._allowance = allowance
        self._run = SyncRun.get_by_id(lease.run_id)
        self._integration_id: int = self._run.integration_id
        self._filters = read(self._run.filters)
        self._writer = Writer(lease, self._run, source)
        # One question first, when the PSA was last seen in trouble: it need not fail seven times.
        self._is_wary = self._run.waits > 0
        self._working: dict[Stream, Work] = {}
        self._asking: deque[tuple[Stream, Ask]] = deque()

    def run(self) -> RunState:
        """Work through the steps that have not ended, end the run and return its state."""
        steps = (
            SyncStep.select().where(SyncStep.run == self._run, SyncStep.state.in_(OPEN)).order_by(SyncStep.position)
        )
        waiting = deque(Stream(step, self._writer, self._source, self._scope) for step in steps)
        try:
            with Fetcher[Stream](self._source) as fetcher:
                try:
                    self._converse(waiting, fetcher)
                except (PsaError, _CancelledError):
                    self._hear_out(fetcher)
                    raise
        except _CancelledError:
            return self._end_cancelled()
        finally:
            self._allowance.close()
        return self._end()

    def _converse(self, waiting: deque[Stream], fetcher: Fetcher[Stream]) -> None:
        while waiting or self._working:
            self._stop_if_cancelled()
            self._start(waiting)
            pause = self._send(fetcher)
            self._receive(fetcher, pause)

    def _hear_out(self, fetcher: Fetcher[Stream]) -> None:
        """Write what is still under way before the run waits or ends, and count the calls that brought nothing."""
        while fetcher.under_way:
            with suppress(PsaError):
                self._receive(fetcher, BEAT_SECONDS)
        for stream in self._working:
            stream.note_requests()

    def _start(self, waiting: deque[Stream]) -> None:
        """Begin the streams that may: all at once, but for those that wait for the clients to be known."""
        while waiting and not (self._working and (self._is_wary or self._follow_clients(waiting[0]))):
            stream = waiting.popleft()
            self._choose_mode(stream.step)
            self._working[stream] = stream.work()
            self._advance(stream, None)

    def _follow_clients(self, stream: Stream) -> bool:
        clients_open = any(each.record_type == RecordType.CLIENTS for each in self._working)
        return clients_open and self._follows(stream.record_type)

    def _follows(self, record_type: str) -> bool:
        """Tell whether records of this type are left out along with their client."""
        return record_type in FOLLOWERS and Scope(self._filters).follows_clients

    def _send(self, fetcher: Fetcher[Stream]) -> float:
        """Ask what may be asked now; returns for how many seconds it makes sense to wait for something to happen."""
        while self._asking:
            seconds = self._allowance.take_one()
            if seconds:
                if seconds > LONGEST_PAUSE_SECONDS and not fetcher.under_way:
                    raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)
                return min(seconds, BEAT_SECONDS)
            fetcher.ask(*self._asking.popleft())
        return BEAT_SECONDS

    def _receive(self, fetcher: Fetcher[Stream], pause: float) -> None:
        arrived = fetcher.next(pause, lambda stream: stream.pages_left)
        if arrived is None:
            self._lease.beat()
            return
        stream, answer = arrived
        stream.requests += answer.requests
        stream.asked_at = answer.asked_at
        stream.budget_left = self._allowance.in_hand
        self._allowance.charge(max(0, answer.requests - 1))
        self._advance(stream, answer)

    def _advance(self, stream: Stream, answer: Answer | None) -> None:
        """Give a stream its answer, which it writes, and queue its next question."""
        work = self._working[stream]
        try:
            if answer is None:
                question = next(work)
            elif answer.error is None:
                self._is_wary = False
                question = work.send(answer.value)
            elif isinstance(answer.error, PsaRateLimited):
                self._leave_alone(answer.error)
                question = answer.question
            else:
                question = work.throw(answer.error)
        except StopIteration:
            del self._working[stream]
        else:
            self._asking.append((stream, question))

    def _leave_alone(self, error: PsaRateLimited) -> None:
        """Let nobody call the tenant for a while. Raises the error when that is too long to sit out."""
        seconds = self._allowance.refused(error)
        if seconds > LONGEST_PAUSE_SECONDS:
            raise error

    def _choose_mode(self, step: SyncStep) -> None:
        """Ask for changes where that is proved to work for this list, and where nothing else has come into scope."""
        if step.started_at is not None or self._run.kind != RunKind.INCREMENTAL or step.mode == StepMode.RECORDS:
            return
        since = remote_lists.changes_since(self._integration_id, step.record_type)
        if since is None or (self._follows(step.record_type) and self._clients_came()):
            return
        step.mode, step.since = StepMode.CHANGES, since

    def _clients_came(self) -> bool:
        """Tell whether this run brought a client into scope: what belongs to it has not changed, and is not here."""
        mine = (SyncStep.run == self._run) & (SyncStep.record_type == RecordType.CLIENTS)
        created = SyncStep.select().where(mine, SyncStep.created > 0)
        back = RecordChange.select().where(
            RecordChange.integration == self._integration_id,
            RecordChange.record_type == RecordType.CLIENTS,
            RecordChange.run_id == self._run.id,
            RecordChange.kind == ChangeKind.BACK,
        )
        return bool(created.exists() or back.exists())

    def _scope(self, record_type: str) -> Scope:
        if not self._follows(record_type):
            return Scope(self._filters)
        live = store.live_ids(self._integration_id, RecordType.CLIENTS)
        return Scope(self._filters, live, exclusions.of_clients(self._integration_id))

    def _end(self) -> RunState:
        steps = list(SyncStep.select().where(SyncStep.run == self._run).order_by(SyncStep.position))
        state = books.outcome([step.state for step in steps])
        self._writer.retire(steps)
        first = next((step for step in steps if step.problem), None)
        level = LogLevel.INFO if state == RunState.SUCCEEDED else LogLevel.ERROR
        with self._lease.writing():
            logbook.note(self._run, logbook.ENDED[state], level=level)
            self._lease.give_up(
                state=state,
                finished_at=clock.now(),
                problem=first.problem if first else "",
                remedy=first.remedy if first else "",
            )
        return state

    def _end_cancelled(self) -> RunState:
        with self._lease.writing():
            end_open(self._run, StepState.CANCELLED)
            logbook.note(self._run, "The sync was cancelled. What had arrived by then is kept.")
            self._lease.give_up(state=RunState.CANCELLED, finished_at=clock.now())
        return RunState.CANCELLED

    def _stop_if_cancelled(self) -> None:
        if self._lease.is_cancelled:
            raise _CancelledError
