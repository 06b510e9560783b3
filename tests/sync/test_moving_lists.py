"""Lists that change while they are read: the run finds out, mends what it missed, and is green only when right."""

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


def truth(copy: Copy, record_type: str) -> set[int]:
    found = copy.halo.truth(record_type, ids=True)
    return set(found["active_ids"] + found["inactive_ids"])


def first_ids(copy: Copy, record_type: str, count: int) -> list[int]:
    return sorted(truth(copy, record_type))[:count]


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_records_deleted_in_front_hide_no_others(record_type: str, number: int, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    gone = first_ids(copy, record_type, 3)
    on_page(record_type, number, lambda: copy.halo.delete(record_type, gone))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == truth(copy, record_type)
    assert copy.ids(record_type, RecordState.DELETED) <= set(gone)  # those that were read before


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
def test_as_many_created_as_deleted_fool_nobody(record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)

    def swap() -> None:
        copy.halo.delete(record_type, first_ids(copy, record_type, 2))
        copy.halo.create(record_type, 2)

    on_page(record_type, 3, swap)
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == truth(copy, record_type)


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
def test_records_created_meanwhile_come_along(record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(record_type, 2, lambda: copy.halo.create(record_type, 25))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert copy.ids(record_type) == truth(copy, record_type)


def test_deactivating_moves_nothing(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page("assets", 2, lambda: copy.halo.deactivate("assets", count=20))
    copy.halo.reset()
    report = copy.sync("assets")
    assert report["state"] == "succeeded"
    # Seven pages, the one that was believed to be the last twice, two to try the filter by date, one token: nothing
    # had to be mended.
    assert report["requests"] == 11


@pytest.mark.parametrize("record_type", [WITH_ID_LIST, WITHOUT])
@pytest.mark.parametrize("cap", [7, 50])
def test_another_page_size_in_the_middle_is_noticed(cap: int, record_type: str, copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(record_type, 3, lambda: copy.halo.turn(caps={record_type: cap}))
    report = copy.sync(record_type)
    assert report["state"] == "succeeded", report["problem"]
    assert report["steps"][record_type]["created"] == SIZES[record_type]
    assert copy.ids(record_type) == truth(copy, record_type)


def test_what_a_round_has_counted_is_not_counted_again(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    on_page(WITHOUT, 3, lambda: copy.halo.delete(WITHOUT, first_ids(copy, WITHOUT, 1)))
    step = copy.sync(WITHOUT)["steps"][WITHOUT]
    assert (step["expected"], step["fetched"], step["created"]) == (119, 120, 120)
    assert (step["deleted"], step["unchanged"], step["updated"]) == (1, 0, 0)
    assert copy.logged(subject="step")[0] == f"The list of {WITHOUT} moved while it was read; it is read once more."


def test_a_list_that_never_stands_still_is_amber_after_three_rounds(copy: Copy, on_page: OnPage) -> None:
    small_pages(copy)
    copy.halo.fault("repeated_page", on=WITHOUT, page=3, times=None)
    report = copy.sync(WITHOUT)
    assert report["state"] == "incomplete"
    assert SyncStep.get(SyncStep.run == report["run"]).round == 3
    assert copy.ids(WITHOUT, RecordState.DELETED) == set()


def test_a_listed_record_that_is_not_handed_out_is_named(copy: Copy) -> None:
    small_pages(copy)
    copy.halo.fault("repeated_page", on="assets", page=3, times=None)
    (hidden,) = sorted(truth(copy, "assets"))[40:41]
    copy.halo.fault("bad_ids", on=f"/api/asset/{hidden}", times=None)
    report = copy.sync("assets")
    assert report["state"] == "incomplete"
    assert report["problem"] == f"Halo lists assets {hidden}, but does not return them."


def test_a_count_that_lies_is_amber_although_all_that_is_named_is_here(copy: Copy) -> None:
    copy.halo.fault("lying_count", on="assets", size=7, times=None)
    report = copy.sync("assets")
    assert report["problem"] == "Halo counts 137 assets, but 130 arrived: 7 are missing."
    assert report["remedy"].endswith("All that Halo names in its list of ids are here.")
