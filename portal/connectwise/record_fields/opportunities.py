"""Fields of opportunities (connectwise-api.md section 5: SPEC, and a fixture of a production client).

An opportunity has no amount. It is in its forecast, which our client adds to the payload as `forecast`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from portal.connectwise.facts import is_closed
from portal.connectwise.record_fields import forecasts
from portal.connectwise.record_fields.values import currency, name, part, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, as_number, as_yes_no, day, moment, text

# What MSPs call the closed states of a deal, unless the status has flags of its own.
_WON: Final = re.compile(r"\bwon\b|\baccepted\b", re.IGNORECASE)
_LOST: Final = re.compile(r"\blost\b|\brejected\b|\bdeclined\b|\bno decision\b|\bnot won\b", re.IGNORECASE)
_PERCENTAGE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s?%")


def fields(row: Row) -> Mapping[str, Value | None]:
    once, monthly = forecasts.values(row.get("forecast"), currency(row) or currency(part(row, "forecast")))
    return {
        "summary": text(row, "name"),
        "stage": name(row, "stage"),
        "status": name(row, "status"),
        "won": _won(row),
        "client": reference(row, "clients", "company"),
        "contact": reference(row, "contacts", "contact"),
        "owner": reference(row, None, "primarySalesRep"),
        "value_once": once,
        "value_monthly": monthly,
        "probability": _probability(row),
        "expected_close": day(row, "expectedCloseDate"),
        "opened": moment(row, "dateBecameLead") or moment(part(row, "_info"), "dateEntered", "createdDate"),
        "closed": moment(row, "closedDate"),
    }


def _won(row: Row) -> bool | None:
    """Whether a closed deal was won, judged by its status; None if unknown."""
    status = part(row, "status")
    if as_yes_no(status.get("wonFlag")):
        return True
    if as_yes_no(status.get("lostFlag")):
        return False
    has_flag = as_yes_no(row.get("closedFlag")) or as_yes_no(status.get("closedFlag"))
    if not has_flag and not is_closed(row.get("status"), row.get("closedDate")):
        return None
    called = name(row, "status") or ""
    return False if _LOST.search(called) else True if _WON.search(called) else None


def _probability(row: Row) -> int | Decimal | None:
    """Return the percentage that the reference carries, or else its name if that is plainly a percentage."""
    found = as_number(part(row, "probability").get("probability"))
    if found is None and (plain := _PERCENTAGE.fullmatch(name(row, "probability") or "")):
        found = as_number(plain[1])
    return found if found is not None and 0 <= found <= 100 else None
