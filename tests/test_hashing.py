"""Password hashes have limited concurrency, and requests that find no slot fail within seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from portal import hashing
from portal.errors import HashingBusy
from portal.hashing import AT_ONCE, MOST_STRANGERS_WAITING, MOST_WAITING, Slots
from tests.processes.waiting import until


class Crowd:
    """Threads that hold the slots, and threads that wait for one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.go = threading.Event()
        self.pool = ThreadPoolExecutor(40)
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def add(self, how_many: int, *, strangers: bool) -> None:
        for _ in range(how_many):
            self.pool.submit(self._come, strangers=strangers)

    def _come(self, *, strangers: bool) -> None:
        with ExitStack() as stack:
            if strangers:
                stack.enter_context(hashing.for_stranger())
            stack.enter_context(self.slots.one())
            with self._lock:
                self.inside += 1
                self.most_inside = max(self.most_inside, self.inside)
            self.go.wait(10)
            with self._lock:
                self.inside -= 1


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd(Slots(patience=10))
    yield crowd
    crowd.go.set()
    crowd.pool.shutdown()
    assert crowd.most_inside == AT_ONCE


def test_at_most_two_hashes_run_at_once(crowd: Crowd) -> None:
    crowd.add(AT_ONCE + 5, strangers=False)
    until(lambda: crowd.inside == AT_ONCE and crowd.slots._waiting == 5, "five to wait")


def test_strangers_leave_room_for_known_devices(crowd: Crowd) -> None:
    crowd.add(AT_ONCE + 30, strangers=True)
    until(lambda: crowd.slots._waiting == MOST_STRANGERS_WAITING, "strangers to wait")
    with hashing.for_stranger(), pytest.raises(HashingBusy), crowd.slots.one():
        pass
    crowd.add(MOST_WAITING, strangers=False)
    until(lambda: crowd.slots._waiting == MOST_WAITING, "others to wait")
    with pytest.raises(HashingBusy) as caught, crowd.slots.one():
        pass
    assert caught.value.status == 503
    assert caught.value.retry_after > 0


def test_nobody_waits_longer_than_a_few_seconds() -> None:
    slots = Slots(at_once=1, patience=0.01)
    with slots.one(), pytest.raises(HashingBusy):
        slots._wait()
    with slots.one():
        assert slots._waiting == 0


def test_a_failed_hash_releases_its_slot() -> None:
    context = hashing.BoundedContext(["argon2"])
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ValueError, match="hash"):
            context.verify("x", "no hash at all")
