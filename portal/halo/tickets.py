"""Distinguishes opportunities from other tickets: Halo returns both from /Opportunities/{id} (section 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

import msgspec

from portal.errors import PsaError, PsaRateLimited
from portal.halo.pages import Row
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.record_fields.values import as_id

PATH: Final = "TicketType"
OPPORTUNITY: Final = "opportunity"
# Uses of a ticket type that rule out an opportunity.
OTHER_USES: Final = frozenset({"ticket", "project"})


class TicketTypes:
    """The use of each ticket type, fetched once, when a ticket itself does not show whether it is an opportunity."""

    def __init__(self, ask: Callable[[], Response]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._known: Mapping[int, bool] | None = None

    def opportunity(self, row: Row) -> Row | None:
        """Return the row; None for a ticket that is not an opportunity. If unknown, `is_opportunity` stays None.

        Raises PsaRateLimited while the rate limit is used up.
        """
        facts = row.facts
        if facts is None:
            return row
        is_one = facts.is_opportunity
        if is_one is None and facts.ticket_type is not None:
            is_one = self._uses().get(facts.ticket_type)
            row = row._replace(facts=msgspec.structs.replace(facts, is_opportunity=is_one))
        return None if is_one is False else row

    def _uses(self) -> Mapping[int, bool]:
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def _read(self) -> Mapping[int, bool]:
        """Fetch which ticket types are opportunities, as far as Halo says."""
        try:
            response = self._ask()
            rows = msgspec.json.decode(response.body) if response.status == 200 else []
        except PsaRateLimited:
            raise
        except (PsaError, *JSON_ERRORS):
            rows = []
        return uses(rows)


def uses(rows: Any) -> dict[int, bool]:
    """Parse a list of ticket types. A list without any opportunity type uses "use" for something else."""
    types = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = {as_id(row.get("id")): row["use"].strip().lower() for row in types if isinstance(row.get("use"), str)}
    if OPPORTUNITY not in found.values():
        return {}
    return {
        number: use == OPPORTUNITY
        for number, use in found.items()
        if number is not None and use in {OPPORTUNITY, *OTHER_USES}
    }
