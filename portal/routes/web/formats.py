"""Template filters that format moments, durations and numbers."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_security import current_user
from markupsafe import Markup

from portal import clock, zones
from portal.models.integrations import Integration
from portal.routes.web import words
from portal.services.syncing.run_words import listed
from portal.sync.record_types import RecordType


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(words=words.FOR_TEMPLATES, next_try=next_try)
    filters = {
        "when": when,
        "clock_time": clock_time,
        "ago": ago,
        "span": span,
        "period": period,
        "about": about,
        "number": number,
    }
    app.jinja_env.filters.update(
        filters, short=short, sentence=sentence, local_minute=local_minute, local_day=local_day
    )
    app.jinja_env.filters.update(singular=singular, counted=counted, date=date, listed=listed)


def when(moment: datetime) -> Markup:
    """Format a moment in the account's time zone, with the year if it isn't the current one."""
    local, now = _local(moment), _local(clock.now())
    return _time(local, f"{local:%-d %b %H:%M:%S}" if local.year == now.year else f"{local:%-d %b %Y %H:%M}")


def clock_time(moment: datetime) -> Markup:
    """Format a moment in the account's time zone: as 14:05 if it is today, otherwise with its day."""
    return _time(_local(moment), clock_text(moment))


def clock_text(moment: datetime) -> str:
    """Format a moment as `clock_time` does, for places that hold only text."""
    local, now = _local(moment), _local(clock.now())
    day = (
        "" if local.date() == now.date() else f"{local:%-d %b} " if local.year == now.year else f"{local:%-d %b %Y} "
    )
    return f"{day}{local:%H:%M}"


def date(moment: datetime) -> Markup:
    """Format the day of a moment in the account's time zone: 27 Nov 2026."""
    local = _local(moment)
    return _time(local, f"{local:%-d %b %Y}")


def next_try(integration: Integration) -> Markup:
    """Say when the credentials are tried again; empty if no try is due."""
    moment = integration.credentials_retry_at
    return Markup(" Next try at {}.").format(clock_time(moment)) if moment is not None else Markup()


def local_minute(moment: datetime) -> str:
    """Format a moment for a datetime-local input, in the account's time zone."""
    return f"{_local(moment):%Y-%m-%dT%H:%M:%S}"


def local_day(moment: datetime) -> str:
    """Return the day of a moment in the account's time zone, for an address: 2026-11-27."""
    return f"{_local(moment):%Y-%m-%d}"


def ago(moment: datetime) -> Markup:
    """Format how long ago a moment was, or how far off it is."""
    seconds = (clock.now() - moment).total_seconds()
    local = _local(moment)
    if abs(seconds) < 5:
        return _time(local, "just now")
    text = span(abs(seconds))
    return _time(local, f"{text} ago" if seconds > 0 else f"in {text}")


def span(seconds: float) -> str:
    """Format a duration by its one or two largest units: 8 s, 3 min 20 s, 2 h 5 min, 4 d."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{timedelta(hours=hours).days} d"


def period(seconds: float) -> str:
    """Format the length of a period after "every" or "the last": minute, 5 min, hour."""
    return {60: "minute", 3600: "hour"}.get(round(seconds), span(seconds))


def short(seconds: float) -> str:
    """Format a duration that may be under a second: 0.4 s, 3.2 s, then as `span` does."""
    return f"{seconds:.1f} s" if seconds < 9.95 else span(seconds)


def about(seconds: float) -> str:
    """Format an approximate duration: a few seconds, about 40 seconds, about 2 minutes."""
    if seconds < 5:
        return "a few seconds"
    if seconds <= 50:
        return f"about {_tens(seconds)} seconds"
    if seconds < 90:
        return "about a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minutes"
    return f"about {round(minutes / 60)} hours"


def wait(seconds: float) -> str:
    """Format how long to wait, rounded up: 20 seconds, 1 minute, 4 minutes, 2 hours."""
    if seconds <= 50:
        return f"{_tens(seconds)} seconds"
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{math.ceil(minutes / 60)} hours"


def number(value: int) -> str:
    """Format 45000 as 45,000."""
    return f"{value:,}"


def sentence(text: str) -> str:
    """Capitalize the first letter, and leave the names in the text as they are."""
    return text[:1].upper() + text[1:]


def singular(record_type: str) -> str:
    """Return what one record of a type is called: Client."""
    return RecordType(record_type).singular.capitalize()


def counted(record_type: str, number: int) -> str:
    """Format a number of records of a type: 1 client, 2 clients."""
    return RecordType(record_type).counted(number)


def _tens(seconds: float) -> int:
    return max(10, -(-int(seconds) // 10) * 10)


def _zone() -> ZoneInfo:
    """Return the account's time zone. A page needs it hundreds of times, and `current_user` takes long."""
    if "zone" not in g:
        g.zone = zones.zone(current_user.account.time_zone)
    zone: ZoneInfo = g.zone
    return zone


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_zone())


def _time(local: datetime, text: str) -> Markup:
    """Show the exact time and its zone in the title."""
    utc, zone = local.astimezone(UTC).isoformat(timespec="seconds"), _zone().key.replace("_", " ")
    title = f"{local:%-d %b %Y, %H:%M:%S} {zone}"
    return Markup(f'<time datetime="{utc}" title="{title}">{text}</time>')  # noqa: S704  # dates, and words of ours
