"""Support people who try what only admins may do: counted for each person and action."""

from __future__ import annotations

from typing import Final

from flask import request

from portal.models.accounts import User
from portal.services.audit import audit_counts

# What each address that is for admins does, after "tried something that only admins may do:".
ACTIONS: Final = {
    "setup.save_connection": "save the connection",
    "setup.addresses": "look up the addresses of a Halo",
    "setup.test_connection": "test the connection",
    "setup.choose_data": "choose what to sync",
    "setup.finish_webhooks": "finish the webhooks step",
    "setup.start": "connect Halo PSA",
    "data_sync.start": "start a sync",
    "data_sync.cancel": "cancel a sync",
    "data_sync.pause": "pause the schedule",
    "data_sync.resume": "resume the schedule",
    "holds.approve": "delete held records",
    "holds.keep": "keep held records",
    "records.sync": "sync one record",
    "sync_filters.change": "change the sync filters",
    "deliveries.replay_all": "replay deliveries",
    "deliveries.replay": "replay a delivery",
    "configuration.test_again": "test the connection",
    "configuration.replace_secret": "replace the Client Secret",
    "configuration.reschedule": "change the schedule",
    "configuration.limit": "change how much of Halo's limit is used",
    "configuration.change_webhook_login": "change how the webhook authenticates",
    "configuration.make_webhook_secret": "make a new webhook secret",
    "configuration.drop_webhook_secret": "drop the old webhook secret",
    "configuration.stop_using_webhook": "stop using webhooks",
    "configuration.disconnect": "disconnect Halo PSA",
}


def note(person: User) -> None:
    endpoint = request.endpoint or ""
    audit_counts.count(person.account_id, person, "role.refused", ACTIONS.get(endpoint, endpoint))  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
