"""What needs a person: one row for each problem, from its beginning to its end."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import SQL, BigIntegerField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import User
from portal.models.integrations import Integration


class IssueKind(StrEnum):
    CREDENTIALS_REFUSED = "credentials_refused"
    PERMISSION_LOST = "permission_lost"
    SYNC_FAILED = "sync_failed"
    SYNC_INCOMPLETE = "sync_incomplete"
    HELD_DELETE = "held_delete"
    RECORDS_FAILED = "records_failed"
    WEBHOOK_SILENT = "webhook_silent"
    DELIVERIES_STUCK = "deliveries_stuck"
    BEHIND_SCHEDULE = "behind_schedule"
    BUDGET_USED_UP = "budget_used_up"


class Severity(StrEnum):
    """`critical`: nothing is synced. `error`: some data is missing or outdated. `warning`: it may soon be."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"


class Issue(BaseModel):
    """One problem. `subject` tells problems of a kind apart: a record type, or a cause; empty if there is only one.

    `times` counts its occurrences, such as failed syncs; `occurrence` rises with each of them. `affected` is the
    number of records concerned, None if it concerns no records. `details` is what the page needs besides, such as a
    few record ids. `closed_at` is set when the cause is gone; if it soon comes back, the same issue opens again
    (portal/services/issues/changes.py). A snoozed issue is hidden until `snoozed_until`, a dismissed one until it has
    closed for good.
    """

    integration = ForeignKeyField(Integration, on_delete="CASCADE", index=False)
    integration_id: int
    kind = CharField()
    subject = CharField(default="")
    severity = CharField()
    opened_at = UtcField(default=clock.now)
    last_seen_at = UtcField(default=clock.now)
    closed_at = UtcField(null=True)
    times = IntegerField(default=1)
    occurrence = BigIntegerField(default=0)
    affected = IntegerField(null=True)
    problem = TextField()
    remedy = TextField(default="")
    details: Any = JSONField(null=True)
    snoozed_until = UtcField(null=True)
    dismissed_at = UtcField(null=True)
    dismissed_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    dismiss_reason = TextField(default="")

    class Meta:
        indexes = ((("integration", "closed_at", "id"), False),)


# One open row for each problem, whoever notices it first.
Issue.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS issue_one_open ON issue (integration_id, kind, subject)"
        " WHERE closed_at IS NULL"
    )
)


class IssueEventKind(StrEnum):
    OPENED = "opened"
    CAME_BACK = "came_back"
    CLOSED = "closed"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    RETRIED = "retried"


class IssueEvent(BaseModel):
    """One line of an issue's timeline. `user` is None for Scopable itself and for commands of the operator."""

    issue = ForeignKeyField(Issue, on_delete="CASCADE")
    at = UtcField(default=clock.now)
    kind = CharField()
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    detail = TextField(default="")
