"""Watching the runs from outside, by their rows: who works on them, since when, and where their checkpoints are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import LIVE_STATES, RunState, SyncRun, SyncStep
from portal.sync.lease import DURATION

# The figure that is promised, on a machine that is not busy with other things.
GO_ON_SECONDS: Final = 25.0


@dataclass
class Seen:
    """A run at the last look. `alive` is the last sign of life of its worker, or since when it may start."""

    state: str
    fencing_token: int
    alive: datetime
    claims: int = 0
    pages_done: dict[str, int] = field(default_factory=dict)


@dataclass
class Watch:
    """Keeps what it sees. `disturbed` is the moment of the last kill, which restarts the clock of a gap; somebody
    must go on with a run within `go_on_seconds` from then.

    `gaps` holds the seconds from a worker's last sign of life to the next claim; `late` those from the last kill on.
    """

    integration: Integration
    go_on_seconds: float
    disturbed: datetime = field(default_factory=clock.now)
    runs: dict[int, Seen] = field(default_factory=dict)
    gaps: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def disturb(self) -> None:
        self.disturbed = clock.now()

    def look(self) -> None:
        """Note what has changed since the last look."""
        rows = list(SyncRun.select().where(SyncRun.integration == self.integration))
        if sum(run.state in LIVE_STATES for run in rows) > 1:
            self._violated("more than one run was live at once")
        for run in rows:
            before = self.runs.get(run.id)
            if before is not None and before.state not in LIVE_STATES:
                continue
            self.runs[run.id] = seen = before or Seen(run.state, 0, run.created_at)
            self._claimed(seen, run)
            self._checkpoints(seen, run)
            self._overdue(seen, run)

    def is_worked_on(self) -> bool:
        """Tell whether the live run shows a sign of life since the last kill, or has ended, or waits for Halo."""
        self.look()
        now = clock.now()
        for run in SyncRun.select().where(SyncRun.integration == self.integration, SyncRun.state.in_(LIVE_STATES)):
            if run.state == RunState.WAITING and run.not_before > now:
                return True
            return run.state == RunState.RUNNING and self.runs[run.id].alive > self.disturbed
        return True

    def _claimed(self, seen: Seen, run: SyncRun) -> None:
        alive = seen.alive
        if run.state == RunState.RUNNING:
            alive = max(alive, run.lease_until - DURATION)
        elif run.state == RunState.WAITING:
            alive = max(alive, run.not_before)
        if run.fencing_token > seen.fencing_token and run.state == RunState.RUNNING:
            seen.claims += run.fencing_token - seen.fencing_token
            self.gaps.append((alive - seen.alive).total_seconds())
            self.late.append((alive - max(seen.alive, self.disturbed)).total_seconds())
        seen.state, seen.fencing_token, seen.alive = run.state, run.fencing_token, alive

    def _checkpoints(self, seen: Seen, run: SyncRun) -> None:
        for step in SyncStep.select().where(SyncStep.run == run):
            if step.pages_done < seen.pages_done.get(step.record_type, 0):
                self._violated(f"run {run.id}: the checkpoint of {step.record_type} moved back")
            seen.pages_done[step.record_type] = step.pages_done

    def _overdue(self, seen: Seen, run: SyncRun) -> None:
        """Tell of a run that nobody goes on with, while it still stands still."""
        waited = clock.now() - max(seen.alive, self.disturbed)
        if seen.state in LIVE_STATES and waited > timedelta(seconds=self.go_on_seconds):
            self._violated(f"run {run.id}: nobody went on with it within {self.go_on_seconds:.0f} s ({run.state})")

    def _violated(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)
