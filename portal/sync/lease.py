"""Leases: which worker may write for a run, and until when.

A claim raises the run's fencing token and sets the end of its lease. Every write requires the worker's own token, so
a worker that was frozen, orphaned or presumed dead changes nothing once another worker has claimed the run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import FencedOut
from portal.models.sync import RunState, SyncRun

DURATION: Final = timedelta(seconds=15)
BEAT_SECONDS: Final = DURATION.total_seconds() / 3


def is_claimable(now: datetime) -> Any:
    """Return the SQL condition for runs that no worker holds and that should start or resume."""
    return (
        (SyncRun.state == RunState.QUEUED)
        | ((SyncRun.state == RunState.RUNNING) & (SyncRun.lease_until < now))
        | ((SyncRun.state == RunState.WAITING) & (SyncRun.not_before <= now))
    )


def claim(run_id: int) -> RunLease | None:
    """Claim the run, or return None if another worker holds it or it has ended."""
    now = clock.now()
    run = SyncRun.get_or_none(SyncRun.id == run_id)
    if run is None:
        return None
    was_abandoned = run.state == RunState.RUNNING
    claimed = (
        SyncRun.update(
            fencing_token=SyncRun.fencing_token + 1,
            state=RunState.RUNNING,
            lease_until=now + DURATION,
            not_before=None,
            started_at=run.started_at or now,
            crashes=SyncRun.crashes + int(was_abandoned),
        )
        .where(SyncRun.id == run_id, SyncRun.fencing_token == run.fencing_token, is_claimable(now))
        .execute()
    )
    return RunLease(run_id, run.fencing_token + 1, run.cancel_requested_at is not None) if claimed else None


class Lease(ABC):
    """A row that one worker holds until the lease expires or another worker claims it."""

    def beat(self) -> None:
        """Extend the lease. Raises FencedOut if this worker lost it."""
        self._update(lease_until=clock.now() + DURATION)

    @contextmanager
    def writing(self, **changes: Any) -> Iterator[None]:
        """Open a transaction that commits only while this worker holds the lease. Applies `changes` to its row."""
        with db.atomic():
            self._update(lease_until=clock.now() + DURATION, **changes)
            yield

    def release(self, **changes: Any) -> None:
        """End the lease and apply `changes` to the row: for a run, its new state."""
        self._update(lease_until=None, **changes)

    @abstractmethod
    def _update(self, **changes: Any) -> None:
        """Change the row if it still has this worker's fencing token. Raises FencedOut if not."""


@dataclass
class RunLease(Lease):
    """The lease of a run. `is_cancelled` says whether a person cancelled it, as of the last write or beat."""

    run_id: int
    fencing_token: int
    is_cancelled: bool = False

    def release_after_crash(self) -> None:
        """Let another worker continue at once after an unexpected error. Counts as a crash."""
        self._update(lease_until=clock.now() - DURATION)

    def _update(self, **changes: Any) -> None:
        mine = (
            (SyncRun.id == self.run_id)
            & (SyncRun.fencing_token == self.fencing_token)
            & (SyncRun.state == RunState.RUNNING)
        )
        rows: Any = SyncRun.update(**changes).where(mine).returning(SyncRun.cancel_requested_at).tuples().execute()
        found = list(rows)
        if not found:
            raise FencedOut(f"Run {self.run_id}")
        self.is_cancelled = found[0][0] is not None
