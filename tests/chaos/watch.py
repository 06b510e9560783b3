"""Watches the runs from outside, by their rows: claims, signs of life and checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import LIVE_STATES, RunState, SyncRun, SyncStep
from portal.sync.lease import DURATION

# The promised figure, on a machine that is not busy.
RESUME_SECONDS: Final = 25.0


@dataclass
class RunView:
    """A run at the last update. `alive` is its worker's last sign of life, or the time from which it may start."""

    state: str
    fencing_token: int
    alive: datetime
    pages_done: dict[str, int] = field(default_factory=dict)

    @property
    def takeovers(self) -> int:
        """Return how often the run was claimed again: each claim raises the fencing token by one."""
        return max(0, self.fencing_token - 1)


@dataclass
class Watch:
    """Collects what it sees. A live run must resume within `resume_seconds` of `last_kill`.

    `gaps` holds the seconds from a worker's last sign of life to the next claim, `late` those from the last kill.
    """

    integration: Integration
    resume_seconds: float
    last_kill: datetime = field(default_factory=clock.now)
    runs: dict[int, RunView] = field(default_factory=dict)
    gaps: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def note_kill(self) -> None:
        self.last_kill = clock.now()

    def update(self) -> None:
        """Record what changed since the last update."""
        rows = list(SyncRun.select().where(SyncRun.integration == self.integration))
        if sum(run.state in LIVE_STATES for run in rows) > 1:
            self._add_violation("more than one run was live at once")
        for run in rows:
            before = self.runs.get(run.id)
            if before is not None and before.state not in LIVE_STATES:
                continue
            self.runs[run.id] = seen = before or RunView(run.state, 0, run.created_at)
            self._update_claims(seen, run)
            self._check_checkpoints(seen, run)
            self._check_overdue(seen, run)

    def has_resumed(self) -> bool:
        """Return whether the live run showed a sign of life since the last kill, has ended, or waits for the PSA."""
        self.update()
        now = clock.now()
        for run in SyncRun.select().where(SyncRun.integration == self.integration, SyncRun.state.in_(LIVE_STATES)):
            if run.state == RunState.WAITING and run.not_before > now:
                return True
            return run.state == RunState.RUNNING and self.runs[run.id].alive > self.last_kill
        return True

    def _update_claims(self, seen: RunView, run: SyncRun) -> None:
        alive = seen.alive
        if run.state == RunState.RUNNING:
            alive = max(alive, run.lease_until - DURATION)
        elif run.state == RunState.WAITING:
            alive = max(alive, run.not_before)
        if run.fencing_token > seen.fencing_token and run.state == RunState.RUNNING:
            self.gaps.append((alive - seen.alive).total_seconds())
            self.late.append((alive - max(seen.alive, self.last_kill)).total_seconds())
        seen.state, seen.fencing_token, seen.alive = run.state, run.fencing_token, alive

    def _check_checkpoints(self, seen: RunView, run: SyncRun) -> None:
        for step in SyncStep.select().where(SyncStep.run == run):
            if step.pages_done < seen.pages_done.get(step.record_type, 0):
                self._add_violation(f"run {run.id}: the checkpoint of {step.record_type} moved back")
            seen.pages_done[step.record_type] = step.pages_done

    def _check_overdue(self, seen: RunView, run: SyncRun) -> None:
        """Report a run that has not resumed in time, while it is still stuck."""
        waited = clock.now() - max(seen.alive, self.last_kill)
        if seen.state in LIVE_STATES and waited > timedelta(seconds=self.resume_seconds):
            self._add_violation(f"run {run.id}: not resumed within {self.resume_seconds:.0f} s ({run.state})")

    def _add_violation(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)
