"""Tracks the row counts that a list's pages report, and how far they can be trusted. Pure.

A PSA may report the count of all rows, or of one page, or none, and the count may be wrong. So a count is trusted
only while the rows do not contradict it. It proves the end of a list only if it was reported before that many rows
had arrived; portal/sync/reading.py has the other proofs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.models.sync import CountKind

WITHOUT_TOTAL: Final = (CountKind.PAGE, CountKind.NONE)
UNTRUSTED: Final = (*WITHOUT_TOTAL, CountKind.WRONG)


@dataclass
class ReportedCounts:
    """`total` is the reported number of rows in the list, or None without a trusted count.

    `kind` is what the counts mean, at first as earlier readings found it. `is_proven_total` means that this reading
    proved them to cover all rows. `has_fallen` means that a count was lower than the one before. If earlier counts
    were wrong, `total` stays None and `contradicted` is the last one. All fields can be written as JSON.
    """

    kind: CountKind = CountKind.UNKNOWN
    total: int | None = None
    contradicted: int | None = None
    has_fallen: bool = False
    is_proven_total: bool = False
    equal_pages: int = 0
    pages: int = 0

    @property
    def stated(self) -> int | None:
        """Return the last count that was reported as a total, trusted or not."""
        return self.contradicted if self.total is None else self.total

    def take(self, reported: int | None, *, on_page: int, arrived: int, is_new: bool) -> None:
        """Record the count that a page of `on_page` rows reported. `arrived` is the number of rows so far.

        `is_new` is false for a page that only repeats rows of another one.
        """
        if is_new:
            self.pages += 1
            self.equal_pages += reported == on_page
        if reported is None:
            self._reject(CountKind.NONE)
        elif self._counts_the_page(reported, on_page, arrived):
            self._reject(CountKind.PAGE)
        elif self.kind == CountKind.WRONG:
            self.contradicted = reported
        elif reported > arrived or (reported and not on_page):
            self.is_proven_total = True
            self._accept(reported, CountKind.TOTAL)
        elif self.kind not in WITHOUT_TOTAL:
            self._accept(reported, self.kind)

    def conclude(self, rows: int) -> None:
        """Set `kind` at the proved end of a list with this many rows."""
        if self.stated is not None and self.stated != rows:
            self.kind = CountKind.WRONG
        elif self.kind == CountKind.WRONG:
            self.kind = CountKind.UNKNOWN

    def _accept(self, reported: int, kind: CountKind) -> None:
        self.has_fallen = self.has_fallen or (self.total is not None and reported < self.total)
        self.total, self.kind = reported, kind

    def _counts_the_page(self, reported: int, on_page: int, arrived: int) -> bool:
        if not on_page:  # past the end
            return reported == 0 and arrived > 0
        return self.pages > 1 and self.equal_pages == self.pages and arrived > on_page

    def _reject(self, kind: CountKind) -> None:
        self.total, self.contradicted, self.kind, self.has_fallen, self.is_proven_total = (
            None,
            None,
            kind,
            False,
            False,
        )
