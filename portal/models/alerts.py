"""Alerts: where they are sent, and an outbox of messages."""

from __future__ import annotations

import secrets
from enum import StrEnum

from peewee import SQL, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from portal import clock
from portal.db import BaseModel, UtcField
from portal.models.accounts import Account, User
from portal.models.issues import Issue
from portal.vault import EncryptedField


class AlertMoment(StrEnum):
    """`summary` stands for several messages that would have been too many."""

    BEGUN = "begun"
    REMINDER = "reminder"
    OVER = "over"
    TEST = "test"
    SUMMARY = "summary"


class AlertState(StrEnum):
    """`folded`: part of a summary. `dropped`: no longer worth sending. Queued ones may have failed before."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FOLDED = "folded"
    DROPPED = "dropped"
    GIVEN_UP = "given_up"


def _new_uid() -> str:
    return secrets.token_urlsafe(12)


class AlertDestination(BaseModel):
    """One place that alerts of an account are sent to.

    `address` is an Apprise URL, which holds passwords and tokens; people see only the `service` and the `hint`.
    `severity` is the lowest one that is sent. `last_problem` explains the last attempt; empty if it succeeded.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE", backref="alert_destinations")
    account_id: int
    uid = CharField(unique=True, default=_new_uid)
    name = CharField()
    service = CharField()
    hint = CharField(default="")
    address = EncryptedField()
    severity = CharField()
    has_reminders = BooleanField(default=False)
    created_at = UtcField(default=clock.now)
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    paused_at = UtcField(null=True)
    last_at = UtcField(null=True)
    last_problem = TextField(default="")


class AlertMessage(BaseModel):
    """One message to one destination.

    `issue` is None for tests and summaries. `occasion` counts the days of an issue's reminders. The first message
    about an issue is followed until the issue is over. `not_before` is when a queued message is due, or when a worker
    that is sending is presumed dead. `attempts` is the sender's fencing token; `lost_attempts` counts those whose
    worker died, so nobody knows whether the message arrived. The day of tries begins at `first_attempt_at`.
    `sent_at` is when the destination accepted it.
    """

    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    destination = ForeignKeyField(AlertDestination, on_delete="CASCADE", index=False)
    destination_id: int
    issue = ForeignKeyField(Issue, null=True, on_delete="SET NULL")
    issue_id: int | None
    moment = CharField()
    occasion = IntegerField(default=0)
    state = CharField(default=AlertState.QUEUED)
    title = TextField()
    body = TextField()
    is_followed = BooleanField(default=False)
    created_at = UtcField(default=clock.now)
    not_before = UtcField(default=clock.now)
    attempts = IntegerField(default=0)
    lost_attempts = IntegerField(default=0)
    first_attempt_at = UtcField(null=True)
    problem = TextField(default="")
    sent_at = UtcField(null=True)

    class Meta:
        indexes = (
            (("destination", "issue", "moment", "occasion"), True),
            (("account", "id"), False),
            (("destination", "id"), False),
            (("destination", "sent_at"), False),
        )


AlertMessage.add_index(
    SQL(
        "CREATE INDEX IF NOT EXISTS alert_message_waiting ON alert_message (not_before)"
        " WHERE state IN ('queued', 'sending')"
    )
)
AlertMessage.add_index(
    SQL("CREATE INDEX IF NOT EXISTS alert_message_followed ON alert_message (issue_id) WHERE is_followed")
)
