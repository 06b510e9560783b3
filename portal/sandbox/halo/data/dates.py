"""Dates as Halo writes them: no zone, a fraction of any length (halo-api.md section 4)."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.sandbox.record_factory import DAY

EMPTY = "1900-01-01T00:00:00"


def halo_date(moment: float) -> str:
    """Format a time as Halo does: UTC without a zone, fractions like `.44` and `.967`, none for whole seconds."""
    seconds, milliseconds = divmod(round(moment * 1000), 1000)
    text = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{text}.{milliseconds:03d}".rstrip("0") if milliseconds else text


def halo_day(moment: float) -> str:
    """Format a date: midnight of that day."""
    return halo_date(moment // DAY * DAY)
