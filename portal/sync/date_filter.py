"""Finds out whether a list can filter by update time, and in which time zone it reads the date.

A witness is a record whose update time is known. A request for changes since just before that time must include the
witness and leave out other records. If it is unclear whether it left any out, a request for changes since just after
that time must not include the witness. If the PSA reads dates in a time zone behind UTC, the first request misses the
witness; then a search finds the offset, and dates are sent that much earlier. A zone ahead of UTC does no harm: the
list brings more than needed.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from portal.errors import PsaError, PsaUnavailable
from portal.psa.source import Page, Row, Source
from portal.sync.fetcher import PsaCall

SECOND: Final = timedelta(seconds=1)
# Offsets from UTC are multiples of this; the farthest zone is twelve hours behind.
OFFSET_STEP: Final = timedelta(minutes=15)
MAX_OFFSET: Final = timedelta(hours=14)
SMALLEST_PAGE_LIMIT: Final = 50  # the smallest known page size limit


@dataclass(frozen=True)
class Witness:
    remote_id: int
    updated_at: datetime


@dataclass(frozen=True)
class DateFilter:
    """The result of a probe. Dates must be sent `offset` earlier than meant. `why_not` is for people."""

    works: bool
    offset: timedelta = timedelta()
    why_not: str = ""


def witness(source: Source, record_type: str, remote_id: int) -> Generator[PsaCall, Any, Witness | None]:
    """Read when a record was last updated. Returns None if its details lack that."""
    row: Row | None = yield partial(source.record, record_type, remote_id)
    if row is None or row.facts is None:
        return None
    updated_at = source.columns(record_type, row.payload).remote_updated_at
    return None if updated_at is None else Witness(remote_id, updated_at)


def probe(
    source: Source, record_type: str, seen: Witness, total: int, offsets: Collection[timedelta]
) -> Generator[PsaCall, Any, DateFilter]:
    """Try the filter with a witness, on a list of `total` rows. `offsets` were found for other lists.

    Raises PsaUnavailable; after any other error, the filter counts as not working.
    """
    attempt = _Probe(source, record_type, seen, total)
    try:
        for offset in (timedelta(), *sorted({each for each in offsets if each})):
            if (yield from attempt.includes_witness(offset)):
                return (yield from attempt.conclude(offset))
        if not (yield from attempt.includes_witness(MAX_OFFSET)):
            return DateFilter(works=False, why_not="it misses a record that changed after the date")
        return (yield from attempt.conclude((yield from attempt.search())))
    except PsaUnavailable:
        raise
    except PsaError as error:
        return DateFilter(works=False, why_not=error.problem)


@dataclass
class _Probe:
    source: Source
    record_type: str
    witness: Witness
    total: int
    excludes_rows: bool = False

    def includes_witness(self, offset: timedelta) -> Generator[PsaCall, Any, bool]:
        """Return whether changes since just before the update of the witness include it."""
        page = yield from self._since(self.witness.updated_at - SECOND - offset)
        counted = len(page.rows) if page.total is None else page.total
        self.excludes_rows = len(page.rows) <= counted < self.total and not self._is_full(page)
        return self._has_witness(page)

    def search(self) -> Generator[PsaCall, Any, timedelta]:
        """Find the smallest offset that includes the witness, by bisection; the farthest one does."""
        low, high = 0, MAX_OFFSET // OFFSET_STEP  # low never includes it, high always does
        while high - low > 1:
            middle = (low + high) // 2
            if (yield from self.includes_witness(middle * OFFSET_STEP)):
                high = middle
            else:
                low = middle
        return high * OFFSET_STEP

    def conclude(self, offset: timedelta) -> Generator[PsaCall, Any, DateFilter]:
        """Check that the date excludes rows, unless that was seen: a later date must not include the witness."""
        if not self.excludes_rows:
            page = yield from self._since(self.witness.updated_at + SECOND - offset)
            if self._has_witness(page):
                return DateFilter(works=False, why_not="it includes records that haven't changed since the date")
        return DateFilter(works=True, offset=offset)

    def _since(self, moment: datetime) -> Generator[PsaCall, Any, Page]:
        page: Page = yield partial(self.source.newest, self.record_type, since=moment)
        return page

    def _has_witness(self, page: Page) -> bool:
        return any(row.facts is not None and row.facts.remote_id == self.witness.remote_id for row in page.rows)

    def _is_full(self, page: Page) -> bool:
        """Return whether more rows may follow: a count that equals the number of rows may be that of the page."""
        return page.total is None or (page.total == len(page.rows) and page.total >= SMALLEST_PAGE_LIMIT)
