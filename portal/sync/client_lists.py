"""Reads a record type that the PSA lists only per client, such as the sites of each company.

A full sync reads the lists of all live clients, an incremental one those of clients that have changed since. Whether
a change to such a record also changes its client is not known, so the next full sync finds the others. Each list
takes at least one request. One that is refused, or that gets no answer while others do, costs its client alone.

A record may move to another client, and all records of a client do when that is merged into another. So after a
client was deleted, even an incremental sync reads all lists. And if a record is missing, or a client was deleted,
since the lists were read, the record may be at a client whose list had been read before: all are read once more.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from portal.errors import PsaError, PsaListError, PsaRefusedCredentials, PsaUnavailable
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, StepMode, SyncRun, SyncStep
from portal.psa.source import IdList, Page, Source
from portal.sync import hand_exclusions, held_deletes, reconciliation, remote_lists, store, stored
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import MAX_COMMIT_TIME, LiveScope
from portal.sync.record_types import RecordType
from portal.sync.seen_rows import NO_ID, id_of
from portal.sync.unanswered_calls import UnansweredCalls
from portal.sync.writer import FetchedPage, Writer

MAX_ROUNDS: Final = 2
DELETED_BEFORE: Final = "deleted clients"  # those of earlier rounds, in SyncStep.answers


def choose(run: SyncRun, step: SyncStep) -> None:
    """Choose the clients whose lists to read, unless the step has begun. The choice is saved with the step."""
    if step.client_ids is not None or step.mode == StepMode.RECORDS:
        return
    clients = Record.select(Record.remote_id).where(
        Record.integration == run.integration_id, Record.record_type == RecordType.CLIENTS
    )
    kept = hand_exclusions.clients_with_kept_records(run.integration_id)
    live = clients.where((Record.state == RecordState.LIVE) | Record.remote_id.in_(kept))
    known = remote_lists.find(run.integration_id, step.record_type)
    if run.kind == RunKind.INCREMENTAL and known is not None and known.read_until is not None:
        since = known.read_until - MAX_COMMIT_TIME
        if not clients.where(Record.state == RecordState.DELETED, Record.changed_at >= since).exists():
            step.mode, step.since = StepMode.CHANGES, since
            live = live.where(Record.changed_at >= since)
    rows: Any = live.order_by(Record.remote_id).tuples()
    step.client_ids = [remote_id for (remote_id,) in rows]
    step.calls_expected = len(step.client_ids)


@dataclass
class ReceivedLists:
    """What arrived: the ids of the records, in whichever round; and in this round, how many rows had none, and the
    clients whose lists were read. `deleted` are clients that were deleted in the last round.
    """

    ids: set[int] = field(default_factory=set)
    unusable: int = 0
    clients: set[int] = field(default_factory=set)
    refused: dict[int, PsaError] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)


@dataclass
class ClientLists:
    """Reads the lists of one step. Each is a page of its own in the checkpoint, numbered by its place in the step."""

    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults
    received: ReceivedLists = field(default_factory=ReceivedLists)
    # Where each record was seen last.
    _client_of: dict[int, int] = field(default_factory=dict)
    _unanswered: UnansweredCalls = field(init=False)

    def __post_init__(self) -> None:
        self._unanswered = UnansweredCalls(self.step, self.writer, self.source, self.results)

    def read(self) -> Generator[PsaCall, Any, ReceivedLists]:
        """Read all lists, and all of them once more if records may have moved meanwhile."""
        self._resume()
        yield from self._read_round()
        if self.step.mode != StepMode.FULL:
            return self.received
        deleted = yield from self._deleted_in_round()
        if (deleted or self._missing()) and self.step.round < MAX_ROUNDS:
            self._start_round(deleted)
            yield from self._read_round()
            deleted = yield from self._deleted_in_round()
        self.received.deleted = deleted
        self.received.clients -= deleted
        return self.received

    def problem(self) -> PsaError | None:
        """Return what to tell people about lists that could not be read, or that may lack records."""
        refused, deleted, words = self.received.refused, self.received.deleted, self.step.record_type
        if refused:
            first = refused[min(refused)]
            return PsaListError(
                f"The {words} of {self._names(refused)} couldn't be read. {first.problem}", first.remedy
            )
        if deleted:
            verb = "was" if len(deleted) == 1 else "were"
            why = f"{self._names(deleted)} {verb} deleted or merged while the {words} were read"
            return PsaListError(f"{why}, so some may be missing.", reconciliation.SYNC_AGAIN)
        return None

    def _read_round(self) -> Generator[PsaCall, Any, None]:
        """Read the lists that this round has not read; those without an answer are tried once more at the end."""
        while lists := self._open_lists():
            for number, client in lists:
                try:
                    yield from self._read_one(number, client)
                except PsaUnavailable as error:
                    if (yield from self._unanswered.note_no_answer(_question(client), error)):
                        self._refuse(client, error)

    def _start_round(self, deleted: set[int]) -> None:
        received = self.received
        received.unusable, received.clients, received.refused = 0, set(), {}
        self.step.answers = {**(self.step.answers or {}), DELETED_BEFORE: sorted(deleted)}
        self.step.calls_expected = self.step.calls_done + len(self.step.client_ids)
        self.writer.next_round(self.step)

    def _deleted_in_round(self) -> Generator[PsaCall, Any, set[int]]:
        """Return the clients of this step that were deleted since the round began, as far as the PSA tells."""
        if not self.source.reports_deleted(RecordType.CLIENTS):
            return set()
        listed: IdList = yield partial(self.source.deleted_ids, RecordType.CLIENTS)
        before = (self.step.answers or {}).get(DELETED_BEFORE, ())
        return (set(self.step.client_ids) & listed.ids).difference(before)

    def _missing(self) -> set[int]:
        """Return the stored records that the lists of their clients lack, and that no person decided to keep."""
        integration_id, record_type = self.writer.run.integration_id, self.step.record_type
        missing = store.undeleted_ids(integration_id, record_type, before=self.step.started_at) - self.received.ids
        missing &= stored.ids_of_clients(integration_id, record_type, self.received.clients)
        return missing - held_deletes.kept_by_decision(integration_id, record_type)

    def _read_one(self, number: int, client: int) -> Generator[PsaCall, Any, None]:
        try:
            page: Page = yield partial(self.source.client_list, self.step.record_type, client)
        except (PsaUnavailable, PsaRefusedCredentials):
            raise
        except PsaError as error:
            self._refuse(client, error)
            return
        self._unanswered.note_answer()
        ids = [id_of(row) for row in page.rows]
        rows = [row for row, each in zip(page.rows, ids, strict=True) if self._is_new(each, client)]
        fetched = FetchedPage(
            page, ids, rows, self.results.asked_at, self.results.take_requests(), self.results.budget_left
        )
        self._count(client, ids)
        self.writer.client_list(self.step, number, fetched, self.scope)

    def _is_new(self, remote_id: int, client: int) -> bool:
        """Return whether a row is new, or has moved. A row without an id counts in the first round only."""
        if remote_id == NO_ID:
            return self.step.round == 1
        before, self._client_of[remote_id] = self._client_of.get(remote_id), client
        return before != client

    def _resume(self) -> None:
        clients = self.step.client_ids
        for round_, page in self.writer.pages_of(self.step):
            client, ids = clients[page.number - 1], list(page.ids)
            self._client_of.update(dict.fromkeys(ids, client))
            if round_ == self.step.round:
                self._count(client, ids)
            else:
                self.received.ids.update(each for each in ids if each != NO_ID)

    def _open_lists(self) -> list[tuple[int, int]]:
        """Return the lists still to be read, each with its number. Those that got no answer come last."""
        done = self.received.clients | self.received.refused.keys()
        numbered = enumerate(self.step.client_ids, start=1)
        lists = [(number, client) for number, client in numbered if client not in done]
        return sorted(lists, key=lambda each: self._unanswered.includes(_question(each[1])))

    def _count(self, client: int, ids: list[int]) -> None:
        self.received.clients.add(client)
        self.received.unusable += ids.count(NO_ID)
        self.received.ids.update(each for each in ids if each != NO_ID)

    def _refuse(self, client: int, error: PsaError) -> None:
        self.received.refused[client] = error
        self.writer.count_requests(self.step, self.results.take_requests())

    def _names(self, clients: Collection[int]) -> str:
        return stored.names_of(self.writer.run.integration_id, RecordType.CLIENTS, clients)


def _question(client: int) -> str:
    return f"client/{client}"
