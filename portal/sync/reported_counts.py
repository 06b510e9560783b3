"""What a list's answers say about its length, and how far that can be believed. Pure.

A PSA may count all rows, or those of the page, or nothing, and it may be wrong. So a count only confirms: it is
believed while the rows do not contradict it, and it proves the end of a list only if it was stated before the rows
that fill it had arrived (portal/sync/reading.py has the other proofs).
"""

from __future__ import annotations

from typing import Final

from portal.models.sync import CountKind

UNCOUNTED: Final = (CountKind.PAGE, CountKind.NONE)
DISBELIEVED: Final = (*UNCOUNTED, CountKind.WRONG)


class Claims:
    """`total` is how many rows the PSA counts, None while it says nothing that can be believed.

    `has_fallen` tells that it counted fewer than before. `kind` is what its counts mean, as far as that is known:
    from earlier readings at first. `was_ahead` tells that this reading has shown it to count all rows. Counts that
    were found to be wrong lead nowhere any more: `doubted` is the last one, and `total` stays None.
    """

    def __init__(self, kind: CountKind = CountKind.UNKNOWN, total: int | None = None) -> None:
        self.kind = kind
        self.total = None if kind in DISBELIEVED else total
        self.doubted = total if kind == CountKind.WRONG else None
        self.has_fallen = False
        self.was_ahead = False
        self._equal_pages = 0
        self._pages = 0

    @property
    def stated(self) -> int | None:
        """Return what the PSA says that it counts, be it believed or not."""
        return self.doubted if self.total is None else self.total

    def take(self, claimed: int | None, *, on_page: int, arrived: int, is_new: bool) -> None:
        """Note the count of an answer with so many rows; `arrived` includes them and all that came before.

        A page that is not new repeats rows of another one.
        """
        if is_new:
            self._pages += 1
            self._equal_pages += claimed == on_page
        if claimed is None:
            self._disbelieve(CountKind.NONE)
        elif self._counts_the_page(claimed, on_page, arrived):
            self._disbelieve(CountKind.PAGE)
        elif self.kind == CountKind.WRONG:
            self.doubted = claimed
        elif claimed > arrived or (claimed and not on_page):
            self.was_ahead = True
            self._believe(claimed, CountKind.TOTAL)
        elif self.kind not in UNCOUNTED:
            self._believe(claimed, self.kind)

    def conclude(self, rows: int) -> None:
        """Say what the counts have meant, at the proved end of a list that has so many rows."""
        if self.stated is not None and self.stated != rows:
            self.kind = CountKind.WRONG
        elif self.kind == CountKind.WRONG:
            self.kind = CountKind.UNKNOWN

    def _believe(self, claimed: int, kind: CountKind) -> None:
        self.has_fallen = self.has_fallen or (self.total is not None and claimed < self.total)
        self.total, self.kind = claimed, kind

    def _counts_the_page(self, claimed: int, on_page: int, arrived: int) -> bool:
        if not on_page:  # behind the end
            return claimed == 0 and arrived > 0
        return self._pages > 1 and self._equal_pages == self._pages and arrived > on_page

    def _disbelieve(self, kind: CountKind) -> None:
        self.total, self.doubted, self.kind, self.has_fallen, self.was_ahead = None, None, kind, False, False
