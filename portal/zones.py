"""Time zones by name: Europe/London, America/New_York."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

UTC_NAME = "UTC"
# The zones that people live in; the rest of the database consists of old names such as US/Pacific.
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone(name: str) -> ZoneInfo:
    """Return the zone with this name, or UTC if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC_NAME)


@cache
def names() -> tuple[str, ...]:
    """Return the zones to choose from: UTC, then the others by name."""
    return (UTC_NAME, *sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS))


def find(name: str) -> str | None:
    """Return the zone's name in its proper spelling; None if there is no such zone."""
    wanted = name.strip().replace(" ", "_").casefold()
    return next((each for each in names() if each.casefold() == wanted), None)
