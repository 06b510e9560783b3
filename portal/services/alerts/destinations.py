"""The places that an account's alerts go to. Their addresses are secrets: no page, log or audit entry has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import Conflict, NotFound
from portal.models.accounts import Account, User
from portal.models.alerts import AlertDestination, AlertMessage, AlertMoment, AlertState
from portal.models.issues import Severity
from portal.services.alerts import channels, waiting, wording
from portal.services.audit import audit_log, changes
from portal.vault import Secret

MOST: Final = 20
SEVERITIES: Final = {
    Severity.CRITICAL: "Critical only",
    Severity.ERROR: "Critical and errors",
    Severity.WARNING: "Everything",
}


@dataclass(frozen=True)
class Wishes:
    """What people choose about a destination. `severity` is the lowest one that is sent."""

    name: str
    severity: Severity
    has_reminders: bool

    @property
    def words(self) -> str:
        return f"{self.name}, {SEVERITIES[self.severity]}{', daily reminders' if self.has_reminders else ''}"


def all_of(account: Account) -> list[AlertDestination]:
    return list(AlertDestination.select().where(AlertDestination.account == account).order_by(AlertDestination.id))


def get(account: Account, destination_id: int) -> AlertDestination:
    """Return a destination. Raises NotFound if it is gone, or another account's."""
    mine = (AlertDestination.id == destination_id) & (AlertDestination.account == account)
    destination: AlertDestination | None = AlertDestination.get_or_none(mine)
    if destination is None:
        raise NotFound("This destination doesn't exist.", "It may have been deleted.")
    return destination


def wishes_of(destination: AlertDestination) -> Wishes:
    return Wishes(destination.name, Severity(destination.severity), bool(destination.has_reminders))


def add(
    account: Account,
    user: User | None,
    wishes: Wishes,
    address: Secret,
    among: frozenset[str] = channels.SERVICES,
) -> AlertDestination:
    """Add a destination. Raises Invalid about its address unless it is of one of these services.

    Issues that are open already are not sent there.
    """
    channel = channels.opened(address, among)
    with db.atomic():
        if AlertDestination.select().where(AlertDestination.account == account).count() >= MOST:
            raise Conflict(f"You have {MOST} destinations already.", "Delete one that you don't need.")
        destination: AlertDestination = AlertDestination.create(
            account=account,
            address=address,
            service=channel.label,
            hint=channel.hint,
            created_by=user,
            **_columns(wishes),
        )
        audit_log.record(account, user, "alerts.added", f"{wishes.words} ({channel.label})")
    return destination


def change(destination: AlertDestination, user: User | None, wishes: Wishes) -> None:
    before = wishes_of(destination)
    if wishes == before:
        return
    with db.atomic():
        _update(destination, _columns(wishes))
        changed = {"Alerts": (before.words, wishes.words)}
        audit_log.record(destination.account, user, "alerts.changed", f"{before.words} → {wishes.words}", changed)


def replace_address(
    destination: AlertDestination,
    user: User | None,
    address: Secret,
    among: frozenset[str] = channels.SERVICES,
) -> None:
    """Send everything from now on to another address, also what waits already. The old one is deleted.

    Raises Invalid about the address as `add` does, and Conflict if the destination was deleted meanwhile.
    """
    channel, before = channels.opened(address, among), destination.service
    destination.address = address
    columns = {
        "address": destination.__data__["address"],  # sealed
        "service": channel.label,
        "hint": channel.hint,
        # Of the old address.
        "last_at": None,
        "last_problem": "",
    }
    waits = (AlertMessage.destination == destination) & (AlertMessage.state == AlertState.QUEUED)
    with db.atomic():
        _update(destination, columns)
        AlertMessage.update(not_before=clock.now(), first_attempt_at=None).where(waits).execute()
        changed = {
            **changes.replaced([f"Address of {destination.name}"]),
            **changes.differing({"Service": before}, {"Service": channel.label}),
        }
        audit_log.record(destination.account, user, "alerts.address_replaced", changes=changed)


def pause(destination: AlertDestination, user: User | None) -> None:
    """Send nothing more. Problems that begin meanwhile and last are sent after `resume`."""
    if destination.paused_at is None:
        _switch(destination, user, "alerts.paused", {"paused_at": clock.now()})


def resume(destination: AlertDestination, user: User | None) -> None:
    if destination.paused_at is not None:
        _switch(destination, user, "alerts.resumed", {"paused_at": None})


def delete(destination: AlertDestination, user: User | None) -> None:
    """Delete a destination with its address and its messages."""
    with db.atomic():
        if not AlertDestination.delete().where(AlertDestination.id == destination.id).execute():
            return
        audit_log.record(destination.account, user, "alerts.deleted", f"{destination.name} ({destination.service})")


def test(destination: AlertDestination, user: User | None) -> AlertMessage:
    """Queue a test message. Raises Conflict while another one waits."""
    is_test = (AlertMessage.destination == destination) & (AlertMessage.moment == AlertMoment.TEST)
    with db.atomic():
        if AlertMessage.select().where(is_test, AlertMessage.state.in_(waiting.STATES)).exists():
            raise Conflict("A test alert is already on its way.", "Its result appears below.")
        text = wording.test(destination.account)
        message: AlertMessage = AlertMessage.create(
            account=destination.account_id,
            destination=destination,
            moment=AlertMoment.TEST,
            title=text.title,
            body=text.body,
        )
        audit_log.record(destination.account, user, "alerts.tested", destination.name)
    return message


def _switch(destination: AlertDestination, user: User | None, action: str, columns: Mapping[str, Any]) -> None:
    with db.atomic():
        _update(destination, columns)
        audit_log.record(destination.account, user, action, destination.name)


def _update(destination: AlertDestination, columns: Mapping[str, Any]) -> None:
    if not AlertDestination.update(columns).where(AlertDestination.id == destination.id).execute():
        raise Conflict(
            "This destination was deleted in the meantime, so nothing was saved.",
            "If you still need it, add it again.",
        )


def _columns(wishes: Wishes) -> dict[str, Any]:
    return {"name": wishes.name, "severity": wishes.severity, "has_reminders": wishes.has_reminders}
