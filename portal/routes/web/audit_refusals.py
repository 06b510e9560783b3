"""Counts how often each support person tries each action that only admins may perform."""

from __future__ import annotations

from typing import Final

from flask import g, request

from portal.models.accounts import User
from portal.services.audit import audit_counts

# What each endpoint for admins does, to follow "tried something that only admins may do:". {psa} is the PSA's label.
ACTIONS: Final = {
    "setup.connect.save": "save the connection",
    "setup.connect.addresses": "look up the addresses of {psa}",
    "setup.connect.test": "test the connection",
    "setup.data.choose": "choose what to sync",
    "setup.webhooks.finish": "finish the webhooks step",
    "setup.review.start": "connect {psa}",
    "data_sync.start": "start a sync",
    "data_sync.cancel": "cancel a sync",
    "data_sync.pause": "pause the schedule",
    "data_sync.resume": "resume the schedule",
    "held_deletes.approve": "delete held records",
    "held_deletes.keep": "keep held records",
    "issues.snooze": "snooze an issue",
    "issues.dismiss": "dismiss an issue",
    "issues.reopen": "bring an issue back",
    "issues.retry": "retry an issue",
    "records.sync": "sync one record",
    "record_exclusion.exclude": "exclude a record",
    "record_exclusion.include": "include a record again",
    "sync_filters.change": "change the sync filters",
    "sync_filters.preview": "preview changed sync filters",
    "filter_history.undo_now": "undo a change of the sync filters",
    "filter_history.restore": "go back to earlier sync filters",
    "filter_history.preview": "preview earlier sync filters",
    "deliveries.replay_all": "replay deliveries",
    "deliveries.replay": "replay a delivery",
    "configuration.connection.test_again": "test the connection",
    "configuration.credentials.replace_secret": "replace the stored secret",
    "configuration.schedule.change": "change the schedule",
    "configuration.rate_limit.change": "change how much of the rate limit is used",
    "configuration.webhook.change_login": "change how the webhook authenticates",
    "configuration.webhook.make_secret": "make a new webhook secret",
    "configuration.webhook.drop_old_secret": "drop the old webhook secret",
    "configuration.webhook.stop_using": "stop using webhooks",
    "configuration.disconnect.disconnect": "disconnect {psa}",
    "support.access.grant": "make a link for support",
    "support.access.revoke": "revoke a link for support",
    "support.bundle.download": "download a support bundle",
    "kept_records.delete": "delete the records of {psa}",
    "alerts.adding.add": "add a destination for alerts",
    "alerts.change": "change a destination for alerts",
    "alerts.replacing.replace": "replace the address of a destination for alerts",
    "alerts.test": "send a test alert",
    "alerts.pause": "pause alerts",
    "alerts.resume": "resume alerts",
    "alerts.delete": "delete a destination for alerts",
    "pairing.read": "read the clients of both PSAs",
    "pairing.accept_sure": "accept all sure pairs of clients",
    "pairing.client.decide_with": "pair a client",
    "pairing.client.decide_alone": "decide about a client's counterpart",
}


def note(person: User) -> None:
    action = action_of(request.endpoint or "")
    audit_counts.count(person.account_id, person, "role.refused", action)  # type: ignore[attr-defined]  # Peewee adds it to every foreign key


def action_of(endpoint: str) -> str:
    """Return what an endpoint does, for the audit log."""
    return ACTIONS.get(endpoint, endpoint).format(psa=g.psa.label if "psa" in g else "")
