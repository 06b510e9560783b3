"""A round through a list that may change under the reader's hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.halo.pages import Page, row
from portal.sync.reading import MOST_BARREN, UNUSABLE, PageIds, Reading

MOST_REQUESTS = 200


@dataclass
class Halo:
    """A list of ids in order, cut into pages of `size`; `asked` are the pages that were asked for."""

    ids: list[int]
    size: int = 3
    asked: list[int] = field(default_factory=list)

    def page(self, number: int, **said: Any) -> Page:
        self.asked.append(number)
        assert len(self.asked) < MOST_REQUESTS, "read on and on"
        ids = self.ids[(number - 1) * self.size : number * self.size]
        return page(number, ids, **{"size": self.size, "total": len(self.ids), **said})


def page(number: int, ids: list[Any], *, size: int | None, total: int | None) -> Page:
    rows = [row("sites", b'{"id":%d}' % each if each != UNUSABLE else b'{"id":0,"n":%d}' % number) for each in ids]
    return Page(number, rows, size, total, "/api/Site", 200, 0.0, 0)


def read(halo: Halo, reading: Reading | None = None) -> Reading:
    reading = reading or Reading()
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number))
    return reading


@pytest.mark.parametrize(
    ("count", "asked"), [(0, [1]), (1, [1]), (3, [1]), (4, [2, 1]), (6, [2, 1]), (13, [5, 1, 2, 3, 4])]
)
def test_each_page_is_asked_for_once_the_last_one_first(count: int, asked: list[int]) -> None:
    halo = Halo(list(range(1, count + 1)))
    reading = read(halo, Reading(max(1, -(-count // 3))))
    assert halo.asked == asked
    assert (reading.is_sound, reading.ids) == (True, set(halo.ids))


@pytest.mark.parametrize(("count", "asked"), [(0, [1]), (3, [1]), (4, [1, 2, 1]), (13, [1, 5, 2, 3, 4, 1])])
def test_where_the_last_page_is_not_known_the_first_is_read_twice(count: int, asked: list[int]) -> None:
    halo = Halo(list(range(1, count + 1)))
    assert (read(halo).is_sound, halo.asked) == (True, asked)


@pytest.mark.parametrize(("believed", "asked"), [(3, [3, 5, 1, 2, 4, 3]), (9, [9, 5, 1, 2, 3, 4])])
def test_a_page_that_is_not_the_last_does_no_harm(believed: int, asked: list[int]) -> None:
    halo = Halo(list(range(1, 14)))
    reading = read(halo, Reading(believed))
    assert (reading.is_sound, reading.ids, halo.asked) == (True, set(halo.ids), asked)


def test_the_first_page_in_the_place_of_one_behind_the_end_is_not_taken_for_the_list() -> None:
    halo, reading = Halo(list(range(1, 14))), Reading(9)
    reading.take(page(9, [1, 2, 3], size=3, total=13))
    assert (read(halo, reading).is_sound, reading.ids) == (True, set(halo.ids))


@pytest.mark.parametrize("size", [3, None])
@pytest.mark.parametrize("believed", [None, 1, 3, 5, 9])
def test_a_list_that_is_not_counted_is_read_to_its_end(believed: int | None, size: int | None) -> None:
    halo, reading = Halo(list(range(1, 14))), Reading(believed)
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number, total=None, size=size))
    assert reading.ids == set(halo.ids)


def test_a_record_that_slips_forward_is_noticed_by_an_id_that_comes_twice() -> None:
    halo = Halo(list(range(1, 14)))
    reading = Reading(5)
    for _ in range(3):  # pages 5, 1 and 2
        number = reading.next_page()
        assert number is not None
        reading.take(halo.page(number))
    halo.ids.remove(2)
    halo.ids.append(99)  # so that even the count stays the same
    read(halo, reading)
    assert 7 not in reading.ids  # it went from the front of page 3 to the end of page 2
    assert reading.moved


def test_a_record_that_is_added_at_the_end_costs_one_request() -> None:
    halo = Halo([1, 2, 3, 4, 5, 6, 7])
    reading = Reading(3)
    reading.take(halo.page(3))
    reading.take(halo.page(1))
    halo.ids.append(8)
    read(halo, reading)
    assert halo.asked == [3, 1, 2, 3]
    assert (reading.is_sound, reading.ids) == (True, set(halo.ids))


def test_another_page_size_in_the_middle_ends_the_round() -> None:
    halo = Halo(list(range(1, 14)))
    reading = Reading()
    reading.take(halo.page(1))
    halo.size = 2
    number = reading.next_page()
    assert number is not None
    reading.take(halo.page(number))
    assert (reading.next_page(), reading.is_sound) == (None, False)


def test_a_page_of_one_row_that_repeats_for_ever_ends_soon() -> None:
    reading, asked = Reading(), 0
    while (number := reading.next_page()) is not None:
        asked += 1
        assert asked < MOST_REQUESTS
        reading.take(page(number, [7], size=1, total=130))
    assert asked <= 1 + 3 * MOST_BARREN
    assert not reading.is_sound


def test_rows_without_an_id_count_once_and_balance_the_books() -> None:
    halo = Halo([1, UNUSABLE, 3, 4, UNUSABLE, 6, 7])
    reading = read(halo)
    assert (reading.unusable, reading.is_sound) == (2, True)


@pytest.mark.parametrize("taken", range(1, 6))
def test_a_reading_that_is_resumed_goes_on_behind_its_pages(taken: int) -> None:
    halo, first = Halo(list(range(1, 14))), Reading(5)
    pages = []
    for _ in range(taken):
        number = first.next_page()
        assert number is not None
        rows = first.take(halo.page(number))
        pages.append(PageIds(number, [each.facts.remote_id for each in rows if each.facts]))
    halo.asked.clear()
    resumed = Reading.resumed(pages, last=5, total=first.total, size=first.size, moved=first.moved)
    read(halo, resumed)
    assert len(halo.asked) == 5 - taken
    assert (resumed.is_sound, resumed.ids) == (True, set(halo.ids))


CHANGES = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["create", "delete"]), st.integers(0, 40)), max_size=8
)


@settings(max_examples=500)
@given(count=st.integers(0, 30), size=st.integers(1, 7), changes=CHANGES, believed=st.none() | st.integers(1, 12))
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=None)
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=2)
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=1)
@example(count=3, size=1, changes=[(0, "create", 0), (0, "delete", 1)], believed=2)
def test_a_sound_round_has_missed_nothing_that_was_there_all_the_time(
    count: int, size: int, changes: list[tuple[int, str, int]], believed: int | None
) -> None:
    halo, reading, turn = Halo(list(range(1, count + 1)), size), Reading(believed), 0
    stayed = set(halo.ids)
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number))
        for when, what, which in changes:
            if when != turn:
                continue
            if what == "create":
                halo.ids.append(max(halo.ids, default=0) + 1)
            elif halo.ids:
                stayed.discard(halo.ids.pop(which % len(halo.ids)))
        turn += 1
    if reading.is_sound:
        assert stayed <= reading.ids


@given(count=st.integers(0, 40), size=st.integers(1, 9))
def test_a_list_that_stands_still_costs_as_many_requests_as_it_has_pages(count: int, size: int) -> None:
    halo, pages = Halo(list(range(1, count + 1)), size), max(1, -(-count // size))
    assert read(halo, Reading(pages)).is_sound
    assert len(halo.asked) == pages
