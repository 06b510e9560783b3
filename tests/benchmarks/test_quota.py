from __future__ import annotations

from typing import Any

from benchmarks.quota import LATENCY_SECONDS, calls_too_early


def call(time: float, retry_after: str | None = None) -> dict[str, Any]:
    return {"time": time, "retry_after": retry_after}


def test_a_call_before_retry_after_has_passed_is_too_early() -> None:
    assert calls_too_early([call(0), call(1, "10"), call(5), call(10.9)]) == 2


def test_a_call_after_it_is_not() -> None:
    assert calls_too_early([call(1, "10"), call(11), call(12)]) == 0


def test_what_had_left_before_the_answer_arrived_could_not_know() -> None:
    assert calls_too_early([call(1, "10"), call(1 + LATENCY_SECONDS / 2)]) == 0


def test_each_wait_is_known_from_its_own_answer_on() -> None:
    assert calls_too_early([call(1, "10"), call(20, "10"), call(20 + LATENCY_SECONDS / 2), call(21)]) == 1


def test_an_answer_to_such_a_call_makes_no_later_call_right() -> None:
    overtaking = 1 + LATENCY_SECONDS / 2
    assert calls_too_early([call(1, "10"), call(overtaking, "1"), call(1.2), call(5)]) == 2
