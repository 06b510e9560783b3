"""What alerts say. Each is written when it is queued, so that a repeated one says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal import clock, zones
from portal.models.accounts import Account
from portal.models.alerts import AlertMessage, AlertMoment
from portal.models.issues import Issue, Severity
from portal.psa.registry import adapter_of

LONGEST_TITLE: Final = 140
MOST_LISTED: Final = 20
LEVELS: Final = {Severity.CRITICAL: "Critical", Severity.ERROR: "Error", Severity.WARNING: "Warning"}

_public_url: str | None = None


@dataclass(frozen=True)
class Text:
    title: str
    body: str


def bind(public_url: str | None) -> None:
    """Set the portal's address, for links in messages."""
    global _public_url
    _public_url = public_url


def of(issue: Issue, moment: AlertMoment) -> Text:
    """Say that an issue has begun, is still open, or is over."""
    match moment:
        case AlertMoment.OVER:
            return _text(f"Resolved: {issue.problem}", _place(issue), _lasted(issue))
        case AlertMoment.REMINDER:
            lead = f"Open for {_span(clock.now() - issue.opened_at)}: {issue.problem}"
        case _:
            lead = f"{LEVELS[Severity(issue.severity)]}: {issue.problem}"
    affected = f"Records affected: {issue.affected:,}" if issue.affected else ""
    remedy = f"What to do: {issue.remedy}" if issue.remedy else ""
    return _text(lead, _place(issue), f"Since {_local(issue.opened_at, issue)}", affected, remedy)


def test(account: Account) -> Text:
    return _text("Test alert", account.name, "This destination works. No action is needed.")


def summary(messages: Sequence[AlertMessage]) -> Text:
    """Say in one message what several would have said."""
    listed = [f"• {each.title}" for each in messages[:MOST_LISTED]]
    more = len(messages) - len(listed)
    number = "1 more alert" if len(messages) == 1 else f"{len(messages)} more alerts"
    return _text(number, *listed, f"and {more} more" if more else "")


def _text(title: str, *lines: str) -> Text:
    link = f"{_public_url}/issues" if _public_url else ""
    short = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    return Text(short, "\n".join(line for line in (*lines, link) if line))


def _place(issue: Issue) -> str:
    return f"{issue.integration.account.name} · {adapter_of(issue.integration.psa).label}"


def _lasted(issue: Issue) -> str:
    end = issue.closed_at or clock.now()
    return f"From {_local(issue.opened_at, issue)} to {_local(end, issue)} ({_span(end - issue.opened_at)})"


def _local(moment: datetime, issue: Issue) -> str:
    name = issue.integration.account.time_zone
    return f"{moment.astimezone(zones.zone(name)):%-d %b %Y, %H:%M} {name.replace('_', ' ')}"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            return f"{minutes // size} {unit}{'' if minutes // size == 1 else 's'}"
    return f"{max(minutes, 1)} minute{'' if minutes <= 1 else 's'}"
