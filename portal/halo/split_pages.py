"""Reading a page that cannot be decoded in ever smaller parts, down to the rows that spoil it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.errors import PsaUnreadable
from portal.halo import pages
from portal.halo.pages import ListBody, Row

# Asks for a page of a list, by its number and size. Raises PsaError.
AskPage = Callable[[int, int], ListBody]
NOTE: Final = "It could not be decoded as a whole, so it was read in parts."
_PRIMES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)


def read(ask: AskPage, record_type: str, number: int, size: int) -> list[Row]:
    """Return the rows of the page `number` in a list of pages that hold `size` rows each.

    A row that cannot be read stands in its place, with its id if that shows. Raises PsaUnreadable where Halo does not
    keep to the sizes that are asked for, and PsaError.
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
            raise PsaUnreadable("Halo sends a page that cannot be read, and not in parts either.", pages.BROKEN)
        rows += [pages.row(record_type, bytes(payload)) for payload in sent.rows]
        if len(sent.rows) < length:
            break
    return rows
