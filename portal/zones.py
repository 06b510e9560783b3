"""Time zones by name: Europe/London, America/New_York."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

UTC_NAME = "UTC"
# What people live in; the rest of the database are old spellings such as US/Pacific.
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone(name: str) -> ZoneInfo:
    """Return the zone of this name, UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC_NAME)


@cache
def names() -> tuple[str, ...]:
    """List the zones that can be chosen: UTC, then the others by name."""
    return (UTC_NAME, *sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS))


def find(name: str) -> str | None:
    """Return a zone's name as it is written, None when there is no such zone."""
    wanted = name.strip().replace(" ", "_").casefold()
    return next((each for each in names() if each.casefold() == wanted), None)
