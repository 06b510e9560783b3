"""Queues messages about issues that begin, stay open, or end. Each is queued once, whoever notices first.

An issue counts as begun, and as over, only after a while: one that comes and goes is not worth a message.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from peewee import JOIN, fn

from portal import clock
from portal.db import db
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState
from portal.models.integrations import Integration
from portal.models.issues import Issue, Severity
from portal.services.alerts import wording

SETTLED_AFTER: Final = timedelta(minutes=2)
REMIND_AFTER: Final = timedelta(days=1)
# An end that is older is news no more, for example after a pause.
ENDS_TOLD_FOR: Final = timedelta(days=1)
BATCH: Final = 200
ANNOUNCED: Final = (AlertState.SENT, AlertState.FOLDED)
BEFORE_SEVERITY: Final = {
    Severity.CRITICAL: (Severity.CRITICAL,),
    Severity.ERROR: (Severity.CRITICAL, Severity.ERROR),
    Severity.WARNING: tuple(Severity),
}


def notice() -> None:
    """Queue what is missing. Writes nothing if there is nothing new."""
    _forget_silenced()
    for message in _followed(AlertMessage.issue.is_null() | Issue.closed_at.is_null(False)):
        _end(message)
    for issue in _begun():
        _queue(issue.destination, issue, AlertMoment.BEGUN, is_followed=True)
    for message in _followed(_remind()):
        _remind_of(message)


def _begun() -> list[Any]:
    """Return open issues that a destination has not been told of, each with the destination."""
    now = clock.now()
    told = AlertMessage.select(AlertMessage.id).where(
        AlertMessage.destination == AlertDestination.id,
        AlertMessage.issue == Issue.id,
        AlertMessage.moment == AlertMoment.BEGUN,
    )
    query = (
        Issue.select(Issue, Integration, AlertDestination)
        .join(Integration)
        .switch(Issue)
        .join(AlertDestination, on=(AlertDestination.account == Integration.account), attr="destination")
    )
    return list(
        query.where(
            Issue.closed_at.is_null(),
            Issue.opened_at <= now - SETTLED_AFTER,
            Issue.opened_at >= AlertDestination.created_at,
            AlertDestination.paused_at.is_null(),
            ~_is_silenced(),
            _is_severe_enough(),
            ~fn.EXISTS(told),
        )
        .order_by(Issue.id)
        .limit(BATCH)
    )


def _followed(which: Any) -> list[Any]:
    """Return the first messages about issues that are not known to be over yet."""
    query = (
        AlertMessage.select(AlertMessage, AlertDestination, Issue)
        .join(AlertDestination)
        .switch(AlertMessage)
        .join(Issue, JOIN.LEFT_OUTER)
    )
    is_active = AlertDestination.paused_at.is_null()
    return list(query.where(AlertMessage.is_followed, is_active, which).order_by(AlertMessage.id).limit(BATCH))


def _end(message: Any) -> None:
    """Queue the end of an issue. One that has begun again meanwhile is followed on, without a word."""
    issue, mine = message.issue, AlertMessage.id == message.id
    is_queued = message.state == AlertState.QUEUED
    if message.state == AlertState.SENDING or (is_queued and message.lost_attempts):
        return  # until it is known whether the beginning arrives
    if is_queued:
        gone = {"state": AlertState.DROPPED, "is_followed": False, "problem": "It was over before this was sent."}
        AlertMessage.update(gone).where(mine, AlertMessage.state == AlertState.QUEUED).execute()
        return
    if issue is not None and issue.closed_at > clock.now() - SETTLED_AFTER:
        return
    if issue is not None and (again := _successor(issue)) and _follow(message, again):
        return
    with db.atomic():
        is_first = AlertMessage.update(is_followed=False).where(mine, AlertMessage.is_followed).execute()
        is_news = issue is not None and issue.closed_at > clock.now() - ENDS_TOLD_FOR
        if is_first and is_news and (message.state in ANNOUNCED or message.lost_attempts):
            _queue(message.destination, issue, AlertMoment.OVER)


def _successor(issue: Issue) -> Issue | None:
    found: Issue | None = Issue.get_or_none(
        Issue.integration == issue.integration,
        Issue.kind == issue.kind,
        Issue.subject == issue.subject,
        Issue.closed_at.is_null(),
    )
    return found


def _follow(message: Any, issue: Issue) -> bool:
    """Let a message stand for an issue's beginning. Returns False if there is one already."""
    known = AlertMessage.select().where(
        AlertMessage.destination == message.destination,
        AlertMessage.issue == issue,
        AlertMessage.moment == AlertMoment.BEGUN,
    )
    if known.exists():
        return False
    AlertMessage.update(issue=issue).where(AlertMessage.id == message.id).execute()
    return True


def _remind() -> Any:
    is_old = AlertMessage.created_at <= clock.now() - REMIND_AFTER
    is_open = Issue.closed_at.is_null() & Issue.id.is_null(False) & ~_is_silenced()
    return AlertDestination.has_reminders & AlertMessage.state.in_(ANNOUNCED) & is_old & is_open


def _remind_of(message: Any) -> None:
    """Queue today's reminder, counted in days since the first message."""
    day = (clock.now() - message.created_at) // REMIND_AFTER
    of_today = (AlertMessage.issue == message.issue) & (AlertMessage.occasion == day)
    told = AlertMessage.select().where(of_today, AlertMessage.destination == message.destination)
    if not told.where(AlertMessage.moment == AlertMoment.REMINDER).exists():
        _queue(message.destination, message.issue, AlertMoment.REMINDER, occasion=day)


def _queue(
    destination: Any, issue: Issue, moment: AlertMoment, *, occasion: int = 0, is_followed: bool = False
) -> None:
    text = wording.of(issue, moment)
    row = {
        "account": destination.account_id,
        "destination": destination,
        "issue": issue,
        "moment": moment,
        "occasion": occasion,
        "title": text.title,
        "body": text.body,
        "is_followed": is_followed,
    }
    AlertMessage.insert(row).on_conflict_ignore().execute()


def _forget_silenced() -> None:
    """Delete queued messages about issues that somebody has snoozed or dismissed since, and late reminders."""
    is_open, is_reminder = Issue.closed_at.is_null(), AlertMessage.moment == AlertMoment.REMINDER
    is_beginning = AlertMessage.moment == AlertMoment.BEGUN
    is_unwanted = (is_open & _is_silenced() & (is_beginning | is_reminder)) | (~is_open & is_reminder)
    is_queued = AlertMessage.state == AlertState.QUEUED
    rows: Any = AlertMessage.select(AlertMessage.id).join(Issue).where(is_queued, is_unwanted).tuples()
    if ids := [message_id for (message_id,) in rows]:
        AlertMessage.delete().where(AlertMessage.id.in_(ids), is_queued).execute()


def _is_silenced() -> Any:
    is_snoozed = Issue.snoozed_until.is_null(False) & (Issue.snoozed_until > clock.now())
    return is_snoozed | Issue.dismissed_at.is_null(False)


def _is_severe_enough() -> Any:
    chosen = [
        (AlertDestination.severity == least) & Issue.severity.in_(included)
        for least, included in BEFORE_SEVERITY.items()
    ]
    return chosen[0] | chosen[1] | chosen[2]
