"""The engine: takes a claimed run from its checkpoint to its end.

Each record type is a stream. Their questions travel at the same time, one of each stream; the answers are written
one after the other by this thread, each page with its rows, counters, checkpoint and log lines in one transaction
that the lease guards. Every call is taken from the budget that the tenant allows.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from functools import partial
from typing import Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable, PsaUnreachable
from portal.models.records import ChangeKind, RecordChange
from portal.models.sync import LogLevel, RunKind, RunState, StepMode, StepState, SyncRun, SyncStep
from portal.psa.source import Source
from portal.sync import logbook, reconciliation, remote_lists
from portal.sync.fetcher import Answer, Ask, Fetcher
from portal.sync.filters import FOLLOWERS, read
from portal.sync.lease import BEAT_SECONDS, Lease
from portal.sync.live_scope import LiveScope
from portal.sync.record_types import RecordType
from portal.sync.request_reservation import GOES_ON, LIMIT_USED_UP, RequestReservation
from portal.sync.scope import Scope
from portal.sync.steps import OPEN, end_open
from portal.sync.stream import Stream, Work
from portal.sync.writer import Writer

# A longer wait is not sat out: it frees the worker, and the run goes on later.
LONGEST_PAUSE_SECONDS: Final = 10.0
# So many lists without an answer, one after the other: it is not about these lists.
MOST_UNANSWERED: Final = 2
# After every so many waits in a row, the engine finds out whether it is only these lists that the PSA does not send.
WAITS_FOR_A_LIST: Final = 6


class _CancelledError(Exception):
    """A person asked the run to stop."""


class Engine:
    """One claim of one run. Raises FencedOut, and PsaError when the run as a whole cannot go on."""

    def __init__(self, lease: Lease, source: Source, reservation: RequestReservation) -> None:
        self._lease = lease
        self._source = source
        self._allowance = reservation
        self._run = SyncRun.get_by_id(lease.run_id)
        self._integration_id: int = self._run.integration_id
        self._filters = read(self._run.filters)
        self._writer = Writer(lease, self._run, source)
        # One question first, when the PSA was last seen in trouble: it need not fail seven times.
        self._is_wary = self._run.waits > 0
        self._working: dict[Stream, Work] = {}
        self._unanswered: dict[Stream, PsaUnavailable] = {}
        self._unanswered_in_a_row = 0
        self._asking: deque[tuple[Stream, Ask]] = deque()

    def run(self) -> RunState:
        """Work through the steps that have not ended, end the run and return its state."""
        steps = (
            SyncStep.select().where(SyncStep.run == self._run, SyncStep.state.in_(OPEN)).order_by(SyncStep.position)
        )
        waiting = deque(Stream(step, self._writer, self._source, self._scope(step)) for step in steps)
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
        while True:
            self._stop_if_cancelled()
            self._start(waiting)
            if not self._working and not self._unanswered:
                return
            if not self._working or self._unanswered_in_a_row >= MOST_UNANSWERED:
                self._judge_unanswered(fetcher)
            else:
                self._receive(fetcher, self._send(fetcher))

    def _hear_out(self, fetcher: Fetcher[Stream]) -> None:
        """Write what is still under way before the run waits or ends, and count the calls that brought nothing."""
        while fetcher.under_way:
            with suppress(PsaError):
                self._receive(fetcher, BEAT_SECONDS)
        for stream in self._working:
            stream.note_requests()

    def _start(self, waiting: deque[Stream]) -> None:
        """Begin the streams that may: all at once, but for those that wait for the clients to be known."""
        for stream in list(waiting):
            if self._working and self._is_wary:
                return
            if self._follow_clients(stream):
                continue
            waiting.remove(stream)
            self._choose_mode(stream.step)
            self._working[stream] = stream.work()
            self._advance(stream, None)

    def _follow_clients(self, stream: Stream) -> bool:
        is_open = any(each.record_type == RecordType.CLIENTS for each in (*self._working, *self._unanswered))
        return is_open and self._follows(stream.record_type)

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
        self._take(*arrived)

    def _take(self, stream: Stream, answer: Answer) -> None:
        stream.requests += answer.requests
        stream.asked_at = answer.asked_at
        stream.budget_left = self._allowance.in_hand
        self._allowance.charge(max(0, answer.requests - 1))
        if answer.error is None or isinstance(answer.error, PsaListError):
            self._is_wary, self._unanswered_in_a_row = False, 0
        self._advance(stream, answer)

    def _advance(self, stream: Stream, answer: Answer | None) -> None:
        """Give a stream its answer, which it writes, and queue its next question."""
        work = self._working.get(stream)
        if work is None:  # what was asked of the PSA besides, before the run had to wait
            return
        try:
            if answer is None:
                question = next(work)
            elif answer.error is None:
                question = work.send(answer.value)
            elif isinstance(answer.error, PsaRateLimited):
                self._leave_alone(answer.error)
                question = answer.question
            else:
                question = work.throw(answer.error)
        except StopIteration:
            del self._working[stream]
        except (PsaRateLimited, PsaUnreachable):
            raise
        except PsaUnavailable as error:
            self._set_aside(stream, error)
        else:
            self._asking.append((stream, question))

    def _set_aside(self, stream: Stream, error: PsaUnavailable) -> None:
        """Leave a list that gets no answer until the others are read."""
        del self._working[stream]
        stream.note_requests()
        self._unanswered[stream] = error
        self._unanswered_in_a_row += 1

    def _judge_unanswered(self, fetcher: Fetcher[Stream]) -> None:
        """Go on without the lists that get no answer, if the PSA answers for others; at last they fail.

        Raises PsaUnavailable when the run should wait, because they may still come or the PSA is down.
        """
        stream, error = next(iter(self._unanswered.items()))
        waits = SyncRun.get_by_id(self._run.id).waits
        is_last_try = waits > 0 and not self._working
        if waits % WAITS_FOR_A_LIST or not (self._working or is_last_try) or not self._is_answering(fetcher, stream):
            raise error
        self._is_wary, self._unanswered_in_a_row = False, 0
        if is_last_try:
            for failed, why in self._unanswered.items():
                problem = f"{self._source.name} answers, but does not send {failed.record_type}. {why.problem}"
                failed.fail(PsaListError(problem))
            self._unanswered.clear()

    def _is_answering(self, fetcher: Fetcher[Stream], stream: Stream) -> bool:
        """Tell whether the PSA answers for other lists; the call counts for this stream."""
        if self._allowance.take_one():
            return False
        besides = [each.record_type for each in self._unanswered]
        fetcher.ask(stream, partial(self._source.another_list_works, besides))
        while True:
            arrived = fetcher.next(BEAT_SECONDS, lambda _: 0)
            if arrived is None:
                self._lease.beat()
            elif arrived[0] is stream:
                break
            else:
                self._take(*arrived)
        answer = arrived[1]
        stream.requests += answer.requests
        self._allowance.charge(max(0, answer.requests - 1))
        stream.note_requests()
        return answer.error is None and bool(answer.value)

    def _leave_alone(self, error: PsaRateLimited) -> None:
        """Let nobody call the tenant for a while. Raises the error when that is too long to sit out."""
        error.retry_after = self._allowance.refused(error)
        if error.retry_after > LONGEST_PAUSE_SECONDS:
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

    def _scope(self, step: SyncStep) -> LiveScope:
        return LiveScope(self._integration_id, step.record_type, self._filters)

    def _end(self) -> RunState:
        steps = list(SyncStep.select().where(SyncStep.run == self._run).order_by(SyncStep.position))
        state = reconciliation.outcome([step.state for step in steps])
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
