"""A short storm: everything is killed during a sync, and the run resumes by itself and ends exact.

`make chaos` runs the long form.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import plan
from tests.chaos.psas import PSAS
from tests.chaos.run import run_storm
from tests.chaos.stormy_halo import HALO
from tests.chaos.stormy_psa import StormyPsa

SEED = 6  # draws, in this order: horse, everything, scheduler, horse


@pytest.mark.parametrize("psa", [pytest.param(each, id=slug) for slug, each in PSAS.items()])
def test_a_short_storm_loses_and_duplicates_nothing(psa: StormyPsa, tmp_path: Path) -> None:
    said: list[str] = []
    # The machine's speed must not decide: resuming within 25 seconds takes a machine that is not busy.
    storm = run_storm(psa, tmp_path, SEED, records=1200, kills=1, seconds=60.0, say=said.append, resume_seconds=120.0)
    assert storm.violations == [], said
    assert storm.killer.killed.total() >= 5
    assert storm.page_requests["takeovers"] >= 1, "no worker was killed during a sync"


def test_the_same_seed_draws_the_same_storm() -> None:
    assert storm_of(5) == storm_of(5)
    assert storm_of(5) != storm_of(6)


def test_every_second_trial_has_only_kills() -> None:
    assert [plan.trial(HALO, 5, number).only_kills for number in range(1, 5)] == [True, False, True, False]
    assert plan.trial(HALO, 5, 1).faults == ()
    assert all(plan.burst(HALO, 5, 1, number, only_kills=True).edits == () for number in range(9))


def storm_of(seed: int) -> object:
    bursts = [plan.burst(HALO, seed, trial, number, only_kills=False) for trial in range(9) for number in range(4)]
    return [plan.trial(HALO, seed, number) for number in range(9)], bursts
