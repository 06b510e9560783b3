"""Fetches a page that cannot be parsed as ever smaller pages, down to the unreadable rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.errors import PsaUnreadable
from portal.halo import pages
from portal.halo.pages import ListBody, Row

# Fetches a page of a list by number and size. Raises PsaError.
AskPage = Callable[[int, int], ListBody]
NOTE: Final = "It couldn't be decoded as a whole, so it was read in parts."
_PRIMES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)


def read(ask: AskPage, record_type: str, number: int, size: int) -> list[Row]:
    """Return the rows of page `number`, with `size` rows per page.

    Unreadable rows are included, with their ids if those can be found. Raises PsaUnreadable if Halo does not respect
    the requested page size, and PsaError.
    """
    rows: list[Row] = []
    share = next((prime for prime in _PRIMES if size % prime == 0), size)
    length = size // share
    for part in range((number - 1) * share + 1, number * share + 1):
        try:
            sent = ask(part, length)
        except PsaUnreadable as error:
            rows += [pages.unreadable_row(error.body)] if length == 1 else read(ask, record_type, part, length)
            continue
        if len(sent.rows) > length:
            raise PsaUnreadable("Halo sent a page that can't be read, not even in parts.", pages.BROKEN)
        rows += [pages.row(record_type, bytes(payload)) for payload in sent.rows]
        if len(sent.rows) < length:
            break
    return rows
