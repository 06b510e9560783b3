"""Pages of a list without its deleted rows, for a server that cannot leave them out itself.

Pages from the server have ever fewer rows then, and some may have none at all, which would look like the end of the
list. So the rows are dealt out anew: every page but the last is full.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from portal.connectwise.pages import Row
from portal.connectwise.resources import PAGE_SIZE

KEPT_PAGES: Final = 2
NOTE: Final = "ConnectWise doesn't leave out deleted records itself, so Scopable did."


class ServerPage(NamedTuple):
    """The rows of one page that are not deleted. `may_continue` says whether another page may follow it."""

    rows: list[Row]
    may_continue: bool


class LivePages:
    """`ask` fetches a page of the server by its number; it raises PsaError. Thread-safe."""

    def __init__(self, ask: Callable[[int], ServerPage]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._restart()

    def page(self, number: int) -> list[Row]:
        """Return the rows of a page; none past the end. Raises PsaError."""
        with self._lock:
            if number == 1:
                self._restart()
            start, end = (number - 1) * PAGE_SIZE, number * PAGE_SIZE
            while not self._has_ended and sum(self._lengths) < end:
                self._read(len(self._lengths) + 1)
                if sum(self._lengths) <= start:
                    self._forget()
            rows = self._slice(start, end)
            self._forget()
            return rows

    def _restart(self) -> None:
        self._lengths: list[int] = []  # of the server's pages so far, without deleted rows
        self._kept: dict[int, list[Row]] = {}
        self._has_ended = False

    def _read(self, number: int) -> list[Row]:
        sent = self._ask(number)
        if number > len(self._lengths):
            self._lengths.append(len(sent.rows))
            self._has_ended = not sent.may_continue
        self._kept[number] = sent.rows
        return sent.rows

    def _forget(self) -> None:
        """Forget all but the last pages, which the next page of live rows may need."""
        for old in sorted(self._kept)[:-KEPT_PAGES]:
            del self._kept[old]

    def _slice(self, start: int, end: int) -> list[Row]:
        rows: list[Row] = []
        before = 0
        for number, length in enumerate(self._lengths, start=1):
            if before < end and before + length > start:
                found = self._kept.get(number)
                found = self._read(number) if found is None else found
                rows += found[max(0, start - before) : end - before]
            before += length
        return rows
