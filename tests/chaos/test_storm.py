"""A short storm: everything is killed in the middle of a sync, and the run goes on by itself, exact to the last row.

The long ones run by `make chaos`.
"""

from __future__ import annotations

from pathlib import Path

from tests.chaos import plan
from tests.chaos.run import shaken

SEED = 6  # draws, in this order: the horse, everything, the scheduler, and the horse once more


def test_a_short_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    # How quick the machine is decides no test: within 25 seconds somebody goes on only if it has time for it.
    storm = shaken(tmp_path, SEED, records=1200, kills=1, seconds=60.0, say=said.append, go_on_seconds=120.0)
    assert storm.violations == [], said
    assert storm.killer.killed.total() >= 5
    assert storm.asked["takeovers"] >= 1, "no worker was hit while it worked"


def test_the_same_seed_draws_the_same_storm() -> None:
    assert storm_of(5) == storm_of(5)
    assert storm_of(5) != storm_of(6)


def test_in_every_second_trial_nothing_but_kills_happens() -> None:
    assert [plan.trial(5, number).calm for number in range(1, 5)] == [True, False, True, False]
    assert plan.trial(5, 1).faults == ()
    assert all(plan.burst(5, 1, number, calm=True).edits == () for number in range(9))


def storm_of(seed: int) -> object:
    bursts = [plan.burst(seed, trial, number, calm=False) for trial in range(9) for number in range(4)]
    return [plan.trial(seed, number) for number in range(9)], bursts
