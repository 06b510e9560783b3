"""The storm: trial after trial of a sync under kills and faults, then calm, then the reckoning."""

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
from portal.sandbox import SandboxControl, SandboxError
from portal.services.syncing import sync_runs
from tests.chaos import plan
from tests.chaos.books import Asked, asked_again, called_too_early, wrong_books, wrong_copy
from tests.chaos.house import House
from tests.chaos.kills import Killer
from tests.chaos.plan import Burst, Edit, Trial
from tests.chaos.watch import GO_ON_SECONDS, Watch

LOOK_SECONDS: Final = 0.1
LONGEST_RUN_SECONDS: Final = 300.0
CALM: Final = {"latency": 0.0, "token_calls": None, "retry_after": "off", "caps": plan.CAPS, **plan.USUAL}


class StuckError(Exception):
    """What should have happened by itself did not happen at all."""


@dataclass
class Storm:
    """One storm over one integration. `violations` is empty when all that was promised held."""

    seed: int
    house: House
    halo: SandboxControl
    integration: Integration
    say: Callable[[str], None]
    go_on_seconds: float = GO_ON_SECONDS
    watch: Watch = field(init=False)
    killer: Killer = field(init=False)
    calm_runs: set[int] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = Watch(self.integration, self.go_on_seconds)
        self.killer = Killer(self.house)

    def rage(self, *, kills: int, seconds: float) -> None:
        """Go on until so many processes were hit or the time is over; the run at hand is always seen to its end."""
        end = time.monotonic() + seconds
        trials = 0
        while self.killer.killed.total() < kills and time.monotonic() < end:
            trials += 1
            weather = plan.trial(self.seed, trials)
            run, asked = self._begin(weather)
            for number in range(weather.bursts):
                if self._is_live(run):
                    self._burst(plan.burst(self.seed, trials, number, calm=weather.calm))
            self._finish(run, weather, asked)

    def reckon(self) -> None:
        """Let it be calm, sync once more, and compare all there is with what Halo really holds."""
        self.halo.clear_faults()
        self.halo.turn(**CALM)
        self.until(self.killer.is_quiet, "the stopped processes to go on")
        run = self._start()
        self.until(lambda: not self._is_live(run), "the last sync to end")
        self.calm_runs.add(run.id)
        report = sync_runs.report(run)
        if report["state"] != "succeeded":
            self.violations.append(f"run {run.id}, in the calm: {report['state']}: {report['problem']}")
        if self.halo.counts()["violations"]:
            self.violations.append("something else than a read was sent to Halo")
        self.violations += [*self.watch.violations, *wrong_copy(self.integration, self.halo)]
        self.violations += wrong_books(self.integration, self.calm_runs)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = LONGEST_RUN_SECONDS) -> None:
        """Look on until the condition holds. Raises StuckError, saying what was missed, when it never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise StuckError(f"waited in vain for {what}")
            self._rest(LOOK_SECONDS)

    def _begin(self, weather: Trial) -> tuple[SyncRun, Asked]:
        self.halo.clear_faults()
        self.halo.turn(**weather.knobs)
        for fault in weather.faults:
            self.halo.fault(**fault)
        return self._start(), Asked(self.halo)

    def _start(self) -> SyncRun:
        """Start a sync by hand; one that the schedule has just started is as good."""
        self.watch.look()
        with suppress(SyncAlreadyRunning):
            return sync_later(self.integration, RunTrigger.USER)
        return sync_runs.live_run(self.integration)

    def _burst(self, burst: Burst) -> None:
        for edit in burst.edits:
            self._edit(edit)
        if burst.caps:
            self.halo.turn(caps=burst.caps)
        for kill in burst.kills:
            self._rest(kill.pause)
            self.watch.disturb()
            self.killer.strike(kill)
        self.until(lambda: not self.killer.is_silent(), "Redis to answer again")
        self.until(self.watch.is_worked_on, "somebody to go on with the run")

    def _edit(self, edit: Edit) -> None:
        if edit.verb == "delete" and self.edits[f"delete {edit.record_type}"] + edit.count > plan.MOST_DELETED:
            return
        # With the drawn seed there may be too few records in the state that the edit needs.
        with suppress(SandboxError):
            getattr(self.halo, edit.verb)(edit.record_type, count=edit.count, seed=edit.seed)
            self.edits[f"{edit.verb} {edit.record_type}"] += edit.count

    def _finish(self, run: SyncRun, weather: Trial, asked: Asked) -> None:
        self.halo.turn(latency=0.0)
        self.until(lambda: not self._is_live(run), f"run {run.id} to end")
        for each in self.halo.faults():
            self.fired[each["fault"]["what"]] += each["fired"]
        report = sync_runs.report(run)
        self.say(f"run {run.id}: {report['state']}, {self.killer.killed.total()} hit so far. {report['problem']}")
        self.violations += called_too_early(run, weather, asked.entries())
        if weather.calm:
            self.calm_runs.add(run.id)
            pages, wrong = asked_again(run, asked.pages(), self.watch.runs[run.id].claims)
            self.asked += pages
            self.violations += wrong

    def _is_live(self, run: SyncRun) -> bool:
        self.watch.look()
        with suppress(NotFound):
            return sync_runs.live_run(self.integration).id == run.id
        return False

    def _rest(self, seconds: float) -> None:
        """Let time pass, with eyes open."""
        end = time.monotonic() + seconds
        while True:
            was_silent = self.killer.is_silent()
            self.killer.thaw()
            if was_silent and not self.killer.is_silent():
                self.watch.disturb()
            self.watch.look()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(LOOK_SECONDS, left))
