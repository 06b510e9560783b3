"""Keys whose values Halo works out when it is asked, or that only help its own pages: they are no part of a record.

The age of a ticket and what is left of its SLA were seen to differ from one answer to the next; `use`, `key` and
`table` name the form that a record is shown in (halo-api.md section 4).
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
# Counts of what hangs on a record, and spans that end now.
_SPELLINGS: Final = re.compile(
    r"(?:(?:open|closed|overdue|unread|all|my|total)_?)?(?:ticket|opportunity|invoice|asset|call)s?_?count"
    r"|quantity_(?:available|reserved)"
    r"|\w*(?:time|days?|hours|minutes)_?(?:left|remaining|elapsed|overdue)|\w*_age|\w*(?:perc|percent)_?used"
    r"|last_?(?:viewed|online|seen|polled)\w*"
)


@cache
def is_computed(record_type: str, key: str) -> bool:
    return key in HELPERS or key in COMPUTED.get(record_type, ()) or _SPELLINGS.fullmatch(key) is not None
