"""Reads again what refetch requests name, and takes it into the copy by the way that a sync goes.

A refetch request is not trusted: the record itself is always fetched. Several fetches run at a time; the answers are
written one after the other, each together with the state of its requests in one transaction guarded by the lease.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable, PsaUnreachable
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import LogLevel
from portal.models.webhooks import Outcome
from portal.psa.source import Row, Source
from portal.sync import applying, catch_up, exclusions, logbook, newer_answers, refetch_requests, store
from portal.sync.applying import Absence
from portal.sync.decide import Decision
from portal.sync.fetcher import Answer, Fetcher
from portal.sync.filters import FOLLOWERS, Filters
from portal.sync.lease import BEAT_SECONDS
from portal.sync.record_types import RecordType
from portal.sync.refetch_lease import RefetchLease
from portal.sync.refetch_requests import Group, Key
from portal.sync.request_reservation import GOES_ON, LIMIT_USED_UP, RequestReservation
from portal.sync.scope import Scope
from portal.sync.store import Origin
from portal.sync.stored import name_of

LANES: Final = 3
LONGEST_PAUSE_SECONDS: Final = 10.0
# What is due so soon is waited for: ending and being called again costs as much.
LINGER: Final = timedelta(seconds=2)
LOOK_SECONDS: Final = 0.25
# So many in a row without an answer: it is not about these records.
MOST_UNANSWERED: Final = 2

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
    """One lease. Raises FencedOut, and PsaError when the PSA as a whole cannot be asked now."""

    def __init__(
        self, lease: RefetchLease, source: Source, reservation: RequestReservation, filters: Filters
    ) -> None:
        self._lease = lease
        self._integration_id = lease.integration_id
        self._source = source
        self._allowance = reservation
        self._filters = filters
        self._follows = Scope(filters).follows_clients
        self._due: deque[Group] = deque()
        self._asked: dict[Key, Group] = {}
        self._unanswered: list[tuple[Group, PsaUnavailable]] = []

    def run(self) -> None:
        """Read all that is due, and what will be in a moment."""
        try:
            with Fetcher[Key](self._source) as fetcher:
                while self._look() or self._asked:
                    self._receive(fetcher, self._send(fetcher))
        finally:
            self._allowance.close()
        if self._unanswered:
            raise self._unanswered[-1][1]

    def _look(self) -> bool:
        """See what waits, when all is done that was known to; tells whether there is anything to do soon."""
        if self._due:
            return True
        now = clock.now()
        passed = {*self._asked, *(group.key for group, _ in self._unanswered)}
        waiting = [group for group in refetch_requests.waiting(self._integration_id) if group.key not in passed]
        self._due.extend(group for group in waiting if group.due <= now)
        return any(group.due <= now + LINGER for group in waiting)

    def _send(self, fetcher: Fetcher[Key]) -> float:
        """Ask for what is due; returns for how many seconds it makes sense to wait for something to happen."""
        while self._due and fetcher.under_way < LANES and not self._must_wait_for_a_client(self._due[0]):
            seconds = self._allowance.take_one()
            if seconds:
                if seconds > LONGEST_PAUSE_SECONDS and not fetcher.under_way:
                    raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)
                return min(seconds, BEAT_SECONDS)
            group = self._due.popleft()
            self._asked[group.key] = group
            fetcher.ask(group.key, partial(self._source.record, group.record_type, group.remote_id))
        return BEAT_SECONDS if fetcher.under_way else LOOK_SECONDS

    def _must_wait_for_a_client(self, group: Group) -> bool:
        """Tell whether a client is being asked for that may decide about this record."""
        asks_a_client = any(record_type == RecordType.CLIENTS for record_type, _ in self._asked)
        return self._follows and group.record_type in FOLLOWERS and asks_a_client

    def _receive(self, fetcher: Fetcher[Key], pause: float) -> None:
        arrived = fetcher.next(pause, lambda _: 0)
        if arrived is None:
            self._lease.beat()
            return
        key, answer = arrived
        group = self._asked.pop(key)
        self._allowance.charge(max(0, answer.requests - 1))
        if answer.error is None:
            self._answered(group, answer)
        else:
            self._failed(group, answer.error)

    def _answered(self, group: Group, answer: Answer) -> None:
        """Write the answer. A success proves the PSA is up, so earlier timeouts count against those records alone."""
        with self._lease.writing(waits=0, problem="", remedy=""):
            store.hold(self._integration_id)
            # A list that was asked for later may know better: then the record waits on, and is asked for once more.
            if not newer_answers.has_list_overtaken(self._integration_id, group.record_type, answer.asked_at):
                self._write(group, answer.value, answer.asked_at)
            for other, error in self._unanswered:
                self._put_off(other, error)
        self._unanswered.clear()

    def _failed(self, group: Group, error: Exception) -> None:
        if isinstance(error, PsaRateLimited):
            error.retry_after = self._allowance.refused(error)
            if error.retry_after > LONGEST_PAUSE_SECONDS:
                raise error
            self._due.appendleft(group)
        elif isinstance(error, PsaUnavailable) and not isinstance(error, PsaUnreachable):
            self._unanswered.append((group, error))
            if len(self._unanswered) >= MOST_UNANSWERED:
                raise error
        elif isinstance(error, PsaListError):
            with self._lease.writing():
                self._put_off(group, error)
        else:
            raise error

    def _put_off(self, group: Group, error: PsaError) -> None:
        why = f"{error.problem} {error.remedy}".strip()
        if refetch_requests.put_off(self._integration_id, group, why):
            message = f"Couldn't read record {group.remote_id} after a webhook delivery. {error.problem}"
            self._note(group, message, level=LogLevel.ERROR, remedy="You can replay the delivery. " + error.remedy)

    def _write(self, group: Group, row: Row | None, read_at: datetime) -> None:
        origin = Origin(delivery_id=group.delivery_id)
        if row is None:
            self._forget(group, origin, read_at)
            return
        if self._may_be_a_ticket(group, row):
            catch_up.request_soon(self._integration_id)
            why = PERHAPS_A_TICKET.format(self._source.name)
            refetch_requests.settle(self._integration_id, group, Outcome.UNDECIDED, why, read_at, ignored=True)
            return
        decision = applying.take_in(
            self._integration_id,
            group.record_type,
            [row],
            self._scope(row),
            self._source,
            origin=origin,
            read_at=read_at,
            details=True,
        )
        outcome, why = _outcome(decision)
        if group.record_type == RecordType.CLIENTS and self._follows:
            self._follow(group, outcome, why, origin)
        self._settle(group, outcome, why, read_at)

    def _forget(self, group: Group, origin: Origin, read_at: datetime) -> None:
        integration_id, (record_type, remote_id) = self._integration_id, group.key
        psa, is_opportunity = self._source.name, record_type == RecordType.OPPORTUNITIES
        gone = (NO_OPPORTUNITY if is_opportunity else GONE).format(psa)
        absence = applying.forget(integration_id, record_type, remote_id, gone, origin=origin, read_at=read_at)
        if absence is not Absence.KNOWN:
            outcome, said = (
                (Outcome.DELETED, gone)
                if absence is Absence.DELETED
                else (Outcome.UNCHANGED, ANSWERED_SINCE.format(psa))
            )
            self._settle(group, outcome, said, read_at)
            return
        why = A_TICKET if is_opportunity else NEVER_THERE.format(psa)
        refetch_requests.settle(integration_id, group, Outcome.ABSENT, why, read_at, ignored=True)

    def _scope(self, row: Row) -> Scope:
        client = row.facts.client_id if row.facts is not None else None
        if not self._follows or client is None:
            return Scope(self._filters)
        stored = store.stored_among(self._integration_id, RecordType.CLIENTS, [client])
        live = {each for each, found in stored.items() if found.state == RecordState.LIVE}
        return Scope(self._filters, live, exclusions.of_clients(self._integration_id, [client]))

    def _follow(self, group: Group, outcome: Outcome, why: str, origin: Origin) -> None:
        """Let what belongs to a client follow it: out of scope at once, back into it with the next sync."""
        if outcome is Outcome.FILTERED_OUT:
            for record_type, ids in store.belonging_to(self._integration_id, [group.remote_id]).items():
                reasons = dict.fromkeys(ids, exclusions.through_client(why))
                store.leave(self._integration_id, record_type, reasons, RecordState.OUT_OF_SCOPE, origin)
        elif outcome in {Outcome.CREATED, Outcome.BACK}:
            store.read_whole_again(self._integration_id, FOLLOWERS)

    def _may_be_a_ticket(self, group: Group, row: Row) -> bool:
        """Tell whether it may be an ordinary ticket. What the list of opportunities has brought is none."""
        if group.record_type != RecordType.OPPORTUNITIES or row.facts is None or row.facts.is_opportunity:
            return False
        stored = store.stored_among(self._integration_id, group.record_type, [group.remote_id])
        return all(each.state == RecordState.DELETED for each in stored.values())

    def _settle(self, group: Group, outcome: Outcome, why: str, read_at: datetime) -> None:
        refetch_requests.settle(self._integration_id, group, outcome, why, read_at)
        if outcome in WORDS:
            level = LogLevel.WARNING if outcome is Outcome.REJECTED else LogLevel.INFO
            name = name_of(self._integration_id, group.record_type, group.remote_id)
            self._note(group, f"{WORDS[outcome]}: {name}{why and f'. {why}'}", level=level)

    def _note(self, group: Group, message: str, *, level: LogLevel, remedy: str = "") -> None:
        logbook.note_refetch_request(
            self._integration_id, group.record_type, group.remote_id, message.strip(), level=level, remedy=remedy
        )


def _outcome(decision: Decision) -> tuple[Outcome, str]:
    """Return what became of the one row of a decision, with the reason if there is one."""
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
