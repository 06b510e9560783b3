"""Attempts are counted before they are checked, for all threads and processes at once, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock, db
from portal.errors import TooManyAttempts
from portal.models.guessing import GuessCount
from portal.services.accounts import attempts
from portal.services.accounts.attempts import Limit
from portal.services.operations import retention
from tests.postgres import database

__all__ = ["database"]

EIGHT = Limit(8, 300)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("database")


def test_no_more_than_the_limit_is_tried() -> None:
    for _ in range(8):
        attempts.attempt({"ada": EIGHT})
    with pytest.raises(TooManyAttempts):
        attempts.attempt({"ada": EIGHT})


def test_of_forty_at_once_eight_are_tried() -> None:
    def tried(_: int) -> bool:
        with db.connected():
            try:
                attempts.attempt({"ada": EIGHT, "192.0.2.1": Limit(100, 60)})
            except TooManyAttempts:
                return False
            return True

    with clock.using(lambda: NOON), ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(tried, range(40))) == 8
        assert attempts.level("192.0.2.1", Limit(100, 60)) == 8


def test_a_refusal_tells_when_the_next_attempt_is_possible_and_keeps_its_word() -> None:
    with clock.using(lambda: NOON):
        for _ in range(8):
            attempts.attempt({"ada": EIGHT})
        with pytest.raises(TooManyAttempts) as caught:
            attempts.attempt({"ada": EIGHT})
    after = NOON + timedelta(seconds=caught.value.retry_after)
    with clock.using(lambda: after - timedelta(seconds=1)), pytest.raises(TooManyAttempts):
        attempts.attempt({"ada": EIGHT})
    with clock.using(lambda: after):
        attempts.attempt({"ada": EIGHT})


def test_what_is_refused_counts_nowhere() -> None:
    for _ in range(8):
        attempts.attempt({"ada": EIGHT})
    with pytest.raises(TooManyAttempts):
        attempts.attempt({"ada": EIGHT, "another key": EIGHT, "Zoe": EIGHT})
    assert attempts.level("another key", EIGHT) == attempts.level("Zoe", EIGHT) == 0


def test_a_right_attempt_is_given_back_exactly() -> None:
    with clock.using(lambda: NOON):
        for _ in range(7):
            attempts.attempt({"ada": EIGHT})
        for _ in range(20):
            attempts.succeeded(attempts.attempt({"ada": EIGHT}))
        assert attempts.level("ada", EIGHT) == 7
        attempts.attempt({"ada": EIGHT})
        with pytest.raises(TooManyAttempts):
            attempts.attempt({"ada": EIGHT})


def test_a_limit_that_only_measures_never_refuses() -> None:
    most = Limit(5, 300, refuses=False)
    for _ in range(9):
        attempts.attempt({"ada": most})
    assert attempts.level("ada", most) == 9
    attempts.cap("ada", most)
    assert attempts.level("ada", most) == 5


def test_a_key_that_waited_may_try_once() -> None:
    with clock.using(lambda: NOON), pytest.raises(TooManyAttempts) as caught:
        attempts.wait_first("ada from here", 30)
    assert caught.value.retry_after == 30
    with clock.using(lambda: NOON + timedelta(seconds=20)), pytest.raises(TooManyAttempts) as caught:
        attempts.wait_first("ada from here", 60)
    assert caught.value.retry_after == 10
    with clock.using(lambda: NOON + timedelta(seconds=30)):
        attempts.wait_first("ada from here", 60)
        with pytest.raises(TooManyAttempts):
            attempts.wait_first("ada from here", 60)


def test_nobody_waits_longer_because_somebody_else_waits() -> None:
    with clock.using(lambda: NOON):
        for each in ("ada from here", *(f"ada from {number}" for number in range(50))):
            with pytest.raises(TooManyAttempts):
                attempts.wait_first(each, 60)
    with clock.using(lambda: NOON + timedelta(seconds=60)):
        attempts.wait_first("ada from here", 60)


def test_a_key_that_comes_back_late_waits_again() -> None:
    with clock.using(lambda: NOON), pytest.raises(TooManyAttempts):
        attempts.wait_first("ada from here", 30)
    late = NOON + timedelta(seconds=31 + attempts.TURN_SECONDS)
    with clock.using(lambda: late), pytest.raises(TooManyAttempts) as caught:
        attempts.wait_first("ada from here", 30)
    assert caught.value.retry_after == 30


def test_attempts_that_no_longer_count_are_deleted() -> None:
    with clock.using(lambda: NOON):
        attempts.attempt({"ada": EIGHT, "grace": Limit(1, 3600)})
    with clock.using(lambda: NOON + timedelta(minutes=5)):
        assert retention.prune()["attempts"] == 1
    assert GuessCount.select().count() == 1


def test_a_key_is_not_readable_in_the_table() -> None:
    attempts.attempt({"typed@by.a.stranger.example": EIGHT})
    assert "stranger" not in str(list(GuessCount.select().dicts()))
