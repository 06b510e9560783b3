"""Compares findings with the issues that are open, and writes the difference.

A problem that comes back within RETURNS_WITHIN is the same issue again, still snoozed or dismissed: a type that fails
every second time is one issue, not ten, and nobody dismisses it ten times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.models.integrations import Integration
from portal.models.issues import Issue, IssueEvent, IssueEventKind, IssueKind
from portal.services.issues.findings import Finding, Key

RETURNS_WITHIN: Final = timedelta(hours=6)


@dataclass
class Plan:
    """What to write. A finding stands beside the issue that it brings back or changes."""

    opened: list[Finding] = field(default_factory=list)
    returned: list[tuple[Issue, Finding]] = field(default_factory=list)
    changed: list[tuple[Issue, Finding]] = field(default_factory=list)
    closed: list[Issue] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.opened or self.returned or self.changed or self.closed)


def plan(issues: Sequence[Issue], findings: Iterable[Finding], undecided: Collection[IssueKind]) -> Plan:
    """Decide what to write. Pure. `issues` are those that are open or closed lately, in any order.

    Open issues of the kinds in `undecided` stay as they are.
    """
    is_open = {_key(issue): issue for issue in issues if issue.closed_at is None}
    newest_last = sorted((issue for issue in issues if issue.closed_at is not None), key=lambda one: one.closed_at)
    was_open = {_key(issue): issue for issue in newest_last}
    result, seen = Plan(), set()
    for finding in findings:
        seen.add(finding.key)
        if (issue := is_open.get(finding.key)) is not None:
            if _differs(issue, finding):
                result.changed.append((issue, finding))
        elif (issue := was_open.get(finding.key)) is not None:
            result.returned.append((issue, finding))
        else:
            result.opened.append(finding)
    result.closed = [
        issue for key, issue in is_open.items() if key not in seen and IssueKind(issue.kind) not in undecided
    ]
    return result


def read(integration: Integration) -> list[Issue]:
    """Return the issues of the integration that are open, or closed so lately that they may come back."""
    lately = Issue.closed_at >= clock.now() - RETURNS_WITHIN
    mine = Issue.integration == integration
    return list(Issue.select().where(mine, Issue.closed_at.is_null() | lately))


def write(integration: Integration, todo: Plan) -> None:
    """Write a plan, inside the caller's transaction, which holds the integration's lock."""
    now = clock.now()
    for finding in todo.opened:
        issue = Issue.create(
            integration=integration,
            kind=finding.kind,
            subject=finding.subject,
            opened_at=finding.at,
            last_seen_at=finding.at,
            **_values(finding),
        )
        IssueEvent.create(issue=issue, at=finding.at, kind=IssueEventKind.OPENED)
    for issue, finding in todo.returned:
        back = {"closed_at": None, "times": Issue.times + 1, "last_seen_at": finding.at}
        _update(
            issue, IssueEventKind.CAME_BACK, now, Issue.closed_at.is_null(is_null=False), **back, **_values(finding)
        )
    for issue, finding in todo.changed:
        is_new = finding.occurrence > issue.occurrence
        again = {"times": Issue.times + 1, "last_seen_at": finding.at} if is_new else {}
        _update(issue, None, now, Issue.closed_at.is_null(), **again, **_values(finding))
    for issue in todo.closed:
        _update(issue, IssueEventKind.CLOSED, now, Issue.closed_at.is_null(), closed_at=now)


def close_all(integration: Integration) -> None:
    """Close all issues of an integration that is being disconnected, inside the caller's transaction."""
    mine = Issue.select().where(Issue.integration == integration, Issue.closed_at.is_null())
    write(integration, Plan(closed=list(mine)))


def _update(issue: Issue, kind: IssueEventKind | None, now: datetime, expected: Any, **values: Any) -> None:
    """Change an issue that is still open, or still closed, as `expected`."""
    if Issue.update(**values).where(Issue.id == issue.id, expected).execute() and kind is not None:
        IssueEvent.create(issue=issue, at=now, kind=kind)


def _values(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "problem": finding.problem,
        "remedy": finding.remedy,
        "affected": finding.affected,
        "occurrence": finding.occurrence,
        "details": finding.details,
    }


def _differs(issue: Issue, finding: Finding) -> bool:
    return any(getattr(issue, name) != value for name, value in _values(finding).items())


def _key(issue: Issue) -> Key:
    return issue.kind, issue.subject
