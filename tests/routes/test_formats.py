"""How lengths of time are written."""

from __future__ import annotations

import pytest

from portal.routes.web.formats import about, counted, short, singular, span, wait


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "a few seconds"),
        (4.9, "a few seconds"),
        (5, "about 10 seconds"),
        (12, "about 20 seconds"),
        (50, "about 50 seconds"),
        (51, "about a minute"),
        (89, "about a minute"),
        (90, "about 2 minutes"),
        (660, "about 11 minutes"),
        (3600, "about 60 minutes"),
        (5400, "about 2 hours"),
        (36000, "about 10 hours"),
    ],
)
def test_what_is_not_known_exactly_is_written_in_words(seconds: float, words: str) -> None:
    assert about(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(8.4, "8 s"), (200, "3 min 20 s"), (660, "11 min"), (7500, "2 h 5 min"), (7200, "2 h"), (400000, "4 d")],
)
def test_what_was_measured_is_written_with_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0.0 s"), (0.44, "0.4 s"), (9.9, "9.9 s"), (9.97, "10 s"), (200, "3 min 20 s")]
)
def test_what_may_be_short_is_written_with_a_digit_more(seconds: float, words: str) -> None:
    assert short(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "10 seconds"),
        (31, "40 seconds"),
        (51, "1 minute"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (240, "4 minutes"),
        (5400, "2 hours"),
    ],
)
def test_a_wait_is_rounded_up(seconds: float, words: str) -> None:
    assert wait(seconds) == words


@pytest.mark.parametrize(
    ("record_type", "number", "words"),
    [("clients", 0, "0 clients"), ("clients", 1, "1 client"), ("opportunities", 1, "1 opportunity")],
)
def test_one_record_is_counted_in_the_singular(record_type: str, number: int, words: str) -> None:
    assert counted(record_type, number) == words
    assert counted(record_type, 2000) == f"2,000 {record_type}"


def test_a_record_is_named_in_the_singular() -> None:
    assert singular("assets") == "Asset"
