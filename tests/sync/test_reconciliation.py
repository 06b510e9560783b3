"""A step is reconciled or names what is missing; nothing else is green."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.models.sync import RunState, StepState
from portal.sync.reconciliation import ReceivedList, check_first_list, must_hold, reconcile, run_state

OK, AMBER, FAILED, CANCELLED = StepState.SUCCEEDED, StepState.INCOMPLETE, StepState.FAILED, StepState.CANCELLED


def received(arrived: int, expected: int | None, **more: Any) -> ReceivedList:
    return ReceivedList(set(range(1, arrived + 1)), 0, expected, **more)


@pytest.mark.parametrize(
    ("expected", "arrived", "problem"),
    [
        (0, 0, ""),
        (717, 717, ""),
        (None, 50, ""),
        (1717, 1700, "Halo counts 1,717 sites, but 1,700 arrived: 17 are missing."),
        (1, 0, "Halo counts 1 sites, but 0 arrived: 1 is missing."),
        (10, 12, "Halo counts 10 sites, but 12 arrived."),
    ],
)
def test_everything_that_halo_counts_must_arrive(expected: int | None, arrived: int, problem: str) -> None:
    found = reconcile("Halo", "sites", received(arrived, expected))
    assert found.problem == problem
    assert bool(found.remedy) == bool(problem)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_only_equal_counts_are_reconciled(expected: int, arrived: int) -> None:
    assert (reconcile("Halo", "sites", received(arrived, expected)).problem == "") == (expected == arrived)


@pytest.mark.parametrize(
    ("counted", "arrived", "problem"),
    [
        (7, 0, "Halo counted 7 sites when the connection was tested, but its list is empty."),
        (7, 7, ""),
        (7, 1, ""),
        (0, 0, ""),
        (None, 0, ""),
    ],
)
def test_a_first_list_is_not_believed_to_be_empty_if_records_were_counted(
    counted: int | None, arrived: int, problem: str
) -> None:
    found = check_first_list("Halo", "sites", received(arrived, arrived), counted)
    assert found.problem == problem
    assert ("sync again" in found.remedy) == bool(problem)


def test_rows_without_an_id_are_counted() -> None:
    assert reconcile("Halo", "sites", ReceivedList({1, 2}, 3, 5)).problem == ""


def test_listed_records_that_halo_does_not_return_are_named() -> None:
    found = reconcile("Halo", "sites", received(20, 20, missing=set(range(1, 13))))
    assert found.problem == "Halo lists sites 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more, but doesn't return them."


def test_a_list_that_kept_moving_is_amber_even_if_its_count_is_right() -> None:
    assert reconcile("Halo", "sites", received(5, 5, moved=True)).problem.startswith("The list of sites changed")


def test_a_list_of_changes_may_grow_while_it_is_read() -> None:
    assert reconcile("Halo", "sites", received(7, 5, moved=True, is_whole=False)).problem == ""
    assert reconcile("Halo", "sites", received(4, 5, is_whole=False)).problem != ""


@pytest.mark.parametrize(
    ("gone", "live", "held"),
    [(0, 0, False), (20, 20, False), (21, 21, True), (21, 209, True), (21, 210, False), (501, 5001, True)],
)
def test_many_deletes_are_held_only_if_they_are_a_large_share(gone: int, live: int, held: bool) -> None:  # noqa: FBT001
    assert must_hold(set(range(gone)), live) is held


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
def test_a_run_is_only_as_good_as_its_worst_step(steps: list[str], run: RunState) -> None:
    assert run_state(steps) == run
