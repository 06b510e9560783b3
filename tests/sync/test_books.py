"""Books balance or name what is missing, and nothing is green that is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.models.sync import RunState, StepState
from portal.sync.books import are_held, balance, outcome

OK, AMBER, FAILED, CANCELLED = StepState.SUCCEEDED, StepState.INCOMPLETE, StepState.FAILED, StepState.CANCELLED


@pytest.mark.parametrize(
    ("expected", "fetched", "problem"),
    [
        (0, 0, ""),
        (717, 717, ""),
        (None, 50, ""),
        (1717, 1700, "Halo counts 1,717 sites, but 1,700 arrived: 17 are missing."),
        (1, 0, "Halo counts 1 sites, but 0 arrived: 1 are missing."),
        (10, 12, "Halo counts 10 sites, but 12 arrived."),
    ],
)
def test_what_halo_counts_must_arrive(expected: int | None, fetched: int, problem: str) -> None:
    found = balance("sites", expected, fetched)
    assert found.problem == problem
    assert found.state == (AMBER if problem else OK)
    assert bool(found.remedy) == bool(problem)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_only_equal_books_balance(expected: int, fetched: int) -> None:
    assert (balance("sites", expected, fetched).state == OK) == (expected == fetched)


@pytest.mark.parametrize(
    ("gone", "live", "held"),
    [(0, 0, False), (20, 20, False), (21, 21, True), (21, 209, True), (21, 210, False), (501, 5001, True)],
)
def test_many_are_held_only_if_they_are_a_large_share_too(gone: int, live: int, held: bool) -> None:  # noqa: FBT001
    assert are_held(set(range(gone)), live) is held


@pytest.mark.parametrize(
    ("steps", "run"),
    [
        ([OK], RunState.SUCCEEDED),
        ([OK, OK], RunState.SUCCEEDED),
        ([OK, AMBER], RunState.INCOMPLETE),
        ([OK, FAILED], RunState.INCOMPLETE),
        ([OK, CANCELLED], RunState.INCOMPLETE),
        ([AMBER, FAILED], RunState.INCOMPLETE),
        ([FAILED, FAILED], RunState.FAILED),
    ],
)
def test_a_run_is_as_good_as_its_worst_step(steps: list[str], run: RunState) -> None:
    assert outcome(steps) == run
