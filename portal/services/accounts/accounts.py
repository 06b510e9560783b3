"""Accounts (MSPs): the operator creates them and switches each PSA on or off."""

from __future__ import annotations

from peewee import IntegrityError

from portal import zones
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, User
from portal.psa.registry import NAMES
from portal.services.audit import audit_log


def create(name: str, time_zone: str = zones.UTC_NAME) -> Account:
    """Raise Invalid for an empty name or an unknown time zone, and Conflict for a name that is taken."""
    name = name.strip()
    if not name:
        raise Invalid("name", "An account needs a name.")
    try:
        with db.atomic():
            account: Account = Account.create(name=name, time_zone=_known(time_zone))
            audit_log.record(account, None, "account.created")
    except IntegrityError as error:
        raise Conflict(f"An account named {name} already exists.", "Choose another name.") from error
    return account


def get(name: str) -> Account:
    account: Account | None = Account.get_or_none(Account.name == name.strip())
    if account is None:
        raise NotFound(f"There is no account named {name}.", "`portal account list` shows them all.")
    return account


def everyone() -> list[Account]:
    return list(Account.select().order_by(Account.name))


def set_available(account: Account, psa: str, *, available: bool) -> None:
    """Switch a PSA on or off for the account. Off hides it; a connected integration keeps its data."""
    enabled = set(account.enabled_psas) - {psa} | ({psa} if available else set())
    with db.atomic():
        account.enabled_psas = [each for each in NAMES if each in enabled]
        account.save(only=[Account.enabled_psas])
        action = "account.psa_enabled" if available else "account.psa_disabled"
        audit_log.record(account, None, action, NAMES[psa].label)


def set_time_zone(account: Account, name: str, user: User | None) -> None:
    """Set the account's time zone. Raises Invalid if it does not exist."""
    time_zone = _known(name)
    if time_zone == account.time_zone:
        return
    with db.atomic():
        changed = {"Time zone": (account.time_zone, time_zone)}
        account.time_zone = time_zone
        account.save(only=[Account.time_zone])
        audit_log.record(account, user, "account.time_zone", time_zone, changed)


def _known(time_zone: str) -> str:
    found = zones.find(time_zone)
    if found is None:
        raise Invalid("time_zone", f"There is no time zone named {time_zone}.", "Use a name such as Europe/London.")
    return found
