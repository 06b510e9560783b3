"""Dates as Halo writes them: no zone, a fraction of any length (halo-api.md section 4)."""

from __future__ import annotations

from datetime import UTC, datetime

EMPTY = "1900-01-01T00:00:00"
DAY = 86_400.0

# The tenant's "today". Fixed, so that one seed gives one data set on every day of the year.
EPOCH = datetime(2026, 10, 1, 8, 30, tzinfo=UTC).timestamp()


def halo_date(moment: float) -> str:
    """UTC without saying so; `.44` and `.967` for fractions, none for whole seconds."""
    seconds, milliseconds = divmod(round(moment * 1000), 1000)
    text = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{text}.{milliseconds:03d}".rstrip("0") if milliseconds else text


def halo_day(moment: float) -> str:
    """Write a date-only value: midnight of the day."""
    return halo_date(moment // DAY * DAY)
