"""Retry-After in all its formats."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.outbound import Response
from portal.psa.retry_after import LONGEST_WAIT_SECONDS, wait_seconds

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def waiting(retry_after: str | None, **headers: str) -> float | None:
    sent = headers if retry_after is None else {"retry-after": retry_after, **headers}
    with clock.using(lambda: NOON):
        return wait_seconds(Response(429, sent, b"", 0.0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("90", 90),
        (" 90 ", 90),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Monday, 23-Nov-26 12:01:30 GMT", 90),
        ("Mon Nov 23 12:01:30 2026", 90),
        ("Mon, 23 Nov 2026 13:01:30 +0100", 90),
    ],
)
def test_retry_after_may_be_seconds_or_a_date(text: str, seconds: float) -> None:
    assert waiting(text) == seconds


def test_a_date_is_read_by_halos_own_clock() -> None:
    slow = "Mon, 23 Nov 2026 11:50:00 GMT"
    assert waiting("Mon, 23 Nov 2026 11:51:00 GMT", date=slow) == 60


def test_without_a_valid_date_header_our_clock_is_used() -> None:
    assert waiting("Mon, 23 Nov 2026 12:01:00 GMT", date="noon") == 60


def test_a_past_date_means_now() -> None:
    assert waiting("Mon, 23 Nov 2026 11:00:00 GMT") == 0


@pytest.mark.parametrize("text", ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_long_waits_are_capped(text: str) -> None:
    assert waiting(text) == LONGEST_WAIT_SECONDS


@pytest.mark.parametrize("text", [None, "", "soon", "-5", "1.5", "٥", "Mon, 99 Nov 2026 12:00:00 GMT", "1e3", "0x10"])
def test_an_invalid_value_is_none(text: str | None) -> None:
    assert waiting(text) is None


DATE_LIKE = st.from_regex(
    r"[MTWFS][a-z]{2}, \d{1,9} (Nov|Dec) \d{1,9} \d{1,5}:\d\d:\d\d ([+-]\d{1,9}|GMT)", fullmatch=True
)


@given(st.text() | DATE_LIKE)
def test_any_text_is_parsed_without_an_error(text: str) -> None:
    seconds = waiting(text)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_SECONDS
