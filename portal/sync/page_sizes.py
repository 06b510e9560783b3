"""Finds the real page size of a list from the lengths of its pages, whatever the PSA reports. Pure."""

from __future__ import annotations


class PageSizes:
    """`largest` is the length of the longest page, `reported` the size that the PSA last stated.

    `is_uneven` means that pages before the last one differ in length, so the list was cut in different places.
    `usual` is the size from earlier readings.
    """

    def __init__(self, usual: int | None = None) -> None:
        self._usual = usual
        self.largest = 0
        self.reported: int | None = None
        self.is_uneven = False
        self._proven: int | None = None
        self._lengths: dict[int, int] = {}
        self._assumed: int | None = None

    @property
    def size(self) -> int | None:
        """Return the length of a page that others follow, or else a size that fits what was seen so far."""
        return self._proven or self._assumed

    @property
    def ends_short(self) -> bool:
        """Return whether the last page seen has fewer rows than the pages before it."""
        return self._proven is not None and self._lengths[max(self._lengths)] < self._proven

    def take(self, number: int, length: int, *, reported: int | None = None, total: int | None = None) -> None:
        """Record the length of a page. `total` is how many rows the list probably has."""
        self.largest = max(self.largest, length)
        self.reported = reported or self.reported
        self._lengths[number] = length
        self._assumed = self._assumed or _fitting_size(number, length, total, (self._usual, reported))
        self._compare()

    def is_short(self, number: int, known: int | None) -> bool:
        """Return whether a page had fewer rows than others. `known` is the page size from earlier readings."""
        return self._lengths.get(number, self.largest) < max(self.largest, known or 0)

    def assume(self, reported: int | None) -> None:
        """Use a size that was only reported until a page proves it."""
        self._assumed = self._assumed or reported

    def move(self, number: int, to: int) -> None:
        """Record that the rows of one page belong to another page number."""
        if number in self._lengths:
            self._lengths[to] = self._lengths.pop(number)
            self._proven = None
            self._compare()

    def _compare(self) -> None:
        *followed, last = (self._lengths[each] for each in sorted(self._lengths))
        if followed:
            self._proven = self._proven or followed[0]
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
