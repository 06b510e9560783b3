"""Parses the Retry-After header of a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from portal import clock
from portal.outbound import Response

# PSAs' rate-limit windows are a few minutes long, so longer waits are capped.
LONGEST_WAIT_SECONDS: Final = 3600.0


def wait_seconds(response: Response) -> float | None:
    """Parse Retry-After, given in seconds or as a date (RFC 9110); None if it is missing or invalid."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT_SECONDS)
    until = _moment(text)
    if until is None:
        return None
    # Compare with the PSA's clock, which may be minutes off, rather than with ours.
    now = _moment(response.headers.get("date", "")) or clock.now()
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)


def _moment(text: str) -> datetime | None:
    """Parse an HTTP date."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
