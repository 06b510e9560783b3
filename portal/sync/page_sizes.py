"""Finds the real page size of a list from the lengths of its pages, whatever the PSA reports. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PageSizes:
    """`largest` is the length of the longest page, `reported` the size that the PSA last stated.

    `is_uneven` means that pages before the last one differ in length, so the list was cut in different places.
    `usual` is the size from earlier readings. `proven` is the length of a page that others follow, `assumed` a size
    that fits what was seen so far. `lengths` are those of the pages, by number.
    """

    usual: int | None = None
    largest: int = 0
    reported: int | None = None
    is_uneven: bool = False
    proven: int | None = None
    assumed: int | None = None
    lengths: dict[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int | None:
        """Return the length of a page that others follow, or else a size that fits what was seen so far."""
        return self.proven or self.assumed

    @property
    def ends_short(self) -> bool:
        """Return whether the last page seen has fewer rows than the pages before it."""
        return self.proven is not None and self.lengths[max(self.lengths)] < self.proven

    def take(self, number: int, length: int, *, reported: int | None = None, total: int | None = None) -> None:
        """Record the length of a page. `total` is how many rows the list probably has."""
        self.largest = max(self.largest, length)
        self.reported = reported or self.reported
        self.lengths[number] = length
        self.assumed = self.assumed or _fitting_size(number, length, total, (self.usual, reported))
        self._compare()

    def is_short(self, number: int, known: int | None) -> bool:
        """Return whether a page had fewer rows than others. `known` is the page size from earlier readings."""
        return self.lengths.get(number, self.largest) < max(self.largest, known or 0)

    def assume(self, reported: int | None) -> None:
        """Use a size that was only reported until a page proves it."""
        self.assumed = self.assumed or reported

    def move(self, number: int, to: int) -> None:
        """Record that the rows of one page belong to another page number."""
        if number in self.lengths:
            self.lengths[to] = self.lengths.pop(number)
            self.proven = None
            self._compare()

    def _compare(self) -> None:
        *followed, last = (self.lengths[each] for each in sorted(self.lengths))
        if followed:
            self.proven = self.proven or followed[0]
            self.is_uneven = last > followed[0] or any(each != followed[0] for each in followed)


def _fitting_size(number: int, length: int, total: int | None, sizes: tuple[int | None, int | None]) -> int | None:
    """Return the page size that fits this page, or None if unclear. `sizes` are the usual and the reported size."""
    before, (usual, reported) = number - 1, sizes
    if before and usual is not None and total is not None and before * usual + length == total:
        return usual
    if reported is not None and (length == reported or total is None or before * reported + length == total):
        return reported
    if not before:
        return length
    if total is None or (total - length) % before or (total - length) // before < length:
        return None
    return (total - length) // before
