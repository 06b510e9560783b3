"""Texts, colours and icons of issues."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from portal.models.issues import IssueEventKind, IssueKind, Severity
from portal.services.issues.inbox import Shown

# Text and icon.
ISSUE_KINDS: Final = {
    IssueKind.CREDENTIALS_REFUSED: ("Credentials refused", "key"),
    IssueKind.PERMISSION_LOST: ("Permission lost", "shield-lock"),
    IssueKind.SYNC_FAILED: ("Sync failed", "alert-circle"),
    IssueKind.SYNC_INCOMPLETE: ("Sync incomplete", "alert-triangle"),
    IssueKind.HELD_DELETE: ("Decision needed", "help-circle"),
    IssueKind.RECORDS_FAILED: ("Records not stored", "ban"),
    IssueKind.WEBHOOK_SILENT: ("Webhook silent", "webhook"),
    IssueKind.DELIVERIES_STUCK: ("Deliveries failed", "webhook"),
    IssueKind.BEHIND_SCHEDULE: ("Behind schedule", "clock"),
    IssueKind.BUDGET_USED_UP: ("Request limit used up", "hourglass"),
}
# Text and colour.
SEVERITIES: Final = {
    Severity.CRITICAL: ("Critical", "red"),
    Severity.ERROR: ("Error", "orange"),
    Severity.WARNING: ("Warning", "yellow"),
}
ISSUE_LISTS: Final = {
    Shown.OPEN: "Open",
    Shown.SNOOZED: "Snoozed",
    Shown.DISMISSED: "Dismissed",
    Shown.CLOSED: "Closed",
}
# What the timeline says, after the person's name if there is one.
ISSUE_EVENTS: Final = {
    IssueEventKind.OPENED: "Noticed",
    IssueEventKind.CAME_BACK: "Came back",
    IssueEventKind.CLOSED: "Closed: the cause is gone",
    IssueEventKind.SNOOZED: "snoozed it",
    IssueEventKind.DISMISSED: "dismissed it:",
    IssueEventKind.REOPENED: "brought it back",
    IssueEventKind.RETRIED: "tried again:",
}
# What the button says that tries again.
RETRIES: Final = {
    IssueKind.CREDENTIALS_REFUSED: "Try the credentials now",
    IssueKind.PERMISSION_LOST: "Try again",
    IssueKind.SYNC_FAILED: "Try again",
    IssueKind.SYNC_INCOMPLETE: "Run a full sync",
    IssueKind.RECORDS_FAILED: "Try again",
    IssueKind.DELIVERIES_STUCK: "Replay them",
    IssueKind.BEHIND_SCHEDULE: "Sync now",
}
SNOOZES: Final = {
    "hour": ("1 hour", timedelta(hours=1)),
    "day": ("1 day", timedelta(days=1)),
    "week": ("1 week", timedelta(days=7)),
}
FOR_TEMPLATES: Final = {
    "issue_kinds": ISSUE_KINDS,
    "severities": SEVERITIES,
    "issue_lists": ISSUE_LISTS,
    "issue_events": ISSUE_EVENTS,
    "issue_retries": RETRIES,
    "snoozes": {name: label for name, (label, _) in SNOOZES.items()},
}
