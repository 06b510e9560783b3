"""Lists that report a wrong count each time they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.models.sync import CountKind
from portal.sync.past_readings import PastReading
from portal.sync.reading import Reading
from tests.sync.paged_lists import DishonestHalo, read

COUNTS: dict[str, Callable[[int, int], int]] = {
    "one too few": lambda rows, _: max(rows - 1, 0),
    "always seven": lambda *_: 7,
    "always fifty": lambda *_: 50,
    "what was asked for": lambda *_: 1000,
    "pages": lambda rows, _: max(1, -(-rows // 25)),
    "more each time": lambda rows, request: rows + request,
    "fewer each time": lambda rows, request: max(rows - request, 0),
}


@pytest.mark.parametrize("size_told", ["asked", "granted", "nothing", "what came"])
@pytest.mark.parametrize("past_end", ["empty", "repeat", "repeat_last"])
@pytest.mark.parametrize("rows", [1, 24, 25, 26, 50, 51, 80, 175])
@pytest.mark.parametrize("count", COUNTS)
def test_no_wrong_count_ends_a_list_early_or_keeps_it_going(
    count: str, rows: int, past_end: str, size_told: str
) -> None:
    known = PastReading()
    for _ in range(3):
        halo = DishonestHalo(list(range(1, rows + 1)), 25, reported_size=size_told, past_end=past_end)
        reading = Reading(known)
        while (number := reading.next_page()) is not None:
            said = COUNTS[count](rows, len(halo.requested) + 1)
            reading.take(replace(halo.page(number), total=said))
        assert reading.seen.ids == set(halo.ids) or not reading.is_sound
        if reading.is_sound and reading.sizes.size:
            last = -(-reading.rows // reading.sizes.size)
            known = PastReading(last, reading.sizes.size, reading.expected, reading.conclude())


@pytest.mark.parametrize("past_end", ["empty", "repeat", "repeat_last"])
def test_a_reported_size_equal_to_the_rows_does_not_hide_the_usual_one(past_end: str) -> None:
    halo = DishonestHalo(list(range(1, 27)), 25, reported_size="what came", reported_count="total", past_end=past_end)
    reading = read(halo, Reading(PastReading(2, 25, 26, CountKind.TOTAL)))
    assert (reading.is_sound, halo.requested) == (True, [2, 1])
