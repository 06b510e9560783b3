"""The issues as people read them: what is open now, what is hidden, and what is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from peewee import Case, fn

from portal import clock
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.issues import Issue, IssueEvent, IssueKind, Severity
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page

PAGE_ISSUES: Final = 30
MOST_OPEN: Final = 200
MOST_EVENTS: Final = 200
LATEST_CLOSED: Final = Keys((Issue.closed_at, Issue.id), is_descending=True)
WORST_FIRST: Final = {severity.value: place for place, severity in enumerate(Severity)}


class Shown(StrEnum):
    """Where an issue is listed. Each is listed in exactly one place."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


@dataclass(frozen=True)
class OpenIssues:
    """The open issues of an account that are neither snoozed nor dismissed: how many of each kind, by integration."""

    numbers: dict[tuple[int, IssueKind], int]

    @property
    def number(self) -> int:
        return sum(self.numbers.values())

    def of(self, integration: Integration, *, besides: IssueKind) -> int:
        """Count those of one integration, besides a kind that the page shows anyway."""
        mine = (
            number for (owner, kind), number in self.numbers.items() if owner == integration.id and kind != besides
        )
        return sum(mine)


def open_issues(account: Account) -> OpenIssues:
    """Count what every page shows in its navigation: one query that reads the open issues in an index."""
    columns = (Issue.integration, Issue.kind, fn.COUNT(Issue.id))
    query: Any = Issue.select(*columns).join(Integration).where(Integration.account == account, *_is(Shown.OPEN))
    rows = query.group_by(Issue.integration, Issue.kind).tuples()
    return OpenIssues({(owner, IssueKind(kind)): number for owner, kind, number in rows})


def hidden(account: Account) -> dict[Shown, int]:
    """Count the snoozed and the dismissed issues."""
    states = (Shown.SNOOZED, Shown.DISMISSED)
    mine = Issue.select(Issue.id).join(Integration).where(Integration.account == account)
    return {shown: mine.where(*_is(shown)).limit(MOST_OPEN).count() for shown in states}


def page(account: Account, shown: Shown, *, before: int | None = None, after: int | None = None) -> Page[Issue]:
    """Return the issues of one list: the worst and oldest first, or, of the closed ones, a page of the latest."""
    query = _of(account).where(*_is(shown))
    if shown is not Shown.CLOSED:
        worst_first = Case(Issue.severity, list(WORST_FIRST.items()), len(WORST_FIRST))
        return Page(list(query.order_by(worst_first, Issue.opened_at, Issue.id).limit(MOST_OPEN)))
    cursor = after if after is not None else before
    edge = (
        None
        if cursor is None
        else _of(account).where(Issue.id == cursor, Issue.closed_at.is_null(is_null=False)).first()
    )
    return keyset.page(
        query, LATEST_CLOSED, PAGE_ISSUES, edge and LATEST_CLOSED.edge(edge), backward=after is not None
    )


def shown_of(issue: Issue) -> Shown:
    if issue.closed_at is not None:
        return Shown.CLOSED
    if issue.dismissed_at is not None:
        return Shown.DISMISSED
    is_snoozed = issue.snoozed_until is not None and issue.snoozed_until > clock.now()
    return Shown.SNOOZED if is_snoozed else Shown.OPEN


def timeline(issue: Issue) -> list[IssueEvent]:
    """Return what happened to an issue, the latest first."""
    query = IssueEvent.select(IssueEvent, User).left_outer_join(User).where(IssueEvent.issue == issue)
    return list(query.order_by(IssueEvent.id.desc()).limit(MOST_EVENTS))


def duration(issue: Issue) -> float:
    """Return for how many seconds an issue has been open, or was."""
    until: datetime = issue.closed_at or clock.now()
    length = (until - issue.opened_at).total_seconds()
    return max(0.0, float(length))


def version(issues: Sequence[Issue], *more: object) -> str:
    """Return what changes whenever a list of issues does. It also changes every minute, because lists show how long
    ago things happened.
    """
    minute = clock.now().replace(second=0, microsecond=0)
    return repr(([tuple(issue.__data__.values()) for issue in issues], more, minute))


def _of(account: Account) -> Any:
    query = Issue.select(Issue, Integration, User).join(Integration).switch(Issue).left_outer_join(User)
    return query.where(Integration.account == account)


def _is(shown: Shown) -> list[Any]:
    if shown is Shown.CLOSED:
        return [Issue.closed_at.is_null(is_null=False)]
    is_open, is_dismissed = Issue.closed_at.is_null(), Issue.dismissed_at.is_null(is_null=False)
    if shown is Shown.DISMISSED:
        return [is_open, is_dismissed]
    is_snoozed = Issue.snoozed_until.is_null(is_null=False) & (Issue.snoozed_until > clock.now())
    return [is_open, ~is_dismissed, is_snoozed if shown is Shown.SNOOZED else ~is_snoozed]
