"""One round through a list: which page to fetch next, which rows are new, and whether the list moved. Pure.

Pages are read in the order last, 1, 2, 3, … Rows are sorted by id, so deleting a record moves all later rows one
place forward: one of them slips onto a page that was already read, and is missed. But then a later page overlaps with
the last page, which was read first, and an id repeats. So a repeated id, or a falling count, reveals that the list
moved, at no extra request. Only if the last page is not known in advance, or was guessed wrong, is some page read
before it; that page is read again at the end.

Rows decide where the list ends. An empty page, or one that repeats another page, proves the end. A count proves it
only together with a page that is shorter than those before it, and only if it was reported before that many rows had
arrived or earlier readings showed what it counts (portal/sync/reported_counts.py). A full last page, and a single
page that looks cut off, never prove the end: the next page is always read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from portal.models.sync import CountKind
from portal.psa.source import Page, Row
from portal.sync.page_sizes import PageSizes
from portal.sync.past_readings import PageIds, PastReading
from portal.sync.reported_counts import UNTRUSTED, ReportedCounts
from portal.sync.rereads import Rereads
from portal.sync.seen_rows import SeenRows, id_of, page_signature

MAX_REPEATS: Final = 2  # retries of a page that brings nothing new
MAX_USELESS_PAGES: Final = 3  # after this many such pages, the list repeats itself
ROUND_CAP: Final = 50  # servers' page size limits are multiples of this


class Reading:
    """`seen` holds the rows of this round, `sizes` what its pages show about the page size, `counts` what the PSA
    reports about its length. `moved` means that the list changed while it was read. `twin` is the number under which
    the PSA had sent the page taken last before, past the end of the list.

    An impatient round stops when pages turn out to be uneven; a patient one continues.
    """

    def __init__(self, past: PastReading | None = None, *, is_patient: bool = False) -> None:
        self.past = past or PastReading()
        self.counts = ReportedCounts(self.past.count_kind)
        self.seen = SeenRows()
        self.sizes = PageSizes(self.past.size)
        self.twin: int | None = None
        self._is_patient = is_patient
        self._moved = False
        self._done: set[int] = set()
        self._rereads = Rereads()
        self._cursor = 2
        self._end: int | None = None  # the first page number proved to be past the list
        self._useless: dict[int, int] = {}
        self._signatures: dict[tuple[int, ...], int] = {}
        self._stopped = False
        self._has_begun = False

    @classmethod
    def resumed(
        cls,
        pages: Sequence[PageIds],
        checkpoint: Mapping[str, Any] | None,
        *,
        past: PastReading,
        is_patient: bool = False,
    ) -> Reading:
        """Continue after pages that were read before. `checkpoint` was taken after the last of them."""
        reading = cls(past, is_patient=is_patient)
        for page in pages:
            reading.seen.resume(page.ids)
            reading._done.add(page.number)
            reading._signatures.setdefault(page_signature(page.ids), page.number)
        if checkpoint is not None:
            reading._restore(pages, checkpoint)
        return reading

    def checkpoint(self) -> dict[str, Any]:
        """Return, as JSON, what the ids of the pages read so far do not show."""
        sizes = asdict(self.sizes)
        del sizes["lengths"]  # as many as pages; the ids show them
        return {
            "counts": asdict(self.counts),
            "sizes": sizes,
            "rereads": asdict(self._rereads),
            "moved": self._moved,
            "end": self._end,
            "useless": list(self._useless.items()),
            "stopped": self._stopped,
        }

    def _restore(self, pages: Sequence[PageIds], checkpoint: Mapping[str, Any]) -> None:
        counts = checkpoint["counts"]
        self.counts = ReportedCounts(**{**counts, "kind": CountKind(counts["kind"])})
        self.sizes = PageSizes(**checkpoint["sizes"])
        # A page that was read again may have more ids than rows.
        self.sizes.lengths = {page.number: min(len(page.ids), self.sizes.largest) for page in pages if page.ids}
        self._rereads = Rereads(**checkpoint["rereads"])
        self._moved, self._end, self._stopped = checkpoint["moved"], checkpoint["end"], checkpoint["stopped"]
        self._useless = dict(checkpoint["useless"])
        self._has_begun = True

    @property
    def rows(self) -> int:
        return len(self.seen)

    @property
    def moved(self) -> bool:
        is_uneven = self.sizes.is_uneven and not self._matches_reliable_total
        return self._moved or self.counts.has_fallen or self._must_restart or is_uneven

    @property
    def _must_restart(self) -> bool:
        return self.sizes.is_uneven and not self._is_patient

    @property
    def expected(self) -> int | None:
        """Return how many rows the PSA has: by its count, or else by the proved end of the list."""
        stated = self.counts.stated
        if stated is not None and stated >= self.rows:
            return stated
        return self.rows if self._has_reached_end() else stated

    @property
    def is_reconciled(self) -> bool:
        """Return whether all rows of the PSA arrived."""
        return self.rows == self.expected

    @property
    def is_sound(self) -> bool:
        return self.is_reconciled and not self.moved

    @property
    def pages_left(self) -> int:
        """Return how many pages are still to be fetched, as far as is known."""
        last = self.last
        return 1 if last is None else max(last - len(self._done), 0)

    @property
    def last(self) -> int | None:
        """Return the number of the last page, or None if not known yet."""
        total = self.counts.total
        if total is None or not self.sizes.size:
            return None
        last = max(1, -(-total // self.sizes.size))
        return last if self._end is None else max(1, min(last, self._end))

    def next_page(self) -> int | None:
        """Return the number of the page to fetch, or None when the round is over."""
        if self._stopped:
            return None
        if not self._has_begun and self.past.last is not None:
            return self.past.last
        last = self.last
        if last is not None and last not in self._done:
            return last
        if 1 not in self._done:
            return 1
        while self._cursor in self._done:
            self._cursor += 1
        if last is not None and self._cursor < last:
            return self._cursor
        if self._has_reached_end():
            return self._rereads.next_early_page() or self._next_tail_read()
        return self._next_tail_read() or self._cursor

    def take(self, page: Page) -> list[Row]:
        """Record a page. Returns the rows that are new to this round, including those without a usable id."""
        had_begun, self._has_begun, self.twin = self._has_begun, True, None
        if not had_begun and self._is_past_the_end(page):  # otherwise it will be fetched again
            self.counts.take(page.total, on_page=0, arrived=0, is_new=False)
            self._assume_size(page)
            return []
        new_rows, repeated = self.seen.take(page.rows)
        has_new = bool(new_rows)
        self.counts.take(page.total, on_page=len(page.rows), arrived=self.rows, is_new=has_new)
        if has_new:
            self.sizes.take(page.number, len(page.rows), reported=page.size, total=self.counts.total)
            self._stopped = self._must_restart
        elif not page.rows:
            self._assume_size(page)
        if repeated and has_new and page.number not in self._rereads.running:
            self._moved = True
        if not page.rows:
            if self._must_repeat_empty(page.number):
                return []
            self._set_end(page.number)
        elif not has_new and page.number not in self._rereads.running and self._must_repeat(page):
            return []
        self._finish(page)
        return new_rows

    def is_done(self, number: int) -> bool:
        """Return whether the page is finished. One that brought nothing new may be fetched again."""
        return number in self._done

    def conclude(self) -> CountKind:
        """Return what the list's counts mean, once the round is over."""
        if self.is_sound:
            self.counts.conclude(self.rows)
        return self.counts.kind

    def _has_reached_end(self) -> bool:
        """Return whether the end of the list is proved, or the round is void anyway."""
        if self._end is not None and all(number in self._done for number in range(1, self._end)):
            return True
        last = self.last
        if last is None or any(number not in self._done for number in range(1, last + 1)):
            return False
        if self._moved or self.counts.has_fallen:  # another round follows, so the end need not be proved
            return True
        if last == 1:
            return self.rows == self.counts.total and not self._looks_cut_off()
        return self._matches_reliable_total and self.sizes.ends_short

    @property
    def _matches_reliable_total(self) -> bool:
        """Return whether the rows equal a reliable total.

        A total that only earlier readings proved is not reliable if there are fewer rows than before.
        """
        is_reliable = self.counts.is_proven_total or self.rows >= (self.past.rows or 0)
        return self.rows == self.counts.total and self.counts.kind == CountKind.TOTAL and is_reliable

    def _looks_cut_off(self) -> bool:
        """Return whether the only page may be the first of several.

        It may be if its length equals the page size or a round number, if the list had more rows before, or if no
        earlier reading has shown what the counts mean.
        """
        if self.rows in (self.sizes.reported, self.past.size) or self.rows < (self.past.rows or 0):
            return True
        is_untried = self.past.count_kind == CountKind.UNKNOWN
        return bool(self.rows) and (self.rows % ROUND_CAP == 0 or is_untried)

    def _is_past_the_end(self, page: Page) -> bool:
        """Return whether a page guessed to be the last is past the end: some PSAs then send the first page."""
        if self.rows or page.total is None or self.counts.kind in UNTRUSTED:
            return False
        size = min(page.size or len(page.rows), self.past.size or len(page.rows))
        return bool(size) and page.number > max(1, -(-page.total // size)) and len(page.rows) < page.total

    def _next_tail_read(self) -> int | None:
        return self._rereads.next_tail_read(self.last, self.counts.total)

    def _assume_size(self, page: Page) -> None:
        """Use the size that a page without rows reported, if earlier readings had the same."""
        if page.size == self.past.size:
            self.sizes.assume(page.size)

    def _must_repeat_empty(self, number: int) -> bool:
        """Return whether to fetch an empty page again, because the list should have more rows."""
        expected_rows = max(self.counts.total or 0, self.past.rows or 0)
        return self.rows < expected_rows and self._may_retry(number, most=1)

    def _must_repeat(self, page: Page) -> bool:
        """Return whether to fetch a page without new rows again. Too many such pages end the round."""
        twin = self._signatures.get(page_signature([id_of(row) for row in page.rows]))
        if twin is not None and twin > page.number:
            # The later page was this one: past the end, by mistake, or because rows moved. It is read again.
            self._moved = self._moved or (self.counts.total is not None and twin <= (self.last or 0))
            self._done.discard(twin)
            self.twin = twin
            self.sizes.move(twin, to=page.number)
            self._signatures[page_signature([id_of(row) for row in page.rows])] = page.number
            return False
        total = self.counts.total
        if total is None:
            follows_short_page = self.sizes.is_short(page.number - 1, self.past.size)
            is_plain = twin == 1 < page.number - 1 or follows_short_page or self.rows == self.past.rows
            if is_plain or not self._may_retry(page.number, most=1):
                self._set_end(page.number)
                return False
            return True
        if self.rows >= total or page.number > (self.last or 0):
            self._set_end(page.number)
            return False
        self._moved = True
        if self._may_retry(page.number, most=MAX_REPEATS):
            return True
        self._stopped = len(self._useless) >= MAX_USELESS_PAGES
        return False

    def _may_retry(self, number: int, *, most: int) -> bool:
        self._useless[number] = self._useless.get(number, 0) + 1
        return self._useless[number] <= most and len(self._useless) <= MAX_USELESS_PAGES

    def _set_end(self, number: int) -> None:
        self._end = number if self._end is None else min(self._end, number)

    def _finish(self, page: Page) -> None:
        if page.rows:
            is_new = page.number not in self._done
            self._rereads.note_position(page.number, self.last, self.counts.total, is_new=is_new)
        self._done.add(page.number)
        self._rereads.finish(page.number)
        self._signatures.setdefault(page_signature([id_of(row) for row in page.rows]), page.number)
