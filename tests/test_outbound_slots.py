"""How many web requests may wait for other servers at once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from portal import clock, guard, outbound_slots
from portal.errors import AccountBusy, PortalBusy
from portal.outbound import CallLimits, OutboundClient, OutboundError, TransportFailure
from tests.servers import listening, silent


@pytest.fixture(autouse=True)
def fresh_slots() -> None:
    outbound_slots.bind(16)


def in_another_thread(account_id: int, *, patience: float = 0.0) -> str:
    """Take a slot as another request would; return "slot", or the name of the error."""

    def take() -> str:
        try:
            with outbound_slots.slot(account_id, 1, patience=patience):
                return "slot"
        except (AccountBusy, PortalBusy) as error:
            return type(error).__name__

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(take).result()


class Holding:
    """Takes a slot in its own thread and holds it until `let_go`."""

    def __init__(self, account_id: int) -> None:
        self._entered, self._done = Event(), Event()
        self._pool = ThreadPoolExecutor(1)
        self._held = self._pool.submit(self._hold, account_id)
        assert self._entered.wait(5)

    def _hold(self, account_id: int) -> None:
        with outbound_slots.slot(account_id, 30, patience=0):
            self._entered.set()
            self._done.wait(30)

    def let_go(self) -> None:
        self._done.set()
        self._held.result()
        self._pool.shutdown()


def test_an_account_has_two_slots() -> None:
    both = [Holding(1), Holding(1)]
    assert in_another_thread(1) == "AccountBusy"
    assert in_another_thread(2) == "slot"
    both[0].let_go()
    assert in_another_thread(1) == "slot"
    both[1].let_go()


def test_all_accounts_share_a_third_of_the_threads() -> None:
    taken = [Holding(account_id) for account_id in range(5)]
    assert in_another_thread(9) == "PortalBusy"
    for each in taken:
        each.let_go()
    assert in_another_thread(9) == "slot"


def test_even_a_process_with_one_thread_has_a_slot() -> None:
    outbound_slots.bind(1)
    one = Holding(1)
    assert in_another_thread(2) == "PortalBusy"
    one.let_go()
    assert in_another_thread(2) == "slot"


def test_a_request_waits_briefly_for_a_slot() -> None:
    first, second = Holding(1), Holding(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(in_another_thread, 1, patience=30)
        first.let_go()
        assert waiting.result() == "slot"
    second.let_go()


def test_a_slot_is_released_when_its_block_fails() -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), outbound_slots.slot(1, 1, patience=0):
            raise ZeroDivisionError
    assert in_another_thread(1) == "slot"


def test_a_nested_slot_takes_no_second_one_and_keeps_the_earlier_deadline() -> None:
    with ExitStack() as stack:
        stack.enter_context(outbound_slots.slot(1, 10, patience=0))
        outer = outbound_slots.until()
        for _ in range(5):
            stack.enter_context(outbound_slots.slot(1, 60, patience=0))
        assert outbound_slots.until() == outer
        with outbound_slots.slot(1, 1):
            assert outbound_slots.until() < outer
        assert outbound_slots.until() == outer
    assert outbound_slots.until() == math.inf


@pytest.mark.parametrize("error", [AccountBusy(2), PortalBusy()])
def test_a_refusal_says_what_why_and_when(error: AccountBusy | PortalBusy) -> None:
    assert "waiting for" in error.problem
    assert "Try again in a few seconds." in error.remedy
    assert error.retry_after > 0


def test_all_calls_in_a_slot_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    with listening(silent) as halo, outbound_slots.slot(1, 0.4), OutboundClient() as client:
        began = clock.monotonic()
        for _ in range(3):
            with pytest.raises(OutboundError) as stopped:
                client.get(halo.url, limits=CallLimits(seconds=15))
            assert stopped.value.failure == TransportFailure.TIMED_OUT
        assert clock.monotonic() - began < 5  # not three times fifteen
        assert client.calls == 1


def test_a_page_opens_no_client_without_a_slot() -> None:
    entered = outbound_slots.enter_page()
    try:
        with pytest.raises(RuntimeError, match="inside outbound_slots"):
            OutboundClient()
        with outbound_slots.slot(1, 1), OutboundClient():
            pass
    finally:
        outbound_slots.leave_page(entered)
    OutboundClient().close()
