"""Lists that change while they are read: the run notices, reads what it missed, and is green only if complete."""

from __future__ import annotations

import pytest

from portal.models.records import RecordState
from portal.models.sync import SyncStep
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import OnPage, on_page

__all__ = ["on_page"]

WITH_ID_LIST, WITHOUT = "assets", "opportunities"


def small_pages(copy: Copy) -> None:
    copy.halo.turn(caps={"assets": 20, "opportunities": 20})


def halo_ids(copy: Copy, record_type: str) -> set[int]:
    found = copy.halo.truth(record_type, ids=True)
    return set(found["active_ids"] + found["inactive_ids"])


def first_ids(copy: Copy, record_type: str, count: int) -> list[int]:
    return sorted(halo_ids(copy, record_type))[:count]


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_deletes_on_earlier_pages_hide_no_others(record_type: str, number: int, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    gone = first_ids(copy, record_type, 3)
    on_page(record_type, number, lambda: copy.halo.delete(record_type, gone))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == halo_ids(copy, record_type)
    assert copy.ids(record_type, RecordState.DELETED) <= set(gone)  # records that were read before


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
def test_as_many_creates_as_deletes_are_noticed(record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)

    def swap() -> None:
        copy.halo.delete(record_type, first_ids(copy, record_type, 2))
        copy.halo.create(record_type, 2)

    on_page(record_type, 3, swap)
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == halo_ids(copy, record_type)


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
def test_records_created_during_the_sync_arrive(record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(record_type, 2, lambda: copy.halo.create(record_type, 25))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == halo_ids(copy, record_type)


def test_deactivating_a_record_does_not_move_the_list(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page("assets", 2, lambda: copy.halo.deactivate("assets", count=20))
    copy.halo.reset()
    report = copy.sync("assets")
    assert report["state"] == "succeeded"
    # Seven pages, the supposed last page once more, two requests to probe the date filter, one token: nothing had
    # been missed.
    assert report["requests"] == 11


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
@pytest.mark.parametrize("cap", [7, 50])
def test_a_page_size_that_changes_midway_is_noticed(cap: int, record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(record_type, 3, lambda: copy.halo.turn(caps={record_type: cap}))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert report["steps"][record_type]["created"] == SIZES[record_type]
    assert copy.ids(record_type) == halo_ids(copy, record_type)


def test_rows_of_an_earlier_round_are_not_counted_again(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(WITHOUT, 3, lambda: copy.halo.delete(WITHOUT, first_ids(copy, WITHOUT, 1)))
    step = copy.sync(WITHOUT)["steps"][WITHOUT]
    assert (step["expected"], step["fetched"], step["created"]) == (119, 120, 120)
    assert (step["deleted"], step["unchanged"], step["updated"]) == (1, 0, 0)
    assert (
        copy.logged(subject="step")[0]
        == f"The list of {WITHOUT} changed while it was read, so Scopable reads it again."
    )


def test_a_list_that_keeps_moving_is_amber_after_three_rounds(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    copy.halo.fault("repeated_page", on=WITHOUT, page=3, times=None)
    report = copy.sync(WITHOUT)
    assert report["state"] == "incomplete"
    assert SyncStep.get(SyncStep.run == report["run"]).round == 3
    assert copy.ids(WITHOUT, RecordState.DELETED) == set()


def test_a_listed_record_that_is_not_returned_is_named(copy: Copy) -> None:
    small_pages(copy)
    copy.halo.fault("repeated_page", on="assets", page=3, times=None)
    (hidden,) = sorted(halo_ids(copy, "assets"))[40:41]
    copy.halo.fault("bad_ids", on=f"/api/asset/{hidden}", times=None)
    report = copy.sync("assets")
    assert report["state"] == "incomplete"
    assert report["problem"] == f"Halo lists assets {hidden}, but doesn't return them."


def test_a_wrong_count_is_amber_although_all_listed_ids_are_stored(copy: Copy) -> None:
    copy.halo.fault("lying_count", on="assets", size=7, times=None)
    report = copy.sync("assets")
    assert report["problem"] == "Halo counts 137 assets, but 130 arrived: 7 are missing."
    assert report["remedy"].endswith("All the ids that Halo lists are here.")
