"""Where an issue leads: to exactly the records it affects, and to the page where it can be mended."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for

from portal.models.issues import Issue, IssueKind
from portal.models.sync import LogLevel, LogSubject
from portal.models.webhooks import DeliveryState
from portal.sync.record_types import RecordType

MOST_EXAMPLES = 10


class Link(NamedTuple):
    """`address` is empty if there is no page to lead to."""

    label: str
    address: str = ""


def affected(issue: Issue) -> Link | None:
    """Return the affected records in words, with the page that lists exactly those; None if it affects none."""
    if issue.affected is None:
        return None
    types = [RecordType(name) for name in _details(issue).get("record_types", [])]
    records = "1 record" if issue.affected == 1 else f"{issue.affected:,} records"
    label = types[0].counted(issue.affected) if len(types) == 1 else records
    return Link(label, _list_of_affected(issue, types) if issue.integration.is_active else "")


def examples(issue: Issue) -> list[Link]:
    """Return links to the pages of some affected records."""
    details, psa = _details(issue), issue.integration.psa
    if not issue.integration.is_active:
        return []
    named = [(details["record_types"][0], remote_id) for remote_id in details.get("ids", [])]
    named += [(name, remote_id) for name, remote_id in details.get("records", [])]
    return [
        Link(
            f"{RecordType(name).singular} {remote_id}",
            url_for("records.show", psa=psa, record_type=name, remote_id=remote_id),
        )
        for name, remote_id in named[:MOST_EXAMPLES]
    ]


def places(issue: Issue) -> list[Link]:
    """Return where to look or what to change. Only an integration that is connected has such pages."""
    details, psa = _details(issue), issue.integration.psa
    found: list[Link] = []
    if not issue.integration.is_active:
        return found
    match issue.kind:
        case IssueKind.HELD_DELETE:
            found.append(Link("Decide", url_for("held_deletes.show", psa=psa, hold_id=details["hold"])))
        case IssueKind.CREDENTIALS_REFUSED | IssueKind.PERMISSION_LOST:
            found.append(Link("Check the connection", url_for("configuration.index", psa=psa)))
        case IssueKind.WEBHOOK_SILENT:
            found.append(Link("Webhook settings", url_for("configuration.webhook.index", psa=psa)))
        case IssueKind.BUDGET_USED_UP:
            found.append(Link("Request limit", url_for("configuration.rate_limit.index", psa=psa)))
        case IssueKind.BEHIND_SCHEDULE:
            found.append(Link("Data Sync", url_for("data_sync.index", psa=psa)))
    if "run" in details:
        found.append(Link("Sync log", url_for("sync_logs.run", psa=psa, run_id=details["run"])))
    return found


def _list_of_affected(issue: Issue, types: list[RecordType]) -> str:
    details, psa = _details(issue), issue.integration.psa
    match issue.kind:
        case IssueKind.HELD_DELETE:
            return url_for("held_deletes.show", psa=psa, hold_id=details["hold"])
        case IssueKind.RECORDS_FAILED:
            return url_for(
                "sync_logs.lines.index",
                psa=psa,
                run=details["run"],
                record_type=types[0],
                level=LogLevel.WARNING.value,
                subject=LogSubject.RECORD.value,
            )
        case IssueKind.DELIVERIES_STUCK:
            return url_for("deliveries.index", psa=psa, state=DeliveryState.STUCK.value)
        case _ if len(types) == 1:
            return url_for("records.index", psa=psa, record_type=types[0])
    return ""


def _details(issue: Issue) -> dict[str, Any]:
    found: dict[str, Any] = issue.details or {}
    return found
