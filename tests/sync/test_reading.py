"""A round through a list that may change while it is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.models.sync import CountKind
from portal.sync.past_readings import PastReading
from portal.sync.reading import MAX_USELESS_PAGES, Reading
from portal.sync.seen_rows import NO_ID
from tests.sync.paged_lists import MAX_REQUESTS, DishonestHalo, Halo, page, read


@pytest.mark.parametrize(
    ("count", "requested"), [(0, [1]), (1, [1]), (3, [1, 2]), (4, [2, 1]), (6, [2, 1, 3]), (13, [5, 1, 2, 3, 4])]
)
def test_each_page_is_read_once_starting_with_the_last(count: int, requested: list[int]) -> None:
    halo = Halo(list(range(1, count + 1)))
    reading = read(halo, Reading(PastReading(max(1, -(-count // 3)), count_kind=CountKind.TOTAL)))
    assert halo.requested == requested
    assert (reading.is_sound, reading.seen.ids) == (True, set(halo.ids))


@pytest.mark.parametrize(("count", "requested"), [(0, [1]), (3, [1, 2]), (4, [1, 2, 1]), (13, [1, 5, 2, 3, 4, 1])])
def test_if_the_last_page_is_unknown_the_first_is_read_twice(count: int, requested: list[int]) -> None:
    halo = Halo(list(range(1, count + 1)))
    assert (read(halo).is_sound, halo.requested) == (True, requested)


@pytest.mark.parametrize(("believed", "requested"), [(3, [3, 5, 1, 2, 4, 3]), (9, [9, 5, 1, 2, 3, 4])])
def test_starting_with_a_page_that_is_not_the_last_does_no_harm(believed: int, requested: list[int]) -> None:
    halo = Halo(list(range(1, 14)))
    reading = read(halo, Reading(PastReading(believed, 3)))
    assert (reading.is_sound, reading.seen.ids, halo.requested) == (True, set(halo.ids), requested)


def test_the_first_page_sent_for_one_past_the_end_is_recognised() -> None:
    halo, reading = Halo(list(range(1, 14))), Reading(PastReading(9))
    reading.take(page(9, [1, 2, 3], size=3, total=13))
    assert (read(halo, reading).is_sound, reading.seen.ids) == (True, set(halo.ids))


@pytest.mark.parametrize("size", [3, None])
@pytest.mark.parametrize("believed", [None, 1, 3, 5, 9])
def test_a_list_that_is_not_counted_is_read_to_its_end(believed: int | None, size: int | None) -> None:
    halo, reading = Halo(list(range(1, 14))), Reading(PastReading(believed))
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number, total=None, size=size))
    assert reading.seen.ids == set(halo.ids)


def test_a_record_that_slips_forward_is_noticed_by_a_repeated_id() -> None:
    halo = Halo(list(range(1, 14)))
    reading = Reading(PastReading(5))
    for _ in range(3):  # pages 5, 1 and 2
        number = reading.next_page()
        assert number is not None
        reading.take(halo.page(number))
    halo.ids.remove(2)
    halo.ids.append(99)  # so that even the count stays the same
    read(halo, reading)
    assert 7 not in reading.seen.ids  # it went from the front of page 3 to the end of page 2
    assert reading.moved


def test_a_record_that_is_added_at_the_end_costs_one_request() -> None:
    halo = Halo([1, 2, 3, 4, 5, 6, 7])
    reading = Reading(PastReading(3))
    reading.take(halo.page(3))
    reading.take(halo.page(1))
    halo.ids.append(8)
    read(halo, reading)
    assert halo.requested == [3, 1, 2, 3]
    assert (reading.is_sound, reading.seen.ids) == (True, set(halo.ids))


def test_a_page_size_that_changes_midway_ends_the_round() -> None:
    halo = Halo(list(range(1, 14)))
    reading = Reading()
    reading.take(halo.page(1))
    halo.size = 2
    read(halo, reading)
    assert (halo.requested, reading.is_sound) == ([1, 5, 2], False)


def test_a_single_row_page_that_repeats_forever_ends_soon() -> None:
    reading, requested = Reading(), 0
    while (number := reading.next_page()) is not None:
        requested += 1
        assert requested < MAX_REQUESTS
        reading.take(page(number, [7], size=1, total=130))
    assert requested <= 1 + 3 * MAX_USELESS_PAGES
    assert not reading.is_sound


def test_rows_without_an_id_count_once_and_are_reconciled() -> None:
    halo = Halo([1, NO_ID, 3, 4, NO_ID, 6, 7])
    reading = read(halo)
    assert (reading.seen.unusable, reading.is_sound) == (2, True)


CHANGES = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["create", "delete"]), st.integers(0, 40)), max_size=8
)


@settings(max_examples=500)
@given(count=st.integers(0, 30), size=st.integers(1, 7), changes=CHANGES, believed=st.none() | st.integers(1, 12))
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=None)
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=2)
@example(count=2, size=1, changes=[(0, "create", 0), (0, "delete", 0)], believed=1)
@example(count=3, size=1, changes=[(0, "create", 0), (0, "delete", 1)], believed=2)
def test_a_sound_round_misses_no_row_that_was_there_throughout(
    count: int, size: int, changes: list[tuple[int, str, int]], believed: int | None
) -> None:
    halo, reading, turn = Halo(list(range(1, count + 1)), size), Reading(PastReading(believed)), 0
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
        assert stayed <= reading.seen.ids


@given(count=st.integers(0, 40), size=st.integers(1, 9))
def test_a_stable_list_costs_one_request_per_page(count: int, size: int) -> None:
    halo, pages = Halo(list(range(1, count + 1)), size), max(1, -(-count // size))
    assert read(halo, Reading(PastReading(pages, count_kind=CountKind.TOTAL))).is_sound
    assert len(halo.requested) == pages + (count > 0 and count % size == 0)


@settings(max_examples=600)
@given(
    count=st.integers(0, 60),
    size=st.integers(1, 12),
    reported_size=st.sampled_from(["asked", "granted", "nothing"]),
    reported_count=st.sampled_from(["total", "page", "nothing"]),
    past_end=st.sampled_from(["empty", "repeat", "repeat_last"]),
    known=st.sampled_from(["nothing", "the truth", "a longer list", "a shorter list"]),
)
def test_the_whole_list_is_read_whatever_it_reports(
    count: int, size: int, reported_size: str, reported_count: str, past_end: str, known: str
) -> None:
    halo = DishonestHalo(list(range(1, count + 1)), size, [], 1000, reported_size, reported_count, past_end)
    kind = {"total": CountKind.TOTAL, "page": CountKind.PAGE, "nothing": CountKind.NONE}[reported_count]
    rows = {"the truth": count, "a longer list": count + 20, "a shorter list": max(count - 20, 1)}.get(known)
    pages = max(1, -(-count // size))
    before = PastReading() if rows is None else PastReading(max(1, -(-rows // size)), size, rows, kind)
    reading = read(halo, Reading(before))
    assert (reading.seen.ids, reading.is_sound, reading.expected) == (set(halo.ids), True, count)
    if known == "the truth" and past_end == "empty":
        assert len(halo.requested) <= pages + 1
        assert reading.conclude() == kind or count <= size
        if reported_count == "total" and (pages > 1 or count % 50):
            assert len(halo.requested) == pages + (count > 0 and count % size == 0)


@pytest.mark.parametrize("reported_count", ["nothing", "page"])
def test_a_list_of_nine_hundred_in_pages_of_fifty_costs_one_extra_request(reported_count: str) -> None:
    halo = DishonestHalo(list(range(1, 901)), 50, reported_count=reported_count)
    reading = read(halo)
    assert (len(reading.seen.ids), reading.is_sound, halo.requested) == (900, True, list(range(1, 20)))


def test_an_echoed_page_size_is_ignored_if_the_count_contradicts_it() -> None:
    halo = DishonestHalo(list(range(1, 901)), 50, reported_count="total")
    reading = read(halo)
    assert (len(reading.seen.ids), reading.is_sound, reading.sizes.largest) == (900, True, 50)
    assert halo.requested == [1, 18, *range(2, 18), 19, 1]


def test_a_count_that_contradicts_the_rows_is_ignored() -> None:
    """Halo counts too few for a reason of its own: rows decide."""
    halo, reading = Halo(list(range(1, 14))), Reading()
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number, total=5))
    assert (reading.seen.ids, reading.is_sound, reading.expected) == (set(halo.ids), True, 13)
    assert reading.conclude() == CountKind.WRONG


def test_a_count_above_the_rows_leaves_the_list_incomplete() -> None:
    halo, reading = Halo(list(range(1, 14))), Reading()
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number, total=20))
    assert (reading.seen.ids, reading.is_sound, reading.expected) == (set(halo.ids), False, 20)


def test_uneven_pages_are_read_to_the_end_by_a_patient_round() -> None:
    thinned, reading = {1: [1, 2, 4], 2: [5, 6], 3: [8, 9, 11], 4: [12]}, Reading(is_patient=True)
    while (number := reading.next_page()) is not None:
        reading.take(page(number, thinned.get(number, []), size=4, total=9))
    assert (len(reading.seen.ids), reading.is_sound) == (9, True)


def test_an_empty_page_is_fetched_again_if_rows_are_expected() -> None:
    halo, reading = Halo(list(range(1, 14))), Reading(PastReading(5, 3, 13, CountKind.NONE))
    has_failed = False
    while (number := reading.next_page()) is not None:
        fails, has_failed = number == 3 and not has_failed, has_failed or number == 3
        reading.take(page(number, [], size=3, total=None) if fails else halo.page(number, total=None))
    assert (reading.seen.ids, reading.is_sound) == (set(halo.ids), True)
