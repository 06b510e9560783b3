"""The engine: takes a claimed run from its checkpoint to its end.

The pipeline. PSA calls run in the Fetcher's threads, one per record type at a time; everything else runs in this
thread. Each "write" is one transaction that commits only while this worker holds the lease.

    Engine.run:
        make a Stream for each unfinished step
        until every stream has ended:                             # _loop
            stop if a person cancelled the run
            start the streams that may start                      # _start: each yields its first call
            submit queued calls while requests can be reserved    # _send
            receive one result, or renew the lease                # _receive: most pages left goes first
            send it to its stream, queue the call it yields next  # _advance
        write the run's state, which follows from its steps       # _end

    Stream.work, for one record type:
        write "running"
        until a round is sound, or patience ends:                 # _read_list
            for each page of the list:                            # _read_round
                fetch the page
                take the rows that this round has not had         # Reading.take
                drop those that an earlier round has had
                fetch details of rows that lack what the filters need, write each     # _with_details
                write rows, history, exclusions, counters, checkpoint and log lines   # Writer.page
            fetch and write what the round missed, id by id       # _read_missed
        or, if the PSA lists the type only per client:            # ClientLists.read
            for each client, fetch and write its list; once more for all if records may have moved between them
        find out whether the list can filter by date              # DateFilterProbe.run
        reconcile what arrived with what the PSA counts           # _close; if not reconciled, write "incomplete"
        fetch stored records that the list lacks, decide          # MissingRecords.decide
        write tombstones, held deletes and the step's state       # Writer.end

    Writer.page → applying.apply_rows:
        decide.decide(rows, stored digests, scope)                # pure: create, update, same, exclude, reject
        leave out rows for which a newer answer is known          # newer_answers
        decide.compare(decision, stored payloads)                 # pure: which keys changed
        store.write(decision); exclusions.update(decision)
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable, PsaUnreachable
from portal.models.sync import LogLevel, RunState, StepState, SyncRun, SyncStep
from portal.psa.source import Source
from portal.sync import client_lists, logbook, reconciliation, step_modes
from portal.sync.fetcher import Fetched, Fetcher, PsaCall, share
from portal.sync.filters import CLIENT_OWNED, read
from portal.sync.lease import BEAT_SECONDS, RunLease
from portal.sync.live_scope import LiveScope
from portal.sync.record_types import RecordType
from portal.sync.request_reservation import GOES_ON, LIMIT_USED_UP, RequestReservation
from portal.sync.scope import Scope
from portal.sync.steps import OPEN, close_open_steps
from portal.sync.stream import Stream, Work
from portal.sync.writer import Writer

# For a longer wait, the run frees its worker and resumes later.
MAX_PAUSE_SECONDS: Final = 10.0
# After this many unanswered lists in a row, the PSA itself may be down.
MAX_UNANSWERED: Final = 2
# After every so many waits in a row, check whether the PSA is up and only these lists get no answer.
WAITS_BETWEEN_CHECKS: Final = 6


class _CancelledError(Exception):
    """A person cancelled the run."""


class Engine:
    """One claim of one run. Raises FencedOut, and PsaError when the run as a whole cannot continue."""

    def __init__(self, lease: RunLease, source: Source, reservation: RequestReservation) -> None:
        self._lease = lease
        self._source = source
        self._reservation = reservation
        self._run = SyncRun.get_by_id(lease.run_id)
        self._integration_id: int = self._run.integration_id
        self._filters = read(self._run.filters)
        self._excludes_clients = Scope(self._filters).excludes_clients
        self._writer = Writer(lease, self._run, source)
        # If the PSA was in trouble last time, start with one stream, so that not all of them fail.
        self._is_cautious = self._run.waits > 0
        self._working: dict[Stream, Work] = {}
        self._unanswered: dict[Stream, PsaUnavailable] = {}
        self._unanswered_in_a_row = 0
        self._queue: deque[tuple[Stream, PsaCall]] = deque()

    def run(self) -> RunState:
        """Work through the steps that have not ended, end the run and return its state."""
        steps = (
            SyncStep.select().where(SyncStep.run == self._run, SyncStep.state.in_(OPEN)).order_by(SyncStep.position)
        )
        waiting = deque(Stream(step, self._writer, self._source, self._scope(step)) for step in steps)
        try:
            with Fetcher[Stream](self._source, share(self._source, refetching=False)) as fetcher:
                try:
                    self._loop(waiting, fetcher)
                except (PsaError, _CancelledError):
                    self._drain(fetcher)
                    raise
        except _CancelledError:
            return self._end_cancelled()
        finally:
            self._reservation.close()
        return self._end()

    def _loop(self, waiting: deque[Stream], fetcher: Fetcher[Stream]) -> None:
        while True:
            self._stop_if_cancelled()
            self._start(waiting)
            if not self._working and not self._unanswered:
                return
            if not self._working or self._unanswered_in_a_row >= MAX_UNANSWERED:
                self._resolve_unanswered(fetcher)
            else:
                self._receive(fetcher, self._send(fetcher))

    def _drain(self, fetcher: Fetcher[Stream]) -> None:
        """Write the results still in flight before the run waits or ends, and count the requests of failed calls."""
        while fetcher.in_flight:
            with suppress(PsaError):
                self._receive(fetcher, BEAT_SECONDS)
        for stream in self._working:
            stream.write_requests()

    def _start(self, waiting: deque[Stream]) -> None:
        """Start all streams, except those that depend on clients while the clients are not yet known."""
        for stream in list(waiting):
            if self._working and self._is_cautious:
                return
            if self._must_wait_for_clients(stream):
                continue
            waiting.remove(stream)
            if self._source.is_listed_per_client(stream.record_type):
                client_lists.choose(self._run, stream.step)
            else:
                step_modes.choose(self._run, stream.step, depends_on_clients=self._depends_on_clients(stream))
            self._working[stream] = stream.work()
            self._advance(stream, None)

    def _must_wait_for_clients(self, stream: Stream) -> bool:
        is_open = any(each.record_type == RecordType.CLIENTS for each in (*self._working, *self._unanswered))
        return is_open and self._depends_on_clients(stream)

    def _depends_on_clients(self, stream: Stream) -> bool:
        """Return whether records of this type are excluded along with their client, or listed only with it."""
        is_excludable = self._excludes_clients and stream.record_type in CLIENT_OWNED
        return is_excludable or self._source.is_listed_per_client(stream.record_type)

    def _send(self, fetcher: Fetcher[Stream]) -> float:
        """Submit what the budget allows now. Returns how many seconds to wait for a result."""
        while self._queue:
            seconds = self._reservation.take_one()
            if seconds:
                if seconds > MAX_PAUSE_SECONDS and not fetcher.in_flight:
                    raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)
                return min(seconds, BEAT_SECONDS)
            fetcher.submit(*self._queue.popleft())
        return BEAT_SECONDS

    def _receive(self, fetcher: Fetcher[Stream], seconds: float) -> None:
        received = fetcher.next(seconds, lambda stream: stream.pages_left)
        if received is None:
            self._lease.beat()
            return
        self._handle(*received)

    def _handle(self, stream: Stream, fetched: Fetched) -> None:
        fetched = replace(fetched, budget_left=self._reservation.remaining)
        self._charge(stream, fetched)
        if fetched.error is None or isinstance(fetched.error, PsaListError):
            self._is_cautious, self._unanswered_in_a_row = False, 0
        self._advance(stream, fetched)

    def _charge(self, stream: Stream, fetched: Fetched) -> None:
        """Charge the requests of a result, and log those that got no answer."""
        self._reservation.charge(max(0, fetched.requests - 1))
        self._writer.note_unanswered(stream.step, fetched.unanswered)

    def _advance(self, stream: Stream, fetched: Fetched | None) -> None:
        """Send a stream its result, which it writes, and queue its next call."""
        work = self._working.get(stream)
        if work is None:  # the result of _is_psa_up, which the engine no longer waits for
            return
        try:
            call = next(work) if fetched is None else work.send(fetched)
            if fetched is not None and isinstance(fetched.error, PsaRateLimited):
                self._pause(fetched.error)
        except StopIteration:
            del self._working[stream]
        except (PsaRateLimited, PsaUnreachable):
            raise
        except PsaUnavailable as error:
            self._set_aside(stream, error)
        else:
            self._queue.append((stream, call))

    def _set_aside(self, stream: Stream, error: PsaUnavailable) -> None:
        """Leave a list that gets no answer until the others are read."""
        del self._working[stream]
        stream.write_requests()
        self._unanswered[stream] = error
        self._unanswered_in_a_row += 1

    def _resolve_unanswered(self, fetcher: Fetcher[Stream]) -> None:
        """Continue without the lists that get no answer if the PSA answers for others; on the last try, fail them.

        Raises PsaUnavailable when the run should wait instead, because the PSA may be down.
        """
        stream, error = next(iter(self._unanswered.items()))
        waits = SyncRun.get_by_id(self._run.id).waits
        is_last_try = waits > 0 and not self._working
        if waits % WAITS_BETWEEN_CHECKS or not (self._working or is_last_try) or not self._is_psa_up(fetcher, stream):
            raise error
        self._is_cautious, self._unanswered_in_a_row = False, 0
        if is_last_try:
            for failed, why in self._unanswered.items():
                problem = f"{self._source.name} answers, but doesn't send {failed.record_type}. {why.problem}"
                failed.fail(PsaListError(problem))
            self._unanswered.clear()

    def _is_psa_up(self, fetcher: Fetcher[Stream], stream: Stream) -> bool:
        """Return whether the PSA answers for other lists. The call counts towards this stream's step."""
        if self._reservation.take_one():
            return False
        unanswered = [each.record_type for each in self._unanswered]
        fetcher.submit(stream, partial(self._source.another_list_works, unanswered))
        while True:
            received = fetcher.next(BEAT_SECONDS, lambda _: 0)
            if received is None:
                self._lease.beat()
            elif received[0] is stream:
                break
            else:
                self._handle(*received)
        fetched = received[1]
        self._charge(stream, fetched)
        stream.write_requests(fetched.requests)
        return fetched.error is None and bool(fetched.value)

    def _pause(self, error: PsaRateLimited) -> None:
        """Stop every process from calling the tenant for a while. Raises the error if that takes too long to wait."""
        error.retry_after = self._reservation.record_refusal(error)
        if error.retry_after > MAX_PAUSE_SECONDS:
            raise error

    def _scope(self, step: SyncStep) -> LiveScope:
        return LiveScope(self._integration_id, step.record_type, self._filters)

    def _end(self) -> RunState:
        steps = list(SyncStep.select().where(SyncStep.run == self._run).order_by(SyncStep.position))
        state = reconciliation.run_state([step.state for step in steps])
        first = next((step for step in steps if step.problem), None)
        level = LogLevel.INFO if state == RunState.SUCCEEDED else LogLevel.ERROR
        with self._lease.writing():
            logbook.note(self._run, logbook.ENDED[state], level=level)
            self._lease.release(
                state=state,
                finished_at=clock.now(),
                problem=first.problem if first else "",
                remedy=first.remedy if first else "",
            )
        return state

    def _end_cancelled(self) -> RunState:
        with self._lease.writing():
            close_open_steps(self._run, StepState.CANCELLED)
            logbook.note(self._run, "Sync cancelled. Records synced before that are kept.")
            self._lease.release(state=RunState.CANCELLED, finished_at=clock.now())
        return RunState.CANCELLED

    def _stop_if_cancelled(self) -> None:
        if self._lease.is_cancelled:
            raise _CancelledError
