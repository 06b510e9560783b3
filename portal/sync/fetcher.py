"""Fetching while others are being written: each stream has one question under way, and the answers wait in a list."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar

from portal import clock
from portal.psa.source import Source

Key = TypeVar("Key", bound=Hashable)

# More at once would not be quicker under any limit that a PSA has, and each page of thousands of rows takes memory.
THREADS: Final = 3

# A question to the PSA: reads, and returns what came or raises PsaError.
Ask = Callable[[], Any]


@dataclass(frozen=True)
class Answer:
    """What came of a question that was asked at `asked_at`.

    `requests` counts the calls that it took, `error` is what was raised instead.
    """

    question: Ask
    asked_at: datetime
    value: Any
    requests: int
    error: Exception | None = None


class Fetcher(Generic[Key]):
    """Leaving it waits for what is under way, and forgets it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="fetch")
        self._asked: dict[Future[Answer], Key] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def under_way(self) -> int:
        return len(self._asked)

    def ask(self, key: Key, question: Ask) -> None:
        self._asked[self._pool.submit(self._answer, question)] = key

    def next(self, seconds: float, urgency: Callable[[Key], int]) -> tuple[Key, Answer] | None:
        """Return the most urgent answer that is there, or the first that comes; None after so many seconds."""
        if not self._asked:
            clock.sleep(seconds)
            return None
        done, _ = wait(self._asked, timeout=seconds, return_when=FIRST_COMPLETED)
        if not done:
            return None
        first = max(done, key=lambda each: urgency(self._asked[each]))
        return self._asked.pop(first), first.result()

    def _answer(self, question: Ask) -> Answer:
        asked_at, before = clock.now(), self._source.requests_here
        try:
            value = question()
        except Exception as error:  # noqa: BLE001  # it is raised again in the thread that asked
            return Answer(question, asked_at, None, self._source.requests_here - before, error)
        return Answer(question, asked_at, value, self._source.requests_here - before)
