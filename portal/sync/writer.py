"""What a run writes: each time one transaction that commits only while the lease is ours."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.errors import PsaError
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import LogLevel, LogSubject, RemoteList, StepMode, StepState, SyncPage, SyncRun, SyncStep
from portal.psa.source import Facts, Page, Row, Source
from portal.sync import applying, counting, exclusions, held_deletes, logbook, remote_lists, store
from portal.sync import details as row_details
from portal.sync.applying import Absence
from portal.sync.decide import Decision
from portal.sync.details import Details, Single
from portal.sync.filters import affected, read
from portal.sync.lease import Lease
from portal.sync.live_scope import LiveScope
from portal.sync.missing_records import Vanished
from portal.sync.past_readings import Known, PageIds
from portal.sync.reading import Reading
from portal.sync.store import Origin


@dataclass(frozen=True)
class Arrival:
    """A page that came: the ids that it adds to its round, and its rows that no round has had before."""

    page: Page
    ids: list[int]
    fresh: list[Row]
    read_at: datetime
    requests: int
    budget_left: int


class Writer:
    def __init__(self, lease: Lease, run: SyncRun, source: Source) -> None:
        self.run = run
        self._lease = lease
        self._source = source
        self._gone = f"{source.name} says it doesn't exist."
        self._integration_id: int = run.integration_id
        self._origin = Origin(run_id=run.id)
        self._computed: dict[str, set[str]] = {}

    def begin(self, step: SyncStep) -> None:
        """Start a step, or take it up again."""
        with self._lease.writing():
            step.state = StepState.RUNNING
            step.started_at = step.started_at or clock.now()
            step.save()

    def page(self, step: SyncStep, arrival: Arrival, reading: Reading, scope: LiveScope) -> None:
        """Write what a page brought, and that the reading has come so far."""
        step.expected, step.count_kind = reading.claims.stated, reading.claims.kind
        step.page_size, step.moved = reading.sizes.largest or None, reading.moved
        with self._writing(step, arrival.requests):
            decision = self._rows(step, arrival.fresh, scope, arrival.read_at)
            if reading.has_taken(arrival.page.number):
                self._keep(step, arrival)
            step.pages_done += 1
            step.page_asked_at = arrival.read_at
            step.save()
            logbook.note_page(self.run, step.record_type, arrival.page, decision, budget_left=arrival.budget_left)

    def detail(self, step: SyncStep, details: Details, row: Row, single: Single) -> Facts | None:
        """Keep the details that came for a row of a list; returns the facts that count for it from now on."""
        with self._writing(step, single.requests):
            step.save()
            return details.keep(row, single)

    def answer(self, step: SyncStep, question: str, answer: str, requests: int) -> None:
        """Keep the answer to a question besides the pages, for whoever goes on with the step."""
        with self._writing(step, requests):
            step.asked = {**(step.asked or {}), question: answer}
            step.save()

    def record(self, step: SyncStep, number: int, single: Single, scope: LiveScope) -> None:
        """Write a single record as its details tell it, under a page number of its own."""
        ids = [] if single.row is None else [single.remote_id]
        with self._writing(step, single.requests):
            if single.row is None:
                self._forget(step, single)
            else:
                decision = self._rows(step, [single.row], scope, single.read_at, details=True)
                logbook.note_records(self.run, step.record_type, decision)
                if step.mode == StepMode.RECORDS:
                    logbook.note_answer(self.run, self._source.name, step.record_type, single.remote_id, decision)
            SyncPage.create(step=step, round=step.round, number=number, remote_ids=_packed(ids))
            step.save()

    def next_round(self, step: SyncStep) -> None:
        """Read the list once more from its start."""
        step.round, step.moved = step.round + 1, False
        with self._lease.writing():
            step.save()
            message = f"The list of {step.record_type} changed while it was read, so Scopable reads it again."
            logbook.note(self.run, message, subject=LogSubject.STEP, record_type=step.record_type)

    def requests(self, step: SyncStep, requests: int) -> None:
        """Count calls that brought nothing to write."""
        step.requests += requests
        with self._lease.writing(requests=SyncRun.requests + requests):
            step.save()

    def end(
        self,
        step: SyncStep,
        requests: int,
        *,
        error: PsaError | None = None,
        state: StepState = StepState.SUCCEEDED,
        vanished: Vanished | None = None,
    ) -> None:
        """End a step: make tombstones of what is gone, hold what a person must decide, and say how it went.

        `vanished` is None when it is not known what has.
        """
        with self._writing(step, requests):
            if vanished is not None:
                self._settle(step, vanished)
            step.state, step.finished_at = state, clock.now()
            step.problem = error.problem if error else ""
            step.remedy = error.remedy if error else ""
            step.save()
            SyncPage.delete().where(SyncPage.step == step).execute()
            logbook.note(
                self.run,
                step.problem or logbook.summary(step),
                subject=LogSubject.STEP,
                level=LogLevel.INFO if error is None else LogLevel.ERROR,
                remedy=step.remedy,
                record_type=step.record_type,
                details=counts(step),
            )

    def remember(self, step: SyncStep, *, notes: Sequence[str] = (), **found: Any) -> None:
        """Keep what was learnt of the list, and write these notes into the step's log."""
        mine = (RemoteList.integration == self._integration_id) & (RemoteList.record_type == step.record_type)
        with self._lease.writing():
            if found and not RemoteList.update(**found).where(mine).execute():
                RemoteList.create(integration=self._integration_id, record_type=step.record_type, **found)
            for note in notes:
                logbook.note(self.run, note, subject=LogSubject.STEP, record_type=step.record_type)

    def computed(self, step: SyncStep) -> set[str]:
        """Return the keys that have changed by themselves in what this worker wrote for the step."""
        return self._computed.get(step.record_type, set())

    def cascade(self, step: SyncStep) -> None:
        """Put out of scope what belongs to clients that are."""
        left = store.ids_in(self._integration_id, step.record_type, RecordState.OUT_OF_SCOPE)
        with self._holding():
            for why, clients in exclusions.by_reason(self._integration_id, left).items():
                for record_type, ids in store.belonging_to(self._integration_id, clients).items():
                    self._leave(record_type, dict.fromkeys(ids, why))

    def tidy(self, step: SyncStep, listed: AbstractSet[int]) -> None:
        """Forget excluded records and details that the PSA no longer lists, and count anew, once a full sync.

        `listed` is the PSA's complete list.
        """
        with self._holding():
            exclusions.keep_listed(self._integration_id, step.record_type, listed)
            row_details.keep_listed(self._integration_id, step.record_type, listed)
            counting.recount(self._integration_id, step.record_type)

    def is_outdated(self, record_type: str) -> bool:
        """Tell whether the filters of this type have changed since the run began."""
        now = read(Integration.get_by_id(self._integration_id).filters)
        return record_type in affected(read(self.run.filters), now)

    def known(self, step: SyncStep) -> Known:
        """Return what this run, or an earlier one, has seen of the list that the step reads."""
        return remote_lists.known(self._integration_id, step)

    def pages_of(self, step: SyncStep) -> list[tuple[int, PageIds]]:
        """Return the pages that were written, each with its round."""
        pages = SyncPage.select().where(SyncPage.step == step).order_by(SyncPage.id)
        return [(page.round, PageIds(page.number, array("q", bytes(page.remote_ids)))) for page in pages]

    def _keep(self, step: SyncStep, arrival: Arrival) -> None:
        """Note what the page held. A page that is read once more adds to what it held before."""
        packed = _packed(arrival.ids)
        of_page = (SyncPage.round == step.round) & (SyncPage.number == arrival.page.number)
        before = SyncPage.get_or_none(SyncPage.step == step, of_page)
        if before is None:
            SyncPage.create(step=step, round=step.round, number=arrival.page.number, remote_ids=packed)
        else:
            # Not by the database: SQLite makes text of two blobs that it joins.
            before.remote_ids = bytes(before.remote_ids) + packed
            before.save()

    def _rows(
        self, step: SyncStep, rows: Sequence[Row], scope: LiveScope, read_at: datetime, *, details: bool = False
    ) -> Decision:
        decision = applying.take_in(
            self._integration_id,
            step.record_type,
            rows,
            scope.now(),
            self._source,
            origin=self._origin,
            read_at=read_at,
            details=details,
        )
        self._computed.setdefault(step.record_type, set()).update(decision.computed)
        step.fetched += len(rows)
        step.created += len(decision.created)
        step.updated += len(decision.updated)
        step.unchanged += decision.unchanged
        step.filtered_out += decision.filtered_out
        returned = sum(1 for change in decision.updated if change.kind == ChangeKind.BACK)
        self._count(excluded=len(decision.out_of_scope), returned=returned)
        step.failed += len(decision.rejected)
        return decision

    def _settle(self, step: SyncStep, vanished: Vanished) -> None:
        integration_id, record_type = self._integration_id, step.record_type
        if vanished.gone:
            reasons = dict.fromkeys(sorted(vanished.gone), self._gone)
            gone = store.leave(
                integration_id, record_type, reasons, RecordState.DELETED, self._origin, asked_at=vanished.listed_at
            )
            names = applying.names_of(integration_id, record_type, sorted(gone)[: logbook.MOST_ROWS])
            logbook.note_deleted(self.run, record_type, names, self._gone)
            step.deleted += len(gone)
        held_deletes.renew(integration_id, record_type, self.run.id, vanished.held)
        held_deletes.forget_listed(integration_id, record_type, vanished.listed)
        if vanished.kept:
            words = held_deletes.kept_words(integration_id, self._source.name, record_type, len(vanished.kept))
            logbook.note(self.run, words, subject=LogSubject.STEP, record_type=record_type)

    def _forget(self, step: SyncStep, single: Single) -> None:
        """Make a tombstone of a record that the PSA says does not exist."""
        remote_id, record_type, why = single.remote_id, step.record_type, self._gone
        origin, read_at = self._origin, single.read_at
        absence = applying.forget(self._integration_id, record_type, remote_id, why, origin=origin, read_at=read_at)
        if absence is Absence.DELETED:
            names = applying.names_of(self._integration_id, record_type, [remote_id])
            logbook.note_deleted(self.run, record_type, names, why)
            step.deleted += 1
        elif absence is Absence.KNOWN and step.mode == StepMode.RECORDS:
            logbook.note_answer(self.run, self._source.name, record_type, remote_id, None)

    def _leave(self, record_type: str, reasons: dict[int, str]) -> None:
        """Put records out of scope that no row of this run told of."""
        store.leave(self._integration_id, record_type, reasons, RecordState.OUT_OF_SCOPE, self._origin)
        self._count(excluded=len(reasons))

    def _count(self, **more: int) -> None:
        """Add to the run's counters, inside the transaction."""
        added = {name: getattr(SyncRun, name) + number for name, number in more.items() if number}
        if added:
            SyncRun.update(added).where(SyncRun.id == self.run.id).execute()

    def _writing(self, step: SyncStep, requests: int) -> Any:
        """Open a transaction that counts calls and says that the run has come further."""
        step.requests += requests
        return self._holding(requests=SyncRun.requests + requests, crashes=0, waits=0)

    @contextmanager
    def _holding(self, **changes: Any) -> Iterator[None]:
        """Open a transaction in which nobody else writes records of the integration."""
        with self._lease.writing(**changes):
            store.hold(self._integration_id)
            yield


def counts(step: SyncStep) -> dict[str, Any]:
    """Return the step's counters under the names that people and scripts know."""
    names = (
        "expected",
        "fetched",
        "created",
        "updated",
        "unchanged",
        "filtered_out",
        "deleted",
        "failed",
        "requests",
    )
    return {name: getattr(step, name) for name in names}


def _packed(ids: Sequence[int]) -> bytes:
    return array("q", ids).tobytes()
