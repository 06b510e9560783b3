"""Keys that do not count as changes to a record: Halo calculates them per request, or uses them in its own pages.

Ticket ages and remaining SLA times have been seen to differ from one response to the next. `use`, `key` and `table`
identify the form in which Halo shows a record (halo-api.md section 4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

HELPERS: Final = frozenset({"use", "key", "table"})
_OF_TICKETS: Final = frozenset(
    {
        *("ticketage", "slatimeleft", "slapercused", "slatimeelapsed", "responsetimeleft", "fixtimeleft"),
        *("fixtimeremaining", "responsetimeremaining", "workinghoursage", "age", "read", "isviewed", "unread"),
    }
)
COMPUTED: Final[Mapping[str, frozenset[str]]] = {"opportunities": _OF_TICKETS}
# Counts of related records, and durations up to now.
_SPELLINGS: Final = re.compile(
    r"(?:(?:open|closed|overdue|unread|all|my|total)_?)?(?:ticket|opportunity|invoice|asset|call)s?_?count"
    r"|quantity_(?:available|reserved)"
    r"|\w*(?:time|days?|hours|minutes)_?(?:left|remaining|elapsed|overdue)|\w*_age|\w*(?:perc|percent)_?used"
    r"|last_?(?:viewed|online|seen|polled)\w*"
)


@cache
def is_computed(record_type: str, key: str) -> bool:
    return key in HELPERS or key in COMPUTED.get(record_type, ()) or _SPELLINGS.fullmatch(key) is not None
