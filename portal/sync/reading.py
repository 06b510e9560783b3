"""One round through a list: which page to ask for next, which rows are new, and whether the list stood still. Pure.

Pages are read in the order last, 1, 2, 3, … While rows are sorted by id, a record that is deleted moves all rows
behind it one place forward: some row slips onto a page that was read already and is missed. But then the pages read
later overlap with the last page, which was read first, and an id comes twice. So an id that repeats, or a count that
falls, tells that the list moved, without a single request more than it has pages. Only where nobody knows which page
is the last, or was wrong about it, some page is read before it, and once more at the end.

Where the list ends is decided by rows. A page that is empty, or that repeats another one, proves the end. So does a
count, but only together with a page that is shorter than the ones before it, and when it was stated before the rows
that fill it had arrived, or when earlier readings have shown what it counts (portal/sync/reported_counts.py). A last
page that is full, and an only page that looks cut off, are followed in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from portal.models.sync import CountKind
from portal.psa.source import Page, Row
from portal.sync.page_sizes import PageSizes
from portal.sync.past_readings import Known, PageIds
from portal.sync.reported_counts import DISBELIEVED, Claims
from portal.sync.seen_rows import SeenRows, face, id_of

ASKED_AGAIN: Final = 2  # how often a page that brings nothing new is asked for again
MOST_BARREN: Final = 3  # so many such pages in a row: the list repeats itself
MOST_TAILS: Final = 5  # how often the last page is read once more: the list, or only its count, goes on growing
ROUND_CAP: Final = 50  # page sizes that servers settle on are multiples of it


class Reading:
    """`seen` are the rows of this round. `moved` tells that the list did not stand still. `sizes` is what its pages
    show of their size, `claims` what the PSA says of its length. A round that is patient goes on where pages turn out
    to be uneven, instead of beginning anew.
    """

    def __init__(self, known: Known | None = None, *, is_patient: bool = False) -> None:
        self.known = known or Known()
        self.claims = Claims(self.known.count_kind)
        self.seen = SeenRows()
        self.sizes = PageSizes(self.known.size)
        self._is_patient = is_patient
        self._moved = False
        self._done: set[int] = set()
        self._again: set[int] = set()
        self._early: list[int] = []
        self._is_tail_read = False
        self._tail_total: int | None = None
        self._cursor = 2
        self._end: int | None = None  # the number of the first page that was proved to be behind the list
        self._barren: dict[int, int] = {}
        self._faces: dict[tuple[int, ...], int] = {}
        self._stopped = False
        self._has_begun = False
        self._tails = 0

    @classmethod
    def resumed(
        cls, pages: Sequence[PageIds], *, known: Known, total: int | None, moved: bool, is_patient: bool = False
    ) -> Reading:
        """Go on behind the pages that were taken before; `known.count_kind` is what this run has found of it."""
        reading = cls(known, is_patient=is_patient)
        reading.claims = Claims(known.count_kind, total)
        reading._moved = moved
        numbers = [page.number for page in pages]
        reading._has_begun = bool(numbers)
        for page in pages:
            reading.seen.resume(page.ids)
            if page.ids:
                reading.sizes.take(page.number, len(page.ids), total=total)
                reading._note_place(page.number)
            elif page.number >= max(numbers):
                reading._ends_before(page.number)
            reading._done.add(page.number)
            reading._faces.setdefault(face(page.ids), page.number)
        return reading

    @property
    def rows(self) -> int:
        return len(self.seen)

    @property
    def moved(self) -> bool:
        is_uneven = self.sizes.is_uneven and not self._is_all_that_was_counted
        return self._moved or self.claims.has_fallen or self._has_lost_its_place or is_uneven

    @property
    def _has_lost_its_place(self) -> bool:
        return self.sizes.is_uneven and not self._is_patient

    @property
    def expected(self) -> int | None:
        """Return how many rows the PSA has: as it counts them, or else as the proved end of the list tells."""
        stated = self.claims.stated
        if stated is not None and stated >= self.rows:
            return stated
        return self.rows if self._is_at_the_end() else stated

    @property
    def is_reconciled(self) -> bool:
        """Tell whether everything arrived that the PSA has."""
        return self.rows == self.expected

    @property
    def is_sound(self) -> bool:
        return self.is_reconciled and not self.moved

    @property
    def pages_left(self) -> int:
        """Count the pages that are still to be asked for, as far as is known."""
        last = self.last
        return 1 if last is None else max(last - len(self._done), 0)

    @property
    def last(self) -> int | None:
        """Return the number of the last page, None while too little is known."""
        total = self.claims.total
        if total is None or not self.sizes.size:
            return None
        last = max(1, -(-total // self.sizes.size))
        return last if self._end is None else max(1, min(last, self._end))

    def next_page(self) -> int | None:
        """Return the number of the page to ask for, None when the round is over."""
        if self._stopped:
            return None
        if not self._has_begun and self.known.last is not None:
            return self.known.last
        last = self.last
        if last is not None and last not in self._done:
            return last
        if 1 not in self._done:
            return 1
        while self._cursor in self._done:
            self._cursor += 1
        if last is not None and self._cursor < last:
            return self._cursor
        if self._is_at_the_end():
            return self._early_again() or self._tail()
        return self._tail() or self._cursor

    def take(self, page: Page) -> list[Row]:
        """Note a page and return its rows that this round has not had yet, those without a usable id too."""
        was_begun, self._has_begun = self._has_begun, True
        if not was_begun and self._is_behind_the_end(page):  # otherwise it will be asked for again
            self.claims.take(page.total, on_page=0, arrived=0, is_new=False)
            self._fit(page)
            return []
        fresh, repeated = self.seen.take(page.rows)
        brings = bool(fresh)
        self.claims.take(page.total, on_page=len(page.rows), arrived=self.rows, is_new=brings)
        if brings:
            self.sizes.take(page.number, len(page.rows), claimed=page.size, total=self.claims.total)
            self._stopped = self._has_lost_its_place
        elif not page.rows:
            self._fit(page)
        if repeated and brings and page.number not in self._again:
            self._moved = True
        if not page.rows:
            if self._is_to_repeat_an_empty(page.number):
                return []
            self._ends_before(page.number)
        elif not brings and page.number not in self._again and self._is_to_repeat(page):
            return []
        self._finish(page)
        return fresh

    def has_taken(self, number: int) -> bool:
        """Tell whether the page is done with; one that brought nothing may be asked for again."""
        return number in self._done

    def conclude(self) -> CountKind:
        """Say what the list's counts mean, once the round is over."""
        if self.is_sound:
            self.claims.conclude(self.rows)
        return self.claims.kind

    def _is_at_the_end(self) -> bool:
        """Tell whether nothing can come behind the pages that were taken."""
        if self._end is not None and all(number in self._done for number in range(1, self._end)):
            return True
        last = self.last
        if last is None or any(number not in self._done for number in range(1, last + 1)):
            return False
        if self._moved or self.claims.has_fallen:  # the round counts for nothing, so its end need not be proved
            return True
        if last == 1:
            return self.rows == self.claims.total and not self._looks_cut_off()
        return self._is_all_that_was_counted and self.sizes.ends_short

    @property
    def _is_all_that_was_counted(self) -> bool:
        """Tell whether a count that is to be relied on says so: one that only earlier readings have shown to be true
        is not, where there are fewer rows than before.
        """
        is_reliable = self.claims.was_ahead or self.rows >= (self.known.rows or 0)
        return self.rows == self.claims.total and self.claims.kind == CountKind.TOTAL and is_reliable

    def _looks_cut_off(self) -> bool:
        """Tell whether the only page may be the first of several: as long as asked for, of some round length, or with
        fewer rows than the list had before.
        """
        if self.rows in (self.sizes.claimed, self.known.size) or self.rows < (self.known.rows or 0):
            return True
        is_untried = self.known.count_kind == CountKind.UNKNOWN
        return bool(self.rows) and (self.rows % ROUND_CAP == 0 or is_untried)

    def _is_behind_the_end(self, page: Page) -> bool:
        """Tell whether a page that was only believed to be the last is none: some PSAs send the first one then."""
        if self.rows or page.total is None or self.claims.kind in DISBELIEVED:
            return False
        size = min(page.size or len(page.rows), self.known.size or len(page.rows))
        return bool(size) and page.number > max(1, -(-page.total // size)) and len(page.rows) < page.total

    def _note_place(self, number: int) -> None:
        """Note what the last page held, and which pages were read before it."""
        if self.last is not None and number >= self.last:
            self._is_tail_read = True
            self._tail_total = self.claims.total
        elif not self._is_tail_read and number not in self._done and self.claims.total is not None:
            self._early.append(number)

    def _early_again(self) -> int | None:
        """Return a page once more that was read before the last one."""
        if not self._early:
            return None
        number = self._early.pop(0)
        self._again.add(number)
        return number

    def _tail(self) -> int | None:
        """Return the last page once more if records were added behind what it held."""
        last, total = self.last, self.claims.total
        has_grown = total is not None and self._tail_total is not None and total > self._tail_total
        if last is None or not has_grown or self._tails == MOST_TAILS:
            return None
        self._tails += 1
        self._again.add(last)
        return last

    def _fit(self, page: Page) -> None:
        """Reckon with the size that an answer without rows has told, where it is the one that was seen before."""
        if page.size == self.known.size:
            self.sizes.fit(page.size)

    def _is_to_repeat_an_empty(self, number: int) -> bool:
        """Tell whether an empty page is to be asked for again, because there should be rows."""
        should_be = max(self.claims.total or 0, self.known.rows or 0)
        return self.rows < should_be and self._tries_again(number, most=1)

    def _is_to_repeat(self, page: Page) -> bool:
        """Tell whether a page without anything new is to be asked for again; too many such pages end the round."""
        twin = self._faces.get(face([id_of(row) for row in page.rows]))
        if twin is not None and twin > page.number:
            # It had sent this one, for it is behind the end, or by mistake, or rows have moved: it is read again.
            self._moved = self._moved or (self.claims.total is not None and twin <= (self.last or 0))
            self._done.discard(twin)
            self.sizes.move(twin, to=page.number)
            self._faces[face([id_of(row) for row in page.rows])] = page.number
            return False
        total = self.claims.total
        if total is None:
            is_behind_a_short_one = self.sizes.is_short(page.number - 1, self.known.size)
            is_plain = twin == 1 < page.number - 1 or is_behind_a_short_one or self.rows == self.known.rows
            if is_plain or not self._tries_again(page.number, most=1):
                self._ends_before(page.number)
                return False
            return True
        if self.rows >= total or page.number > (self.last or 0):
            self._ends_before(page.number)
            return False
        self._moved = True
        if self._tries_again(page.number, most=ASKED_AGAIN):
            return True
        self._stopped = len(self._barren) >= MOST_BARREN
        return False

    def _tries_again(self, number: int, *, most: int) -> bool:
        self._barren[number] = self._barren.get(number, 0) + 1
        return self._barren[number] <= most and len(self._barren) <= MOST_BARREN

    def _ends_before(self, number: int) -> None:
        self._end = number if self._end is None else min(self._end, number)

    def _finish(self, page: Page) -> None:
        if page.rows:
            self._note_place(page.number)
        self._done.add(page.number)
        self._again.discard(page.number)
        self._faces.setdefault(face([id_of(row) for row in page.rows]), page.number)
