"""Runs PSA calls in threads, so that network reads overlap each other and the database writes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar

from portal import clock
from portal.outbound import UnansweredCall
from portal.psa.source import Source

Key = TypeVar("Key", bound=Hashable)

# More threads would not be faster under any PSA's limit, and each page of thousands of rows takes memory.
THREADS: Final = 3


def share(source: Source, *, refetching: bool) -> int:
    """Return how many requests a sync, or the refetching beside it, may send at once.

    If the PSA limits that, refetching gets one of them and the sync the others.
    """
    if source.requests_at_once is None:
        return THREADS
    return 1 if refetching else max(1, min(THREADS, source.requests_at_once - 1))


# Reads from the PSA: returns the result or raises PsaError.
PsaCall = Callable[[], Any]


@dataclass(frozen=True)
class Fetched:
    """The result of one call, which began at `asked_at` and took `requests` HTTP requests, some `unanswered`.

    `error` is set if the call raised instead of returning a value. `budget_left` is how many reserved requests were
    left when the engine received the result.
    """

    call: PsaCall
    asked_at: datetime
    value: Any
    requests: int
    error: Exception | None = None
    budget_left: int = 0
    unanswered: Sequence[UnansweredCall] = ()


class Fetcher(Generic[Key]):
    """A pool of threads for one run. Leaving the context waits for the calls in flight and drops their results."""

    def __init__(self, source: Source, threads: int = THREADS) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fetch")
        self._keys: dict[Future[Fetched], Key] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def in_flight(self) -> int:
        return len(self._keys)

    def submit(self, key: Key, call: PsaCall) -> None:
        self._keys[self._pool.submit(self._fetch, call)] = key

    def next(self, seconds: float, urgency: Callable[[Key], int]) -> tuple[Key, Fetched] | None:
        """Return the most urgent finished result, waiting up to `seconds` for the first one; None if none came."""
        if not self._keys:
            clock.sleep(seconds)
            return None
        done, _ = wait(self._keys, timeout=seconds, return_when=FIRST_COMPLETED)
        if not done:
            return None
        first = max(done, key=lambda each: urgency(self._keys[each]))
        return self._keys.pop(first), first.result()

    def _fetch(self, call: PsaCall) -> Fetched:
        asked_at, before = clock.now(), self._source.requests_here
        value: Any = None
        error: Exception | None = None
        try:
            value = call()
        except Exception as raised:  # noqa: BLE001  # raised again in the thread that submitted the call
            error = raised
        requests = self._source.requests_here - before
        return Fetched(call, asked_at, value, requests, error, unanswered=self._source.take_unanswered())
