"""Counts the requests that are under way at once."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Self


class Busy:
    def __init__(self) -> None:
        self._lock = Lock()
        self._now = 0

    def add(self, change: int) -> int:
        with self._lock:
            self._now += change
            return self._now


class UnderWay:
    """One request. It ends before its response is sent: the client may send the next one as soon as that arrives."""

    def __init__(self, busy: Busy) -> None:
        self._busy = busy
        self._ended = False
        self.at_once = 0

    def __enter__(self) -> Self:
        self.at_once = self._busy.add(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self._busy.add(-1)
