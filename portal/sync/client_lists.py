"""Reads a record type that the PSA lists only per client, such as the sites of each company.

A full sync reads the lists of all live clients, an incremental one those of clients that have changed since. Whether
a change to such a record also changes its client is not known, so the next full sync finds the others. Each list
takes at least one request. One that is refused, or that gets no answer while others do, costs its client alone.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from portal.errors import PsaError, PsaListError, PsaRefusedCredentials, PsaUnavailable
from portal.models.records import Record, RecordState
from portal.models.sync import RunKind, StepMode, SyncRun, SyncStep
from portal.psa.source import Page, Source
from portal.sync import remote_lists
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.live_scope import MAX_COMMIT_TIME, LiveScope
from portal.sync.record_types import RecordType
from portal.sync.seen_rows import NO_ID, id_of
from portal.sync.stored import name_of
from portal.sync.writer import FetchedPage, Writer

# After this many lists in a row without an answer, the PSA itself may be down.
MAX_UNANSWERED: Final = 2
NAMED: Final = 3
UNANSWERED: Final = "unanswered"  # in SyncStep.answers


def choose(run: SyncRun, step: SyncStep) -> None:
    """Choose the clients whose lists to read, unless the step has begun. The choice is saved with the step."""
    if step.client_ids is not None or step.mode == StepMode.RECORDS:
        return
    live = Record.select(Record.remote_id).where(
        Record.integration == run.integration_id,
        Record.record_type == RecordType.CLIENTS,
        Record.state == RecordState.LIVE,
    )
    known = remote_lists.find(run.integration_id, step.record_type)
    if run.kind == RunKind.INCREMENTAL and known is not None and known.read_until is not None:
        step.mode, step.since = StepMode.CHANGES, known.read_until - MAX_COMMIT_TIME
        live = live.where(Record.changed_at >= step.since)
    rows: Any = live.order_by(Record.remote_id).tuples()
    step.client_ids = [remote_id for (remote_id,) in rows]
    step.calls_expected = len(step.client_ids)


@dataclass
class ReceivedLists:
    """What arrived: the ids of the records, how many rows had none, and the clients whose lists were read."""

    ids: set[int] = field(default_factory=set)
    unusable: int = 0
    clients: set[int] = field(default_factory=set)
    refused: dict[int, PsaError] = field(default_factory=dict)


@dataclass
class ClientLists:
    """Reads the lists of one step. Each is a page of its own in the checkpoint, numbered by its place in the step."""

    step: SyncStep
    writer: Writer
    source: Source
    scope: LiveScope
    results: CallResults
    received: ReceivedLists = field(default_factory=ReceivedLists)
    _unanswered_in_a_row: int = 0

    def read(self) -> Generator[PsaCall, Any, ReceivedLists]:
        """Read all lists; those without an answer are tried once more at the end."""
        self._resume()
        while lists := self._open_lists():
            for number, client in lists:
                try:
                    yield from self._read_one(number, client)
                except PsaUnavailable as error:
                    yield from self._note_no_answer(client, error)
        return self.received

    def problem(self) -> PsaError | None:
        """Return what to tell people about lists that could not be read."""
        refused = self.received.refused
        if not refused:
            return None
        names = [self._named(client) for client in sorted(refused)[:NAMED]]
        more = f" and {len(refused) - NAMED:,} more clients" if len(refused) > NAMED else ""
        first = refused[min(refused)]
        problem = f"The {self.step.record_type} of {', '.join(names)}{more} couldn't be read. {first.problem}"
        return PsaListError(problem, first.remedy)

    def _read_one(self, number: int, client: int) -> Generator[PsaCall, Any, None]:
        try:
            page: Page = yield partial(self.source.client_list, self.step.record_type, client)
        except (PsaUnavailable, PsaRefusedCredentials):
            raise
        except PsaError as error:
            self._refuse(client, error)
            return
        self._unanswered_in_a_row = 0
        ids = [id_of(row) for row in page.rows]
        is_new = [each == NO_ID or each not in self.received.ids for each in ids]
        rows = [row for row, new in zip(page.rows, is_new, strict=True) if new]
        fetched = FetchedPage(
            page,
            [each for each, new in zip(ids, is_new, strict=True) if new],
            rows,
            self.results.asked_at,
            self.results.take_requests(),
            self.results.budget_left,
        )
        self._count(client, fetched.ids)
        self.writer.client_list(self.step, number, fetched, self.scope)

    def _note_no_answer(self, client: int, error: PsaUnavailable) -> Generator[PsaCall, Any, None]:
        """Give up on a list without an answer the second time if the PSA answers for others, else raise the error."""
        self._unanswered_in_a_row += 1
        is_second_time = self._was_unanswered(client)
        if is_second_time or self._unanswered_in_a_row >= MAX_UNANSWERED:
            is_up: bool = yield partial(self.source.another_list_works, [self.step.record_type])
            if not is_up:
                raise error
            self._unanswered_in_a_row = 0
        if is_second_time:
            self._refuse(client, error)
        else:
            self.writer.save_answer(self.step, _question(client), UNANSWERED, self.results.take_requests())

    def _was_unanswered(self, client: int) -> bool:
        return _question(client) in (self.step.answers or {})

    def _resume(self) -> None:
        clients = self.step.client_ids
        for _, page in self.writer.pages_of(self.step):
            self._count(clients[page.number - 1], list(page.ids))

    def _open_lists(self) -> list[tuple[int, int]]:
        """Return the lists still to be read, each with its number. Those that got no answer come last."""
        done = self.received.clients | self.received.refused.keys()
        numbered = enumerate(self.step.client_ids, start=1)
        lists = [(number, client) for number, client in numbered if client not in done]
        return sorted(lists, key=lambda each: self._was_unanswered(each[1]))

    def _count(self, client: int, ids: list[int]) -> None:
        self.received.clients.add(client)
        self.received.unusable += ids.count(NO_ID)
        self.received.ids.update(each for each in ids if each != NO_ID)

    def _refuse(self, client: int, error: PsaError) -> None:
        self.received.refused[client] = error
        self.writer.count_requests(self.step, self.results.take_requests())

    def _named(self, client: int) -> str:
        return f"{name_of(self.writer.run.integration_id, RecordType.CLIENTS, client)} ({client})"


def _question(client: int) -> str:
    return f"client/{client}"
