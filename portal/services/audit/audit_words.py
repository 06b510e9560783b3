"""All actions in the audit log, with their kind and text. A test fails if an action has no text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What people filter by. Stored with each entry so that one index can serve the filter."""

    LOG_IN = "log_in"
    PEOPLE = "people"
    CONNECTION = "connection"
    FILTERS = "filters"
    SYNC = "sync"
    WEBHOOK = "webhook"
    ALERTS = "alerts"
    EXPORT = "export"
    REFUSED = "refused"
    OPERATION = "operation"
    OTHER = "other"


LABELS: Final = {
    Kind.LOG_IN: "Logins and passwords",
    Kind.PEOPLE: "Account and people",
    Kind.CONNECTION: "Connection",
    Kind.FILTERS: "Sync filters",
    Kind.SYNC: "Syncs and schedule",
    Kind.WEBHOOK: "Webhooks",
    Kind.ALERTS: "Alerts",
    Kind.EXPORT: "Exports and downloads",
    Kind.REFUSED: "Denied",
    Kind.OPERATION: "Portal operation",
}

OPERATOR: Final = "Operator"


@dataclass(frozen=True)
class Action:
    """`words` follow the name of the person who acted, or whose account was tried, and precede the detail.

    `actor` is shown if the entry names no person.
    """

    kind: Kind
    words: str
    actor: str = OPERATOR


ACTIONS: Final = {
    "login.succeeded": Action(Kind.LOG_IN, "logged in"),
    "login.failed": Action(Kind.LOG_IN, "failed to log in", "Someone"),
    "login.throttled": Action(Kind.LOG_IN, "was blocked after too many login attempts", "Someone"),
    "login.code_failed": Action(Kind.LOG_IN, "entered a wrong two-factor or recovery code"),
    "logout": Action(Kind.LOG_IN, "logged out"),
    "session.ended": Action(Kind.LOG_IN, "logged out another device:"),
    "session.others_ended": Action(Kind.LOG_IN, "logged out all other devices:"),
    "password.changed": Action(Kind.LOG_IN, "changed their password"),
    "password.refused": Action(Kind.LOG_IN, "entered a wrong current password"),
    "password.throttled": Action(Kind.LOG_IN, "was blocked after too many wrong current passwords"),
    "two_factor.on": Action(Kind.LOG_IN, "turned two-factor authentication on"),
    "two_factor.off": Action(Kind.LOG_IN, "turned two-factor authentication off"),
    "two_factor.replaced": Action(Kind.LOG_IN, "set up a new authenticator app"),
    "recovery_codes.made": Action(Kind.LOG_IN, "created new recovery codes"),
    "recovery_code.used": Action(Kind.LOG_IN, "logged in with a recovery code:"),
    "account.created": Action(Kind.PEOPLE, "created the account"),
    "account.time_zone": Action(Kind.PEOPLE, "set the time zone:"),
    "user.created": Action(Kind.PEOPLE, "created a user:"),
    "user.role": Action(Kind.PEOPLE, "changed a role:"),
    "user.password": Action(Kind.PEOPLE, "set a new password for"),
    "user.disabled": Action(Kind.PEOPLE, "disabled a user:"),
    "user.enabled": Action(Kind.PEOPLE, "enabled a user:"),
    "user.removed": Action(Kind.PEOPLE, "removed a user:"),
    "user.logged_out": Action(Kind.PEOPLE, "logged out everywhere:"),
    "user.two_factor_reset": Action(Kind.PEOPLE, "reset two-factor authentication for"),
    "account.psa_enabled": Action(Kind.PEOPLE, "turned a PSA on:"),
    "account.psa_disabled": Action(Kind.PEOPLE, "turned a PSA off:"),
    "integration.setup_started": Action(Kind.CONNECTION, "started setting up the integration"),
    "integration.setup_saved": Action(Kind.CONNECTION, "changed connection details:"),
    "integration.tested": Action(Kind.CONNECTION, "tested the connection:"),
    "integration.data_chosen": Action(Kind.FILTERS, "chose what to sync:"),
    "integration.webhooks_chosen": Action(Kind.CONNECTION, "finished the webhooks step:"),
    "integration.connected": Action(Kind.CONNECTION, "connected the integration:"),
    "integration.disconnected": Action(Kind.CONNECTION, "disconnected the integration:"),
    "integration.secret_replaced": Action(Kind.CONNECTION, "replaced the stored secret"),
    "integration.secret_refused": Action(Kind.CONNECTION, "tried a new secret that didn't work"),
    "integration.credentials_accepted": Action(
        Kind.CONNECTION, "resumed syncing: the PSA accepts the credentials again", "Scopable"
    ),
    "pairing.read": Action(Kind.CONNECTION, "started pairing the clients of"),
    "pairing.accepted": Action(Kind.CONNECTION, "accepted all sure matches of clients:"),
    "pairing.paired": Action(Kind.CONNECTION, "paired"),
    "pairing.rejected": Action(Kind.CONNECTION, "rejected a match:"),
    "pairing.without": Action(Kind.CONNECTION, "decided that a client has no counterpart:"),
    "pairing.undone": Action(Kind.CONNECTION, "took back the decision about"),
    "integration.data_changed": Action(Kind.FILTERS, "changed what to sync:"),
    "record.excluded": Action(Kind.FILTERS, "excluded a record by hand:"),
    "record.included": Action(Kind.FILTERS, "included a record again:"),
    "integration.rescheduled": Action(Kind.SYNC, "changed the schedule:"),
    "integration.paused": Action(Kind.SYNC, "paused the schedule"),
    "integration.resumed": Action(Kind.SYNC, "resumed the schedule"),
    "integration.limited": Action(Kind.SYNC, "changed the request limit:"),
    "sync.started": Action(Kind.SYNC, "started a sync:"),
    "sync.cancelled": Action(Kind.SYNC, "cancelled a sync:"),
    "hold.deleted": Action(Kind.SYNC, "deleted records that are no longer listed:"),
    "hold.kept": Action(Kind.SYNC, "kept records that are no longer listed:"),
    "issue.snoozed": Action(Kind.SYNC, "snoozed an issue:"),
    "issue.dismissed": Action(Kind.SYNC, "dismissed an issue:"),
    "issue.reopened": Action(Kind.SYNC, "brought an issue back:"),
    "issue.retried": Action(Kind.SYNC, "retried an issue:"),
    "webhook.login_changed": Action(Kind.WEBHOOK, "changed how the webhook authenticates:"),
    "webhook.unused": Action(Kind.WEBHOOK, "stopped using webhooks"),
    "webhook.secret_made": Action(Kind.WEBHOOK, "created a new webhook secret; the old one still works"),
    "webhook.secret_dropped": Action(Kind.WEBHOOK, "removed the old webhook secret"),
    "webhook.refused": Action(
        Kind.WEBHOOK, "called the webhook with the wrong credentials and was refused", "Someone"
    ),
    "delivery.replayed": Action(Kind.WEBHOOK, "replayed webhook deliveries:"),
    "alerts.added": Action(Kind.ALERTS, "added a destination for alerts:"),
    "alerts.changed": Action(Kind.ALERTS, "changed a destination for alerts:"),
    "alerts.address_replaced": Action(Kind.ALERTS, "changed where alerts are sent:"),
    "alerts.paused": Action(Kind.ALERTS, "paused alerts to"),
    "alerts.resumed": Action(Kind.ALERTS, "resumed alerts to"),
    "alerts.tested": Action(Kind.ALERTS, "sent a test alert to"),
    "alerts.deleted": Action(Kind.ALERTS, "deleted a destination for alerts:"),
    "record.downloaded": Action(Kind.EXPORT, "downloaded a record:"),
    "records.deleted": Action(Kind.CONNECTION, "deleted the records of a disconnected integration:"),
    "records.exported": Action(Kind.EXPORT, "exported records:"),
    "log.downloaded": Action(Kind.EXPORT, "downloaded a sync log:"),
    "log.exported": Action(Kind.EXPORT, "exported sync log entries:"),
    "activity.exported": Action(Kind.EXPORT, "exported the activity log:"),
    "pairing.exported": Action(Kind.EXPORT, "exported from pairing:"),
    "bundle.made": Action(Kind.EXPORT, "created a support bundle"),
    "support_access.granted": Action(Kind.CONNECTION, "made a read-only link for support:"),
    "support_access.used": Action(Kind.LOG_IN, "opened a read-only link:"),
    "support_access.revoked": Action(Kind.CONNECTION, "revoked a read-only link for support:"),
    "role.refused": Action(Kind.REFUSED, "tried something only admins can do:"),
    "vault.rotated": Action(Kind.OPERATION, "re-encrypted stored secrets with the new key:"),
    "database.upgraded": Action(Kind.OPERATION, "upgraded the database:"),
}


def kind_of(action: str) -> Kind:
    known = ACTIONS.get(action)
    return known.kind if known else Kind.OTHER


def words_of(action: str) -> str:
    """Return the text of an action. Actions of later versions show their name."""
    known = ACTIONS.get(action)
    return known.words if known else action


def actor_of(action: str) -> str:
    """Return the actor to show if the entry names no person."""
    known = ACTIONS.get(action)
    return known.actor if known else OPERATOR
