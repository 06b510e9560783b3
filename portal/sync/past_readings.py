"""What a reading of a list goes on from: the pages that this run has taken, and what earlier runs have shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portal.models.sync import CountKind


class PageIds(NamedTuple):
    """What a page that was taken held: its number, and the ids that counted there."""

    number: int
    ids: Sequence[int]


class PastReading(NamedTuple):
    """What earlier readings have shown: the last page, the most rows on a page, how many in all, what is counted."""

    last: int | None = None
    size: int | None = None
    rows: int | None = None
    count_kind: CountKind = CountKind.UNKNOWN
