"""Retries what an issue is about: with the verbs that people use elsewhere, in one click."""

from __future__ import annotations

from typing import Any, Final

from portal.errors import Conflict
from portal.jobs import refetches
from portal.jobs.sync import sync_later
from portal.models.accounts import User
from portal.models.issues import Issue, IssueKind
from portal.models.sync import RunKind, RunTrigger
from portal.services.issues import commands
from portal.services.webhooks import replaying
from portal.services.webhooks.replaying import Choice

BY_SYNC: Final = frozenset(
    {
        *(IssueKind.CREDENTIALS_REFUSED, IssueKind.PERMISSION_LOST, IssueKind.SYNC_FAILED),
        *(IssueKind.SYNC_INCOMPLETE, IssueKind.RECORDS_FAILED, IssueKind.BEHIND_SCHEDULE),
    }
)
RETRYABLE: Final = BY_SYNC | {IssueKind.DELIVERIES_STUCK}
GOES_OVER: Final = "The issue closes by itself if it works."


def retry(issue: Issue, user: User | None) -> str:
    """Start what may mend the issue; returns what was started.

    Raises SyncAlreadyRunning, and Conflict if the issue is closed or nothing can be retried.
    """
    if issue.closed_at is not None or not issue.integration.is_active:
        raise Conflict("This issue is closed: its cause is gone.", "There's nothing left to do.")
    if issue.kind not in RETRYABLE:
        raise Conflict("There's nothing to retry about this issue.", issue.remedy)
    started = _replay(issue, user) if issue.kind == IssueKind.DELIVERIES_STUCK else _sync(issue, user)
    commands.note_retry(issue, started, user)
    return f"{started} {GOES_OVER}"


def _sync(issue: Issue, user: User | None) -> str:
    sync_later(issue.integration, RunTrigger.USER, user, **_wanted(issue))
    return "Sync started."


def _wanted(issue: Issue) -> dict[str, Any]:
    """Return what to sync: the records if they are few, otherwise their types, as the run did that failed."""
    details = issue.details or {}
    types, ids = details.get("record_types"), details.get("ids")
    if ids and len(ids) == issue.affected:
        return {"kind": RunKind.RECORD, "record_types": types, "remote_ids": ids}
    was_full = details.get("kind") in (RunKind.INITIAL, RunKind.FULL)
    is_full = was_full or issue.kind in (IssueKind.SYNC_INCOMPLETE, IssueKind.RECORDS_FAILED)
    return {"kind": RunKind.FULL if is_full else RunKind.INCREMENTAL, "record_types": types}


def _replay(issue: Issue, user: User | None) -> str:
    replayed = replaying.replay_all(issue.integration, Choice(failed=True), user)
    refetches.ring(issue.integration_id)
    return f"Replaying {replayed.number:,} {'delivery' if replayed.number == 1 else 'deliveries'}."
