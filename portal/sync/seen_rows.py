"""Tracks the rows of one round through a list, and finds which rows of a page are new to it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from portal.psa.source import Row

NO_ID: Final = -1  # stands for a row without a usable id in lists of ids


class NewRows(NamedTuple):
    """The rows of a page that are new to the round. `repeated` is how many of its ids were not."""

    rows: list[Row]
    repeated: int


class SeenRows:
    """`ids` holds the ids of this round, `unusable` counts rows without a usable id."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self.unusable = 0
        self._unusable_digests: set[bytes] = set()

    def __len__(self) -> int:
        return len(self.ids) + self.unusable

    def resume(self, ids: Sequence[int]) -> None:
        """Add a page that was read before, by its ids."""
        self.ids.update(each for each in ids if each != NO_ID)
        self.unusable += sum(1 for each in ids if each == NO_ID)

    def take(self, rows: Sequence[Row]) -> NewRows:
        """Add the rows of a page. Returns those that are new, including rows without a usable id."""
        new: list[Row] = []
        repeated = 0
        for row in rows:
            number = id_of(row)
            if number == NO_ID:
                continue
            if number in self.ids:
                repeated += 1
                continue
            self.ids.add(number)
            new.append(row)
        return NewRows([*new, *self._new_unusable(rows, is_new_page=bool(new))], repeated)

    def _new_unusable(self, rows: Sequence[Row], *, is_new_page: bool) -> list[Row]:
        """Return the rows without a usable id, but no duplicates from a page that was probably sent twice."""
        unusable = [
            (row, hashlib.blake2b(row.payload, digest_size=16).digest()) for row in rows if id_of(row) == NO_ID
        ]
        counted = [row for row, digest in unusable if is_new_page or digest not in self._unusable_digests]
        self._unusable_digests.update(digest for _, digest in unusable)
        self.unusable += len(counted)
        return counted


def id_of(row: Row) -> int:
    """Return the id of a row, or NO_ID. A row that cannot be used may still have a readable id."""
    if row.facts is not None:
        return row.facts.remote_id
    return NO_ID if row.remote_id is None else row.remote_id


def page_signature(ids: Sequence[int]) -> tuple[int, ...]:
    """Return a signature that is equal for pages with the same rows."""
    return (len(ids), ids[0], ids[-1]) if ids else (0,)
