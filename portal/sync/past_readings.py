"""What a reading of a list starts from: the pages read so far in this run, and the results of earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portal.models.sync import CountKind


class PageIds(NamedTuple):
    """A page that was read: its number, and the ids that counted there."""

    number: int
    ids: Sequence[int]


class PastReading(NamedTuple):
    """The result of an earlier reading: the last page, the page size, the number of rows, and what counts mean."""

    last: int | None = None
    size: int | None = None
    rows: int | None = None
    count_kind: CountKind = CountKind.UNKNOWN
