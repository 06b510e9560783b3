"""What every write of a run has in common: a transaction under the lease, and how rows reach the copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from portal.models.records import ChangeKind, RecordState
from portal.models.sync import StepMode, SyncRun, SyncStep
from portal.psa.source import Row, Source
from portal.sync import applying, logbook, store
from portal.sync.applying import AbsenceResult
from portal.sync.decide import Decision
from portal.sync.details import SingleRecord
from portal.sync.lease import RunLease
from portal.sync.live_scope import LiveScope
from portal.sync.store import ChangeOrigin


class StepTransactions:
    """Opens the transactions of a run, and applies rows and absences with their counters inside them."""

    def __init__(self, lease: RunLease, run: SyncRun, source: Source) -> None:
        self.run = run
        self._lease = lease
        self._source = source
        self._deleted_reason = f"{source.name} says it doesn't exist."
        self._integration_id: int = run.integration_id
        self._origin = ChangeOrigin(run_id=run.id)
        self._computed: dict[str, set[str]] = {}

    def _apply_rows(
        self, step: SyncStep, rows: Sequence[Row], scope: LiveScope, read_at: datetime, *, details: bool = False
    ) -> Decision:
        decision = applying.apply_rows(
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

    def _apply_absence(self, step: SyncStep, single: SingleRecord) -> None:
        """Mark a record as deleted that the PSA says does not exist."""
        remote_id, record_type, why = single.remote_id, step.record_type, self._deleted_reason
        origin, read_at = self._origin, single.read_at
        absence = applying.apply_absence(
            self._integration_id, record_type, remote_id, why, origin=origin, read_at=read_at
        )
        if absence is AbsenceResult.DELETED:
            names = applying.names_of(self._integration_id, record_type, [remote_id])
            logbook.note_deleted(self.run, record_type, names, why)
            step.deleted += 1
        elif absence is AbsenceResult.NOT_STORED and step.mode == StepMode.RECORDS:
            logbook.note_single_record(self.run, self._source.name, record_type, remote_id, None)

    def _exclude(self, record_type: str, reasons: dict[int, str]) -> None:
        """Put records out of scope that are not in the page at hand."""
        store.set_state(self._integration_id, record_type, reasons, RecordState.OUT_OF_SCOPE, self._origin)
        self._count(excluded=len(reasons))

    def _count(self, **more: int) -> None:
        """Add to the run's counters, inside the caller's transaction."""
        added = {name: getattr(SyncRun, name) + number for name, number in more.items() if number}
        if added:
            SyncRun.update(added).where(SyncRun.id == self.run.id).execute()

    def _step_transaction(self, step: SyncStep, requests: int) -> Any:
        """Open a transaction that counts requests and records progress: crashes and waits start again at 0."""
        step.requests += requests
        return self._locked_transaction(requests=SyncRun.requests + requests, crashes=0, waits=0)

    @contextmanager
    def _locked_transaction(self, **changes: Any) -> Iterator[None]:
        """Open a transaction in which no other worker writes records of the integration."""
        with self._lease.writing(**changes):
            store.lock_records(self._integration_id)
            yield
