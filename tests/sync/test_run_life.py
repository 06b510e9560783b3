"""The life of a run as a state machine: the invariants hold after every step, in any order of events.

One process, an injected clock, a simulated PSA over real HTTP. A worker is interrupted at its so many-th write.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal import db
from portal.errors import NotFound, SyncAlreadyRunning
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.sync import RunState, SyncRun
from portal.models.webhooks import Refetching
from portal.sandbox import SandboxError
from portal.services.connecting import credential_retries
from portal.services.syncing import held_deletes, sync_runs
from portal.services.webhooks import refetches
from portal.sync import refetch_requests
from portal.sync.lease import DURATION
from tests.sync.interruptions import Killed, interrupting
from tests.sync.small_psas import SMALL_CONNECTWISE, SMALL_HALO, SmallPsa, connected_to
from tests.telling import tell

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
CHECKPOINTS: Final = """
    SELECT step.id, step.round, step.pages_done, COUNT(page.id)
    FROM sync_step AS step LEFT JOIN sync_page AS page ON page.step_id = step.id AND page.round = step.round
    GROUP BY step.id
"""
CREATED_BY_HINTS: Final = "SELECT record_type FROM refetch_request WHERE outcome = 'created'"
writes = st.integers(1, 14)
seeds = st.integers(0, 9)
verbs = st.sampled_from(["create", "change", "delete"])


class RunLife(RuleBasedStateMachine):
    """`edited` is whether the PSA changed since the live run began; `ended` holds the ids of ended runs.
    `may_be_misled` is whether the PSA may have lied so plausibly that a run believed it.

    `life_with` adds the rules whose draws depend on the PSA.
    """

    psa: ClassVar[SmallPsa]
    migrated: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.edited = False
        self.may_be_misled = False
        self.ended: set[int] = set()
        self.checkpoints: dict[int, tuple[int, int]] = {}
        self.stack = ExitStack()
        self.copy = self.stack.enter_context(connected_to(self.psa, self.migrated, lambda: self.now))

    def teardown(self) -> None:
        """Whatever happened: without further faults the run ends, and one more run brings everything."""
        try:
            self._calm_down()
        finally:
            self.stack.close()

    @rule(minutes=st.sampled_from([0.1, 0.3, 1, 6, 61]))
    def time_passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)
        for integration_id in credential_retries.due():
            credential_retries.try_again(integration_id)

    @rule()
    def start(self) -> None:
        live = self._live()
        if live is None:
            self.copy.open()
            self.edited = False
            return
        with pytest.raises(SyncAlreadyRunning) as refused:
            self.copy.open()
        assert refused.value.run_id == live.id

    @rule()
    def come_too_early(self) -> None:
        """Try to claim a run that another worker may hold, or that waits for the PSA."""
        run = self._live()
        if run is not None and self.now < self._next_time():
            before = run.__data__
            sync_runs.execute(run.id)
            assert SyncRun.get_by_id(run.id).__data__ == before

    @rule()
    def work(self) -> None:
        self._work()

    @rule(at=writes, when=st.sampled_from(["before", "inside", "after"]))
    def work_and_be_killed(self, at: int, when: str) -> None:
        with suppress(Killed), interrupting(at, when, self._die):
            self._work()

    @rule(at=writes, killed_at=writes)
    def work_and_be_frozen_while_another_takes_over(self, at: int, killed_at: int) -> None:
        """Kill the second worker as well: the first one thaws in a run that nobody works on."""
        with interrupting(at, "before", lambda: self._another_takes_over(killed_at)):
            self._work()

    @rule(at=writes)
    def work_and_be_cancelled(self, at: int) -> None:
        with interrupting(at, "after", self.cancel):
            self._work()

    @rule()
    def read_again(self) -> None:
        self._read_again()

    @rule()
    def read_again_and_be_killed(self) -> None:
        with suppress(Killed), pytest.MonkeyPatch.context() as patch:
            patch.setattr(refetch_requests, "settle", lambda *_, **__: self._die())
            self._read_again()

    @rule(at=writes)
    def work_while_it_is_read_again(self, at: int) -> None:
        with interrupting(at, "before", self._read_again):
            self._work()

    @rule()
    def cancel(self) -> None:
        with suppress(NotFound):
            sync_runs.request_cancel(self.copy.integration)

    @invariant()
    def at_most_one_run_is_live(self) -> None:
        assert len(_rows("SELECT id FROM sync_run WHERE state IN ('queued', 'running', 'waiting')")) <= 1

    @invariant()
    def the_checkpoint_never_moves_back(self) -> None:
        for step, round_, pages_done, pages in _rows(CHECKPOINTS):
            assert (round_, pages_done) >= self.checkpoints.get(step, (0, 0))
            assert pages <= pages_done
            self.checkpoints[step] = (round_, pages_done)

    @invariant()
    def the_counters_equal_the_rows(self) -> None:
        assert (
            _rows("SELECT id FROM sync_step WHERE fetched <> created + updated + unchanged + filtered_out + failed")
            == []
        )
        counted = Counter(dict(_rows("SELECT record_type, SUM(created) FROM sync_step GROUP BY record_type")))
        counted.update(record_type for (record_type,) in _rows(CREATED_BY_HINTS))
        assert +counted == Counter(dict(_rows("SELECT record_type, COUNT(*) FROM record GROUP BY record_type")))
        kept = _rows("SELECT record_type, state, number FROM record_count WHERE number > 0")
        assert sorted(kept) == sorted(_rows("SELECT record_type, state, COUNT(*) FROM record GROUP BY 1, 2"))

    @invariant()
    def what_is_green_equals_the_psa(self) -> None:
        for run in SyncRun.select().where(SyncRun.state == RunState.SUCCEEDED):
            if run.id in self.ended:
                continue
            self.ended.add(run.id)
            if not self.edited and not self.may_be_misled:
                self._assert_equal()

    def _live(self) -> SyncRun | None:
        with suppress(NotFound):
            return sync_runs.live_run(self.copy.integration)
        return None

    def _work(self) -> None:
        """Work on the live run, or a new one, as soon as it can be claimed."""
        self._live() or self.start()
        self.now = max(self.now, self._next_time())
        for run in sync_runs.claimable():
            sync_runs.execute(run.id)

    def _next_time(self) -> datetime:
        run = self._live()
        if run is None or run.state == RunState.QUEUED:
            return self.now
        moment: datetime = run.not_before or run.lease_until + SECOND
        return moment

    def _read_again(self) -> None:
        """Refetch pending records, as soon as the lease and the pacing allow it."""
        turn = Refetching.get_or_none()
        times = [turn.lease_until, turn.not_before] if turn is not None else []
        self.now = max([self.now, *(each + SECOND for each in times if each is not None)]) + timedelta(minutes=2)
        refetches.execute(self.copy.integration.id)

    def _die(self) -> None:
        raise Killed

    def _another_takes_over(self, killed_at: int) -> None:
        self.now += DURATION + SECOND
        with suppress(Killed), interrupting(killed_at, "after", self._die):
            self._work()

    def _calm_down(self) -> None:
        self.copy.sandbox.clear_faults()
        while self._live() is not None:
            self._work()
        self.time_passes(61)  # a cancelled run may have left a pause that the PSA requested
        self._read_again()
        assert _rows("SELECT id FROM refetch_request WHERE state NOT IN ('done', 'ignored')") == []
        if self.copy.sync()["state"] != RunState.SUCCEEDED:  # if a whole list is gone, its deletes are held
            for hold in HeldDelete.select().where(HeldDelete.state == HeldDeleteState.PENDING):
                held_deletes.approve(hold, None)
            assert self.copy.sync()["state"] == RunState.SUCCEEDED
        self._assert_equal()

    def _edit(self, record_type: str, verb: str, seed: int, *, count: int = 1) -> list[int]:
        self.edited = True
        with suppress(SandboxError):  # there may be none left
            ids: list[int] = self.copy.sandbox._do(verb, record_type, count=count, seed=seed)
            return ids
        return []

    def _assert_equal(self) -> None:
        assert self.copy.differences(*self.psa.types) == []


def life_with(psa_to_use: SmallPsa, migrated_file: Path) -> type[RunLife]:
    """Return the state machine for a PSA, with the rules whose draws depend on it."""
    switches_of = {name: st.sampled_from(each) for name, each in psa_to_use.switches.items()}
    types = st.sampled_from(psa_to_use.types)

    class RunLifeWithPsa(RunLife):
        psa = psa_to_use
        migrated = migrated_file

        @rule(at=writes, record_type=types, verb=verbs, seed=seeds)
        def work_while_the_psa_is_edited(self, at: int, record_type: str, verb: str, seed: int) -> None:
            with interrupting(at, "after", lambda: self._edit(record_type, verb, seed)):
                self._work()

        @rule(record_type=types, verb=verbs, seed=seeds)
        def edit(self, record_type: str, verb: str, seed: int) -> None:
            self._edit(record_type, verb, seed)

        @rule(record_type=types, verb=verbs, seed=seeds)
        def edit_and_tell_by_webhook(self, record_type: str, verb: str, seed: int) -> None:
            for number in self._edit(record_type, verb, seed, count=2):
                tell(self.copy.integration, psa_to_use.webhook(record_type, number))

        @rule(switches=st.fixed_dictionaries(switches_of))
        def the_psa_changes_its_ways(self, switches: dict[str, Any]) -> None:
            """Only between runs: a change of switches during a read may look like a list that moved."""
            if self._live() is None:
                self.copy.sandbox.turn(**switches)

        @rule(fault=st.sampled_from(psa_to_use.faults), on=types, times=st.sampled_from([1, 3]))
        def plan_a_fault(self, fault: dict[str, Any], on: str, times: int) -> None:
            self.copy.sandbox.fault(**{"on": on, **fault}, times=times)
            self.may_be_misled |= (fault["what"], on) in psa_to_use.plausible

    return _with_own_edits(RunLifeWithPsa) if psa_to_use.edits else RunLifeWithPsa


def _with_own_edits(base: type[RunLife]) -> type[RunLife]:
    own = st.sampled_from(sorted(base.psa.edits))

    class RunLifeWithEdits(base):  # type: ignore[misc, valid-type]  # the base is a value
        @rule(edit=own, seed=seeds)
        def edit_in_its_own_way(self, edit: str, seed: int) -> None:
            self._edit_in_its_own_way(edit, seed)

        @rule(at=writes, edit=own, seed=seeds)
        def work_while_the_psa_is_edited_in_its_own_way(self, at: int, edit: str, seed: int) -> None:
            with interrupting(at, "after", lambda: self._edit_in_its_own_way(edit, seed)):
                self._work()

        def _edit_in_its_own_way(self, edit: str, seed: int) -> None:
            self.edited = True
            with suppress(SandboxError):
                self.psa.edits[edit](self.copy.sandbox, seed)

    return RunLifeWithEdits


@pytest.mark.parametrize("psa", [pytest.param(each, id=each.slug) for each in (SMALL_HALO, SMALL_CONNECTWISE)])
def test_the_invariants_of_a_run_always_hold(psa: SmallPsa, migrated_file: Path) -> None:
    # The same examples every time, because a flaky suite is of no use; `make chaos` explores further.
    # Failing examples are not shrunk: they are short, and shrinking takes minutes.
    rules = settings(max_examples=25, stateful_step_count=12, derandomize=True, phases=[Phase.generate])
    run_state_machine_as_test(life_with(psa, migrated_file), settings=rules)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    return list(db.db.execute_sql(sql).fetchall())
