"""The storm: trials of a sync under kills and faults, then one undisturbed sync, then the checks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from portal.errors import NotFound, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunTrigger, SyncRun
from portal.sandbox import SandboxError, Verbs
from portal.services.syncing import sync_runs
from tests.chaos import plan
from tests.chaos.checks import (
    RecordedRequests,
    copy_errors,
    counter_errors,
    repeated_pages,
    requests_before_retry_after,
)
from tests.chaos.kills import Killer
from tests.chaos.plan import Burst, Edit, Trial
from tests.chaos.running_portal import RunningPortal
from tests.chaos.stormy_psa import StormyPsa
from tests.chaos.watch import RESUME_SECONDS, Watch

POLL_SECONDS: Final = 0.1
MAX_RUN_SECONDS: Final = 300.0


class StuckError(Exception):
    """Something that should happen automatically did not."""


@dataclass
class Storm:
    """One storm over one integration. `violations` is empty if all promises held."""

    psa: StormyPsa
    seed: int
    portal: RunningPortal
    sandbox: Verbs
    integration: Integration
    say: Callable[[str], None]
    resume_seconds: float = RESUME_SECONDS
    watch: Watch = field(init=False)
    killer: Killer = field(init=False)
    stable_runs: set[int] = field(default_factory=set)
    page_requests: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = Watch(self.integration, self.resume_seconds)
        self.killer = Killer(self.portal)

    def run(self, *, kills: int, seconds: float) -> None:
        """Run trials until there were enough kills or the time is over. The current run always ends first."""
        end = time.monotonic() + seconds
        trials = 0
        while self.killer.killed.total() < kills and time.monotonic() < end:
            trials += 1
            trial = plan.trial(self.psa, self.seed, trials)
            run, requests = self._begin(trial)
            for number in range(trial.bursts):
                if self._is_live(run):
                    self._burst(plan.burst(self.psa, self.seed, trials, number, only_kills=trial.only_kills))
            self._finish(run, trial, requests)

    def verify(self) -> None:
        """End all faults, sync once more, and compare everything with the PSA."""
        self.sandbox.clear_faults()
        self.sandbox.turn(latency=0.0, **self.psa.calm)
        self.wait_until(self.killer.is_quiet, "the stopped processes to resume")
        run = self._start()
        self.wait_until(lambda: not self._is_live(run), "the last sync to end")
        self.stable_runs.add(run.id)
        report = sync_runs.report(run)
        if report["state"] != "succeeded":
            self.violations.append(f"run {run.id}, undisturbed: {report['state']}: {report['problem']}")
        if self.sandbox.counts()["violations"]:
            self.violations.append(f"something other than a read was sent to {self.psa.name}")
        self.violations += [*self.watch.violations, *copy_errors(self.psa, self.integration, self.sandbox)]
        self.violations += counter_errors(self.psa, self.integration, self.stable_runs)

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = MAX_RUN_SECONDS) -> None:
        """Wait until the condition holds. Raises StuckError, naming `what`, if it takes too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise StuckError(f"timed out waiting for {what}")
            self._wait(POLL_SECONDS)

    def _begin(self, trial: Trial) -> tuple[SyncRun, RecordedRequests]:
        self.sandbox.clear_faults()
        self.sandbox.turn(**trial.knobs)
        for fault in trial.faults:
            self.sandbox.fault(**fault)
        return self._start(), RecordedRequests(self.psa, self.sandbox)

    def _start(self) -> SyncRun:
        """Start a sync, or use one that the schedule just started."""
        self.watch.update()
        with suppress(SyncAlreadyRunning):
            return sync_later(self.integration, RunTrigger.USER)
        return sync_runs.live_run(self.integration)

    def _burst(self, burst: Burst) -> None:
        for edit in burst.edits:
            self._edit(edit)
        if burst.caps:
            self.sandbox.turn(caps=burst.caps)
        for kill in burst.kills:
            self._wait(kill.pause)
            self.watch.note_kill()
            self.killer.execute(kill)
        self.wait_until(lambda: not self.killer.is_silent(), "Redis to answer again")
        self.wait_until(self.watch.has_resumed, "a worker to resume the run")

    def _edit(self, edit: Edit) -> None:
        if edit.verb == "delete" and self.edits[f"delete {edit.record_type}"] + edit.count > plan.MAX_DELETED:
            return
        # There may be too few records in the state that the edit needs.
        with suppress(SandboxError):
            if edit.verb in self.psa.edits:
                self.psa.edits[edit.verb](self.sandbox, edit.seed)
            else:
                getattr(self.sandbox, edit.verb)(edit.record_type, count=edit.count, seed=edit.seed)
            self.edits[f"{edit.verb} {edit.record_type}".strip()] += edit.count

    def _finish(self, run: SyncRun, trial: Trial, requests: RecordedRequests) -> None:
        self.sandbox.turn(latency=0.0)
        self.wait_until(lambda: not self._is_live(run), f"run {run.id} to end")
        for each in self.sandbox.faults():
            self.fired[each["fault"]["what"]] += each["fired"]
        report = sync_runs.report(run)
        self.say(f"run {run.id}: {report['state']}, {self.killer.killed.total()} kills so far. {report['problem']}")
        self.violations += requests_before_retry_after(self.psa, run, trial, requests.entries())
        if trial.only_kills:
            self.stable_runs.add(run.id)
            pages, wrong = repeated_pages(run, requests.pages(), self.watch.runs[run.id].takeovers)
            self.page_requests += pages
            self.violations += wrong

    def _is_live(self, run: SyncRun) -> bool:
        self.watch.update()
        with suppress(NotFound):
            return sync_runs.live_run(self.integration).id == run.id
        return False

    def _wait(self, seconds: float) -> None:
        """Wait, while watching the runs and resuming stopped processes."""
        end = time.monotonic() + seconds
        while True:
            was_silent = self.killer.is_silent()
            self.killer.resume_stopped()
            if was_silent and not self.killer.is_silent():
                self.watch.note_kill()
            self.watch.update()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(POLL_SECONDS, left))
