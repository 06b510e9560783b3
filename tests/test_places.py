"""Places for outbound calls that a page waits for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from portal import clock, guard, places
from portal.errors import AccountBusy, PortalBusy
from portal.outbound import Limits, OutboundClient, OutboundError, TransportFailure
from tests.servers import listening, silent


@pytest.fixture(autouse=True)
def fresh_places() -> Iterator[None]:
    places.bind(16)
    yield
    places.bind(places.DEFAULT_THREADS)


def in_another_thread(account_id: int, *, patience: float = 0.0) -> str:
    """Take a place as another request would, and say what came of it."""

    def take() -> str:
        try:
            with places.place(account_id, 1, patience=patience):
                return "place"
        except (AccountBusy, PortalBusy) as error:
            return type(error).__name__

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(take).result()


class Holding:
    """Takes a place in a thread of its own, and keeps it until `let_go`."""

    def __init__(self, account_id: int) -> None:
        self._entered, self._done = Event(), Event()
        self._pool = ThreadPoolExecutor(1)
        self._held = self._pool.submit(self._hold, account_id)
        assert self._entered.wait(5)

    def _hold(self, account_id: int) -> None:
        with places.place(account_id, 30, patience=0):
            self._entered.set()
            self._done.wait(30)

    def let_go(self) -> None:
        self._done.set()
        self._held.result()
        self._pool.shutdown()


def test_an_account_has_two_places_and_no_third() -> None:
    both = [Holding(1), Holding(1)]
    assert in_another_thread(1) == "AccountBusy"
    assert in_another_thread(2) == "place"
    both[0].let_go()
    assert in_another_thread(1) == "place"
    both[1].let_go()


def test_all_accounts_together_have_a_third_of_the_threads() -> None:
    taken = [Holding(account_id) for account_id in range(5)]
    assert in_another_thread(9) == "PortalBusy"
    for each in taken:
        each.let_go()
    assert in_another_thread(9) == "place"


def test_even_a_process_with_one_thread_has_a_place() -> None:
    places.bind(1)
    one = Holding(1)
    assert in_another_thread(2) == "PortalBusy"
    one.let_go()
    assert in_another_thread(2) == "place"


def test_a_place_that_gets_free_soon_is_waited_for() -> None:
    first, second = Holding(1), Holding(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(in_another_thread, 1, patience=30)
        first.let_go()
        assert waiting.result() == "place"
    second.let_go()


def test_a_place_is_free_again_when_its_block_fails() -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), places.place(1, 1, patience=0):
            raise ZeroDivisionError
    assert in_another_thread(1) == "place"


def test_a_place_within_a_place_takes_no_second_one_and_keeps_the_earlier_end() -> None:
    with ExitStack() as stack:
        stack.enter_context(places.place(1, 10, patience=0))
        outer = places.until()
        for _ in range(5):
            stack.enter_context(places.place(1, 60, patience=0))
        assert places.until() == outer
        with places.place(1, 1):
            assert places.until() < outer
        assert places.until() == outer
    assert places.until() == math.inf


@pytest.mark.parametrize("error", [AccountBusy(2), PortalBusy()])
def test_a_refusal_says_what_why_and_when(error: AccountBusy | PortalBusy) -> None:
    assert "waiting for" in error.problem
    assert "Try again in a few seconds." in error.remedy
    assert error.retry_after > 0


def test_all_calls_of_a_place_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    with listening(silent) as halo, places.place(1, 0.4), OutboundClient() as client:
        began = clock.monotonic()
        for _ in range(3):
            with pytest.raises(OutboundError) as stopped:
                client.get(halo.url, limits=Limits(seconds=15))
            assert stopped.value.failure == TransportFailure.TIMED_OUT
        assert clock.monotonic() - began < 5  # not three times fifteen
        assert client.calls == 1


def test_a_page_opens_no_door_without_a_place() -> None:
    entered = places.enter_page()
    try:
        with pytest.raises(RuntimeError, match="inside places"):
            OutboundClient()
        with places.place(1, 1), OutboundClient():
            pass
    finally:
        places.leave_page(entered)
    OutboundClient().close()
