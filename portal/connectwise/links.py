"""Reads ConnectWise's Link headers (connectwise-api.md section 4). No link is ever followed: it may lead anywhere."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from portal.connectwise.resources import SMALLEST_PAGE
from portal.outbound import Response

_NEXT: Final = re.compile(r'<([^<>]{0,12000})>\s*;[^<>]{0,200}?rel\s*=\s*"?next\b', re.IGNORECASE)
HEADER: Final = "link"


def is_paged_forward(response: Response) -> bool:
    """Whether the server supports forward-only paging: only then the header is always there, at the end empty."""
    return HEADER in {name.lower() for name in response.headers}


def announces_more(response: Response) -> bool:
    return _NEXT.search(response.headers.get(HEADER, "")) is not None


def next_page_id(response: Response) -> int | None:
    """Return the number that the next page starts after, if the link has one."""
    link = _NEXT.search(response.headers.get(HEADER, ""))
    if link is None:
        return None
    try:
        query = dict(parse_qsl(urlsplit(link[1]).query))
    except ValueError:
        return None
    number = {name.lower(): value for name, value in query.items()}.get("pageid", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def may_continue(rows: int, response: Response) -> bool:
    """Whether another page may follow one with this many rows. Page sizes are multiples of 25, so others are cut
    short only by the end of the list.
    """
    return rows > 0 and (rows % SMALLEST_PAGE == 0 or announces_more(response))


def is_end_again(number: int, response: Response) -> bool:
    """Whether a page that only repeats earlier rows is the last page, sent again past the end. If not, the server may
    ignore page numbers: then the second page is the first one, and nothing proves that the list ends there.
    """
    return not announces_more(response) and (number > 2 or HEADER in {name.lower() for name in response.headers})
