"""What people do with an issue: snooze it, dismiss it, bring it back, and try again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.issues import Issue, IssueEvent, IssueEventKind
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log

LONGEST_REASON: Final = 500
LONGEST_SNOOZE: Final = timedelta(days=31)


def get(account: Account, issue_id: int) -> Issue:
    """Return an issue of the account, open or closed. Raises NotFound if it has none with this id."""
    query = Issue.select(Issue, Integration).join(Integration)
    issue: Issue | None = query.where(Issue.id == issue_id, Integration.account == account).first()
    if issue is None:
        raise NotFound("There is no such issue.", "The Issues page lists yours. Closed ones are deleted in time.")
    return issue


def snooze(issue: Issue, until: datetime, user: User | None) -> None:
    """Hide an issue until then. Raises Invalid for a time that is past or too far off, Conflict if it is closed."""
    if not clock.now() < until <= clock.now() + LONGEST_SNOOZE:
        raise Invalid("until", "Snooze an issue for at most a month.")
    hidden = {"snoozed_until": until, **_NOT_DISMISSED}
    _change(issue, user, "issue.snoozed", IssueEventKind.SNOOZED, until.isoformat(timespec="minutes"), **hidden)


def dismiss(issue: Issue, reason: str, user: User | None) -> None:
    """Hide an issue until it has closed for good. Raises Invalid without a reason, Conflict if it is closed."""
    reason = reason.replace("\0", "").strip()  # PostgreSQL stores no null characters
    if not reason:
        raise Invalid("reason", "Say why you dismiss it.", "Your colleagues will see the reason.")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"This is too long. Use at most {LONGEST_REASON} characters.")
    hidden = {"dismissed_at": clock.now(), "dismissed_by": user, "dismiss_reason": reason, "snoozed_until": None}
    _change(issue, user, "issue.dismissed", IssueEventKind.DISMISSED, reason, **hidden)


def reopen(issue: Issue, user: User | None) -> None:
    """Show a snoozed or dismissed issue again. Raises Conflict if it is closed."""
    _change(issue, user, "issue.reopened", IssueEventKind.REOPENED, "", snoozed_until=None, **_NOT_DISMISSED)


def note_retry(issue: Issue, what: str, user: User | None) -> None:
    """Record that somebody tried again: `what` they started. Raises Conflict if the issue is closed."""
    _change(issue, user, "issue.retried", IssueEventKind.RETRIED, what)


_NOT_DISMISSED: Final[dict[str, Any]] = {"dismissed_at": None, "dismissed_by": None, "dismiss_reason": ""}


def _change(issue: Issue, user: User | None, action: str, kind: IssueEventKind, detail: str, **values: Any) -> None:
    """Change an open issue, and record it in its timeline and in the audit log."""
    account, psa = issue.integration.account, adapter_of(issue.integration.psa).name
    with db.atomic():
        # Without values, the update only makes sure that the issue is open.
        changed = Issue.update(**(values or {"kind": Issue.kind})).where(
            Issue.id == issue.id, Issue.closed_at.is_null()
        )
        if not changed.execute():
            raise Conflict("This issue is closed: its cause is gone.", "There's nothing left to do.")
        IssueEvent.create(issue=issue, kind=kind, user=user, detail=detail)
        audit_log.record(account, user, action, f"{psa}, issue {issue.id}: {issue.problem}"[:LONGEST_REASON])
