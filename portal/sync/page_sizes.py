"""How many rows a page of a list really has: what the pages show, whatever the PSA says of it. Pure."""

from __future__ import annotations


class PageSizes:
    """`largest` is the most rows that a page had, `claimed` what the PSA last said. `is_uneven` tells that a page
    that is followed by others is shorter or longer than another one: they are cut from the list in different places.
    `usual` is the size that earlier readings have shown.
    """

    def __init__(self, usual: int | None = None) -> None:
        self._usual = usual
        self.largest = 0
        self.claimed: int | None = None
        self.is_uneven = False
        self._granted: int | None = None
        self._lengths: dict[int, int] = {}
        self._fitting: int | None = None

    @property
    def size(self) -> int | None:
        """Return the size to reckon with: seen on a page that others follow, or else claimed and not contradicted."""
        return self._granted or self._fitting

    @property
    def ends_short(self) -> bool:
        """Tell whether the last page that was seen has fewer rows than the ones before it."""
        return self._granted is not None and self._lengths[max(self._lengths)] < self._granted

    def take(self, number: int, length: int, *, claimed: int | None = None, total: int | None = None) -> None:
        """Note a page that has brought so many rows; `total` is how many the list is believed to have."""
        self.largest = max(self.largest, length)
        self.claimed = claimed or self.claimed
        self._lengths[number] = length
        self._fitting = self._fitting or _fitting(number, length, total, (self._usual, claimed))
        self._compare()

    def is_short(self, number: int, known: int | None) -> bool:
        """Tell whether a page had fewer rows than others had, here or, as far as is `known`, in earlier readings."""
        return self._lengths.get(number, self.largest) < max(self.largest, known or 0)

    def fit(self, claimed: int | None) -> None:
        """Reckon with a size that was only said, until a page shows it."""
        self._fitting = self._fitting or claimed

    def move(self, number: int, to: int) -> None:
        """Note that what came as one page was another one."""
        if number in self._lengths:
            self._lengths[to] = self._lengths.pop(number)
            self._granted = None
            self._compare()

    def _compare(self) -> None:
        *followed, last = (self._lengths[each] for each in sorted(self._lengths))
        if followed:
            self._granted = self._granted or followed[0]
            self.is_uneven = last > followed[0] or any(each != followed[0] for each in followed)


def _fitting(number: int, length: int, total: int | None, sizes: tuple[int | None, int | None]) -> int | None:
    """Return the size that fits this one page, None while it does not tell; `sizes` are the usual and the claimed."""
    before, (usual, claimed) = number - 1, sizes
    if before and usual is not None and total is not None and before * usual + length == total:
        return usual
    if claimed is not None and (length == claimed or total is None or before * claimed + length == total):
        return claimed
    if not before:
        return length
    if total is None or (total - length) % before or (total - length) // before < length:
        return None
    return (total - length) // before
