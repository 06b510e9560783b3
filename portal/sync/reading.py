"""One round through a list: which page to ask for next, which rows are new, and whether the list stood still. Pure.

Pages are read in the order last, 1, 2, 3, … While rows are sorted by id, a record that is deleted moves all rows
behind it one place forward: some row slips onto a page that was read already and is missed. But then the pages read
later overlap with the last page, which was read first, and an id comes twice. So an id that repeats, or a count that
falls, tells that the list moved, without a single request more than it has pages. Only where nobody knows which page
is the last, or was wrong about it, some page is read before it, and once more at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from portal.sync.source import Page, Row

UNUSABLE: Final = -1  # stands for a row without a usable id wherever ids are listed
ASKED_AGAIN: Final = 2  # how often a page that brings nothing new is asked for again
MOST_BARREN: Final = 3  # so many such pages in a row: the list repeats itself


class PageIds(NamedTuple):
    """What a page that was taken held: its number, and the ids that counted there."""

    number: int
    ids: Sequence[int]


class Reading:
    """`ids` are those of this round, `unusable` counts rows that have none. `moved` tells that the list did not stand
    still; `total` and `size` are what the PSA last said. `last` is the number of the last page, as far as is known.
    """

    def __init__(self, last: int | None = None) -> None:
        self._hint = last
        self.ids: set[int] = set()
        self.unusable = 0
        self.total: int | None = None
        self.size: int | None = None
        self.moved = False
        self._done: set[int] = set()
        self._again: set[int] = set()
        self._early: list[int] = []
        self._is_tail_read = False
        self._tail_total: int | None = None
        self._cursor = 2
        self._end: int | None = None
        self._barren: dict[int, int] = {}
        self._spoiled: set[bytes] = set()
        self._stopped = False

    @classmethod
    def resumed(
        cls, pages: Iterable[PageIds], *, last: int | None, total: int | None, size: int | None, moved: bool
    ) -> Reading:
        """Go on behind the pages that were taken before."""
        reading = cls(last)
        reading.total, reading.size, reading.moved = total, size, moved
        for page in pages:
            reading.ids.update(each for each in page.ids if each != UNUSABLE)
            reading.unusable += sum(1 for each in page.ids if each == UNUSABLE)
            reading._note_place(page.number)
            reading._done.add(page.number)
        return reading

    @property
    def is_balanced(self) -> bool:
        """Tell whether as many rows arrived as the PSA counts."""
        return self.total is None or len(self.ids) + self.unusable == self.total

    @property
    def is_sound(self) -> bool:
        return self.is_balanced and not self.moved

    @property
    def pages_left(self) -> int:
        """Count the pages that are still to be asked for, as far as is known."""
        last = self.last
        return 1 if last is None else max(last - len(self._done), 0)

    @property
    def last(self) -> int | None:
        """Return the number of the last page, None while the PSA has not told enough."""
        if self.total is None or not self.size:
            return None
        last = max(1, -(-self.total // self.size))
        return last if self._end is None else max(1, min(last, self._end))

    def next_page(self) -> int | None:
        """Return the number of the page to ask for, None when the round is over."""
        if self._stopped:
            return None
        if not self._done and self._hint is not None:
            return self._hint
        last = self.last
        if last is not None and last not in self._done:
            return last
        if 1 not in self._done:
            return 1
        while self._cursor in self._done:
            self._cursor += 1
        end = self._end if last is None else last
        if end is None or self._cursor < end:
            return self._cursor
        return None if last is None else self._early_again() or self._tail(last)

    def take(self, page: Page) -> list[Row]:
        """Note a page and return its rows that this round has not had yet, those without a usable id too."""
        self._note_size(page)
        self._note_total(page)
        if self._is_behind_the_end(page):
            self._done.add(page.number)
            return []
        new, repeated = self._sorted_out(page.rows)
        if repeated and page.number not in self._again:
            self.moved = True
        spoiled = self._newly_spoiled(page.rows, is_new_page=bool(new))
        if not page.rows:
            self._end = page.number if self._end is None else min(self._end, page.number)
        elif not new and not spoiled and page.number not in self._again and self._is_to_repeat(page.number):
            return []
        self._finish(page)
        return [*new, *spoiled]

    def _is_behind_the_end(self, page: Page) -> bool:
        """Tell whether a page that was only believed to be the last is none: some Halos send the first one then."""
        last = self.last
        return last is not None and page.number > last and not self.ids

    def _note_place(self, number: int) -> None:
        """Note what the last page held, and which pages were read before it."""
        if self.last is not None and number >= self.last:
            self._is_tail_read = True
            self._tail_total = self.total
        elif not self._is_tail_read and number not in self._done:
            self._early.append(number)

    def _early_again(self) -> int | None:
        """Return a page once more that was read before the last one."""
        if not self._early:
            return None
        number = self._early.pop(0)
        self._again.add(number)
        return number

    def _tail(self, last: int) -> int | None:
        """Return the last page once more if records were added behind what it held."""
        if self.total is None or self._tail_total is None or self.total <= self._tail_total:
            return None
        self._again.add(last)
        return last

    def _note_size(self, page: Page) -> None:
        size = page.size or (len(page.rows) if page.number == 1 else None)
        if self.size is None:
            self.size = size
        elif page.size is not None and page.size != self.size and page.rows:
            # The pages so far and those to come are cut from the list in different places.
            self.size = page.size
            self.moved = self._stopped = True

    def _note_total(self, page: Page) -> None:
        if page.total is None:
            if page.size is not None and len(page.rows) < page.size:
                self._end = page.number
            return
        if self.total is not None and page.total < self.total:
            self.moved = True
        self.total = page.total

    def _sorted_out(self, rows: Sequence[Row]) -> tuple[list[Row], int]:
        new: list[Row] = []
        repeated = 0
        for row in rows:
            if row.facts is None:
                continue
            if row.facts.remote_id in self.ids:
                repeated += 1
                continue
            self.ids.add(row.facts.remote_id)
            new.append(row)
        return new, repeated

    def _newly_spoiled(self, rows: Sequence[Row], *, is_new_page: bool) -> list[Row]:
        """Keep the rows without a usable id, but not those of a page that is likely the same one sent again."""
        spoiled = [(row, hashlib.blake2b(row.payload, digest_size=16).digest()) for row in rows if row.facts is None]
        counted = [row for row, digest in spoiled if is_new_page or digest not in self._spoiled]
        self._spoiled.update(digest for _, digest in spoiled)
        self.unusable += len(counted)
        return counted

    def _is_to_repeat(self, number: int) -> bool:
        """Tell whether a page without anything new is to be asked for again; too many such pages end the round."""
        self.moved = True
        self._barren[number] = self._barren.get(number, 0) + 1
        if self._barren[number] <= ASKED_AGAIN:
            return True
        self._stopped = len(self._barren) >= MOST_BARREN
        return False

    def _finish(self, page: Page) -> None:
        self._note_place(page.number)
        self._done.add(page.number)
        self._again.discard(page.number)
