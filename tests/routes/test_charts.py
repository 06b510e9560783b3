"""Where the shapes of a chart stand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from portal.routes.web.charts import LEAST, WIDTH, bars, line, meter, top, top_seconds


def test_a_bar_is_stacked_from_the_bottom_up() -> None:
    (column,) = bars([{"created": 3, "updated": 0, "failed": 1}], height=100, highest=8)
    created, failed = column.rects
    assert (created.name, created.y, created.height) == ("created", 62.5, 37.5)
    assert (failed.name, failed.y + failed.height) == ("failed", created.y)


def test_bars_share_the_width_and_never_overlap() -> None:
    columns = bars([{"created": 1}] * 200, height=100, highest=1)
    assert columns[0].x == 0
    assert columns[-1].x + columns[-1].width == pytest.approx(WIDTH)
    edges = [(column.rects[0].x, column.rects[0].x + column.rects[0].width) for column in columns]
    assert all(first[1] < second[0] for first, second in pairwise(edges))


def test_something_small_is_still_seen_and_nothing_is_not() -> None:
    one, none = bars([{"failed": 1}, {"failed": 0}], height=100, highest=100_000)
    assert one.rects[0].height == LEAST
    assert none.rects == []
    assert bars([], height=100, highest=1) == []


def test_a_stack_of_small_parts_stays_inside_the_chart() -> None:
    (column,) = bars([{"a": 99_999, "b": 1, "c": 1}], height=10, highest=100_000)
    assert min(rect.y for rect in column.rects) >= 0


@pytest.mark.parametrize(
    ("values", "expected"), [([], 1), ([0], 1), ([1], 1), ([3], 5), ([5.1], 10), ([101], 200), ([0.3], 0.5)]
)
def test_a_chart_ends_at_a_round_number(values: list[float], expected: float) -> None:
    assert top(values) == pytest.approx(expected)


@pytest.mark.parametrize(("seconds", "expected"), [(0, 1), (3, 5), (60, 100), (61, 120), (700, 1200), (3601, 7200)])
def test_a_chart_of_durations_ends_at_round_seconds_minutes_or_hours(seconds: float, expected: float) -> None:
    assert top_seconds([seconds]) == expected


def test_a_line_runs_from_the_lowest_to_the_highest_value() -> None:
    assert line([5, 10], height=24, width=100) == "0.0,22.0 100.0,2.0"
    assert line([7, 7, 7], height=24, width=100) == "0.0,12.0 50.0,12.0 100.0,12.0"
    assert line([7], height=24, width=100) == "0.0,12.0 100.0,12.0"


def test_the_parts_of_a_meter_fill_it_in_proportion() -> None:
    stored, failed = meter({"stored": 750, "excluded": 0, "failed": 250}, height=8)
    assert (stored.x, stored.width, failed.x, failed.width) == (0, 750, 750, 250)
    assert meter({"used": 30}, height=8, whole=100)[0].width == 300
    assert meter({}, height=8) == []
    tiny = meter({"stored": 1_000_000, "failed": 1}, height=8)
    assert tiny[1].width > 1
    assert tiny[1].x + tiny[1].width <= WIDTH + 0.1
