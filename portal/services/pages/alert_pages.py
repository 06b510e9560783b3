"""What the Alerts pages show of messages."""

from __future__ import annotations

from typing import Any, Final

from portal.models.accounts import Account
from portal.models.alerts import AlertDestination, AlertMessage, AlertState
from portal.services.alerts import waiting
from portal.services.pages import keyset
from portal.services.pages.keyset import Page

SIZE: Final = 50


def log(
    account: Account, destination: AlertDestination | None = None, *, before: int | None = None
) -> Page[AlertMessage]:
    """Return messages with their destinations, newest first."""
    query = AlertMessage.select(AlertMessage, AlertDestination).join(AlertDestination)
    return keyset.newest_first(query.where(*_scope(account, destination)), AlertMessage, SIZE, before=before)


def is_live(account: Account, destination: AlertDestination | None = None) -> bool:
    """Tell whether a message is being sent, or is about to be."""
    query = AlertMessage.select(AlertMessage.id).join(AlertDestination).where(*_scope(account, destination))
    return bool(query.where((AlertMessage.state == AlertState.SENDING) | waiting.is_due()).exists())


def _scope(account: Account, destination: AlertDestination | None) -> list[Any]:
    mine = [AlertMessage.account == account]
    return mine if destination is None else [*mine, AlertMessage.destination == destination]
