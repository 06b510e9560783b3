"""Refetches the records that webhooks named, and applies them to the copy the same way a sync does.

The body of a webhook is not trusted: the record itself is always fetched. Several calls run at a time. This thread
writes the results one by one, each with the state of its refetch requests in one transaction guarded by the lease.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable, PsaUnreachable
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import LogLevel
from portal.models.webhooks import Outcome
from portal.psa.source import Row, Source
from portal.sync import (
    applying,
    catch_up,
    exclusions,
    hand_exclusions,
    logbook,
    newer_answers,
    refetch_requests,
    store,
)
from portal.sync.applying import AbsenceResult
from portal.sync.decide import Decision
from portal.sync.fetcher import Fetched, Fetcher, share
from portal.sync.filters import CLIENT_OWNED, Filters
from portal.sync.lease import BEAT_SECONDS
from portal.sync.record_types import RecordType
from portal.sync.refetch_lease import RefetchLease
from portal.sync.refetch_requests import Key, PendingRefetch
from portal.sync.request_reservation import GOES_ON, LIMIT_USED_UP, RequestReservation
from portal.sync.scope import Scope
from portal.sync.store import ChangeOrigin
from portal.sync.stored import name_of, record_call

MAX_PAUSE_SECONDS: Final = 10.0
# Wait for records that are due this soon: ending and starting again would cost as much.
IDLE_WAIT: Final = timedelta(seconds=2)
POLL_SECONDS: Final = 0.25
# After this many unanswered calls in a row, the PSA itself may be down.
MAX_UNANSWERED: Final = 2

GONE: Final = "{} says it doesn't exist."
NEVER_THERE: Final = "{} has no such record, and neither has Scopable."
NO_OPPORTUNITY: Final = "{} says it doesn't exist, or is now an ordinary ticket."
A_TICKET: Final = "It's an ordinary ticket, or it doesn't exist. Tickets aren't synced."
PERHAPS_A_TICKET: Final = (
    "{} doesn't say whether this is an opportunity or an ordinary ticket, and it wasn't in Scopable."
    " The next sync checks the list of opportunities."
)
ANSWERED_SINCE: Final = "A newer answer from {} has replaced this one."
WORDS: Final = {
    Outcome.CREATED: "Added by webhook",
    Outcome.UPDATED: "Updated by webhook",
    Outcome.BACK: "Synced again by webhook",
    Outcome.FILTERED_OUT: "Excluded by webhook",
    Outcome.DELETED: "Deleted by webhook",
    Outcome.REJECTED: "Not stored by webhook",
}


class Refetcher:
    """One claim of one refetch lease. Raises FencedOut, and PsaError when the PSA as a whole is not available."""

    def __init__(
        self, lease: RefetchLease, source: Source, reservation: RequestReservation, filters: Filters
    ) -> None:
        self._lease = lease
        self._integration_id = lease.integration_id
        self._source = source
        self._reservation = reservation
        self._filters = filters
        self._excludes_clients = Scope(filters).excludes_clients
        self._most_in_flight = share(source, refetching=True)
        self._queue: deque[PendingRefetch] = deque()
        self._in_flight: dict[Key, PendingRefetch] = {}
        self._unanswered: list[tuple[PendingRefetch, PsaUnavailable]] = []
        self._last_success: datetime | None = None  # when the last successful call began

    def run(self) -> None:
        """Refetch all records that are due, or will be in a moment."""
        try:
            with Fetcher[Key](self._source, self._most_in_flight) as fetcher:
                while self._load_due() or self._in_flight:
                    self._receive(fetcher, self._send(fetcher))
        finally:
            self._reservation.close()
        if self._unanswered:
            raise self._unanswered[-1][1]

    def _load_due(self) -> bool:
        """Load the next due records when the queue is empty. Returns whether there is anything to do soon."""
        if self._queue:
            return True
        now = clock.now()
        handled = {*self._in_flight, *(pending.key for pending, _ in self._unanswered)}
        waiting = [
            pending
            for pending in refetch_requests.pending_refetches(self._integration_id)
            if pending.key not in handled
        ]
        self._queue.extend(pending for pending in waiting if pending.due <= now)
        return any(pending.due <= now + IDLE_WAIT for pending in waiting)

    def _send(self, fetcher: Fetcher[Key]) -> float:
        """Submit calls for the records that are due. Returns how many seconds to wait for a result."""
        while (
            self._queue
            and fetcher.in_flight < self._most_in_flight
            and not self._must_wait_for_a_client(self._queue[0])
        ):
            seconds = self._reservation.take_one()
            if seconds:
                if seconds > MAX_PAUSE_SECONDS and not fetcher.in_flight:
                    raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)
                return min(seconds, BEAT_SECONDS)
            pending = self._queue.popleft()
            self._in_flight[pending.key] = pending
            fetcher.submit(pending.key, record_call(self._source, self._integration_id, *pending.key))
        return BEAT_SECONDS if fetcher.in_flight else POLL_SECONDS

    def _must_wait_for_a_client(self, pending: PendingRefetch) -> bool:
        """Return whether a client in flight may decide about this record."""
        asks_a_client = any(record_type == RecordType.CLIENTS for record_type, _ in self._in_flight)
        return self._excludes_clients and pending.record_type in CLIENT_OWNED and asks_a_client

    def _receive(self, fetcher: Fetcher[Key], pause: float) -> None:
        received = fetcher.next(pause, lambda _: 0)
        if received is None:
            self._lease.beat()
            return
        key, fetched = received
        pending = self._in_flight.pop(key)
        self._reservation.charge(max(0, fetched.requests - 1))
        if fetched.error is None:
            self._handle_success(pending, fetched)
        else:
            self._handle_failure(pending, fetched.error, fetched.asked_at)

    def _handle_success(self, pending: PendingRefetch, fetched: Fetched) -> None:
        """Write a result. A success proves the PSA is up, so earlier timeouts count against those records alone."""
        with self._lease.writing(waits=0, problem="", remedy=""):
            store.lock_records(self._integration_id)
            # A list that was fetched later may be newer: then the record stays pending and is fetched once more.
            if not newer_answers.has_list_overtaken(self._integration_id, pending.record_type, fetched.asked_at):
                self._write(pending, fetched.value, fetched.asked_at)
            for other, error in self._unanswered:
                self._postpone(other, error)
        self._unanswered.clear()
        self._last_success = max(fetched.asked_at, self._last_success or fetched.asked_at)

    def _handle_failure(self, pending: PendingRefetch, error: Exception, asked_at: datetime) -> None:
        if isinstance(error, PsaRateLimited):
            error.retry_after = self._reservation.record_refusal(error)
            if error.retry_after > MAX_PAUSE_SECONDS:
                raise error
            self._queue.appendleft(pending)
        elif isinstance(error, PsaUnavailable) and not isinstance(error, PsaUnreachable):
            if self._last_success is not None and self._last_success >= asked_at:
                with self._lease.writing():
                    self._postpone(pending, error)
                return
            self._unanswered.append((pending, error))
            if len(self._unanswered) >= MAX_UNANSWERED:
                raise error
        elif isinstance(error, PsaListError):
            with self._lease.writing():
                self._postpone(pending, error)
        else:
            raise error

    def _postpone(self, pending: PendingRefetch, error: PsaError) -> None:
        why = f"{error.problem} {error.remedy}".strip()
        if refetch_requests.postpone(self._integration_id, pending, why):
            message = f"Couldn't read record {pending.remote_id} after a webhook delivery. {error.problem}"
            self._log(pending, message, level=LogLevel.ERROR, remedy="You can replay the delivery. " + error.remedy)

    def _write(self, pending: PendingRefetch, row: Row | None, read_at: datetime) -> None:
        origin = ChangeOrigin(delivery_id=pending.delivery_id)
        if row is None:
            self._apply_absence(pending, origin, read_at)
            return
        if self._may_be_a_ticket(pending, row):
            catch_up.request_soon(self._integration_id)
            why = PERHAPS_A_TICKET.format(self._source.name)
            refetch_requests.settle(self._integration_id, pending, Outcome.UNDECIDED, why, read_at, ignored=True)
            return
        decision = applying.apply_rows(
            self._integration_id,
            pending.record_type,
            [row],
            self._scope(pending.record_type, row),
            self._source,
            origin=origin,
            read_at=read_at,
            details=True,
        )
        outcome, why = _outcome(decision)
        if pending.record_type == RecordType.CLIENTS and self._excludes_clients:
            self._update_client_records(pending, outcome, why, origin)
        self._settle(pending, outcome, why, read_at)

    def _apply_absence(self, pending: PendingRefetch, origin: ChangeOrigin, read_at: datetime) -> None:
        integration_id, (record_type, remote_id) = self._integration_id, pending.key
        psa, is_opportunity = self._source.name, record_type == RecordType.OPPORTUNITIES
        gone = (NO_OPPORTUNITY if is_opportunity else GONE).format(psa)
        absence = applying.apply_absence(integration_id, record_type, remote_id, gone, origin=origin, read_at=read_at)
        if absence is not AbsenceResult.NOT_STORED:
            outcome, said = (
                (Outcome.DELETED, gone)
                if absence is AbsenceResult.DELETED
                else (Outcome.UNCHANGED, ANSWERED_SINCE.format(psa))
            )
            self._settle(pending, outcome, said, read_at)
            return
        why = A_TICKET if is_opportunity else NEVER_THERE.format(psa)
        refetch_requests.settle(integration_id, pending, Outcome.ABSENT, why, read_at, ignored=True)

    def _scope(self, record_type: str, row: Row) -> Scope:
        client = row.facts.client_id if row.facts is not None else None
        by_hand = hand_exclusions.rules(self._integration_id, record_type)
        if not self._excludes_clients or client is None:
            return Scope(self._filters, by_hand=by_hand)
        stored = store.find_stored(self._integration_id, RecordType.CLIENTS, [client])
        live = {each for each, found in stored.items() if found.state == RecordState.LIVE}
        return Scope(self._filters, live, exclusions.client_reasons(self._integration_id, [client]), by_hand)

    def _update_client_records(
        self, pending: PendingRefetch, outcome: Outcome, why: str, origin: ChangeOrigin
    ) -> None:
        """Exclude the records of an excluded client at once, or have the next sync read those of a new one."""
        if outcome is Outcome.FILTERED_OUT:
            if pending.remote_id in hand_exclusions.clients_with_kept_records(self._integration_id):
                return
            for record_type, ids in store.live_records_of_clients(self._integration_id, [pending.remote_id]).items():
                reasons = dict.fromkeys(ids, exclusions.through_client(why))
                store.set_state(self._integration_id, record_type, reasons, RecordState.OUT_OF_SCOPE, origin)
        elif outcome in {Outcome.CREATED, Outcome.BACK}:
            lists = [each for each in CLIENT_OWNED if not self._source.is_listed_per_client(each)]
            store.request_full_read(self._integration_id, lists)

    def _may_be_a_ticket(self, pending: PendingRefetch, row: Row) -> bool:
        """Return whether it may be an ordinary ticket. A record that the list of opportunities brought is not."""
        if pending.record_type != RecordType.OPPORTUNITIES or row.facts is None or row.facts.is_opportunity:
            return False
        stored = store.find_stored(self._integration_id, pending.record_type, [pending.remote_id])
        return all(each.state == RecordState.DELETED for each in stored.values())

    def _settle(self, pending: PendingRefetch, outcome: Outcome, why: str, read_at: datetime) -> None:
        refetch_requests.settle(self._integration_id, pending, outcome, why, read_at)
        if outcome in WORDS:
            level = LogLevel.WARNING if outcome is Outcome.REJECTED else LogLevel.INFO
            name = name_of(self._integration_id, pending.record_type, pending.remote_id)
            if level == LogLevel.WARNING:
                name = f"“{name}”"  # so that lines about other records have the same cause
            self._log(pending, f"{WORDS[outcome]}: {name}{why and f'. {why}'}", level=level)

    def _log(self, pending: PendingRefetch, message: str, *, level: LogLevel, remedy: str = "") -> None:
        logbook.note_refetch(
            self._integration_id, pending.record_type, pending.remote_id, message.strip(), level=level, remedy=remedy
        )


def _outcome(decision: Decision) -> tuple[Outcome, str]:
    """Return what was decided about the only row, with the reason if there is one."""
    if decision.rejected:
        return Outcome.REJECTED, decision.rejected[0].why
    if decision.filtered_out:
        return Outcome.FILTERED_OUT, next(iter(decision.reasons))
    if decision.created:
        return Outcome.CREATED, ""
    if decision.updated:
        is_back = decision.updated[0].kind == ChangeKind.BACK
        return (Outcome.BACK if is_back else Outcome.UPDATED), ""
    return Outcome.UNCHANGED, ""
