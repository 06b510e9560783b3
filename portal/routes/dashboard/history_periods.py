"""The period of the run history, as it stands in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request

from portal.services.pages.data_sync.history import DEFAULT_DAYS, PERIODS, Period


def chosen() -> Period:
    """Return the period in this request's address. What nobody offered counts as the usual one."""
    days = request.args.get("days", DEFAULT_DAYS, type=int)
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    return Period(days if days in PERIODS else DEFAULT_DAYS, day)


def arguments(period: Period) -> dict[str, Any]:
    """Return the arguments of an address that keeps the period."""
    days = {} if period.days == DEFAULT_DAYS else {"days": period.days}
    return days if period.day is None else days | {"day": period.day.isoformat()}
