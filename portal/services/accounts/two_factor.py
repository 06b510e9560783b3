"""Two-factor authentication: setting up an authenticator app, checking its codes, switching it off."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from peewee import IntegrityError

from portal import clock, log
from portal.db import db
from portal.errors import Conflict, Invalid, VaultError
from portal.models.accounts import User
from portal.models.second_factor import Authenticator
from portal.services.accounts import attempts, recovery_codes, totp, users
from portal.services.accounts.attempts import Limit
from portal.services.audit import audit_log
from portal.vault import Sealed, Secret

SETUP_SECONDS: Final = 30 * 60
SIX_DIGITS: Final = "Enter the six-digit code from the app."
WRONG: Final = "That code isn't right. Check that the time on your phone is set automatically, then enter a new code."

# Five wrong codes at once, then one in 12 minutes, and one in two hours for those who keep on; from all addresses.
# Only somebody who knows the password gets this far, so a stranger cannot keep the person out.
GUESSES: Final = {"code": Limit(5, 3600), "code, all day": Limit(12, 24 * 3600)}

logger = log.get("portal.two_factor")


class SetupOver(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "That QR code is no longer valid.",
            "It has expired, or it belongs to another login or another tab. Start again.",
        )


@dataclass(frozen=True)
class Setup:
    """An app that is being set up. The browser's session keeps it; the key is sealed for one person.

    `replaces` is the number of the authenticator that the new one takes the place of.
    """

    sealed: str
    replaces: int | None
    started_at: float

    @property
    def mark(self) -> str:
        """Name this set-up in its page, so that the page of another one is recognised."""
        return hashlib.sha256(self.sealed.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def key_for(self, user: User) -> Secret:
        """Raise SetupOver unless the set-up was started by this person."""
        try:
            key: Secret = _row(user, self).secret
        except VaultError as error:
            raise SetupOver from error
        return key


def authenticator(user: User) -> Authenticator | None:
    """Return the app that is in use, None while two-factor authentication is off."""
    found: Authenticator | None = Authenticator.get_or_none(Authenticator.user == user)
    return found


def begin(user: User) -> Setup:
    """Make a new key. The app that is in use stays so until the first right code of the new one."""
    row, now_used = Authenticator(user=user, secret=totp.new_key()), authenticator(user)
    return Setup(row.__data__["secret"], now_used.id if now_used else None, clock.now().timestamp())


def resume(kept: Mapping[str, Any] | None) -> Setup:
    """Return the set-up that the session keeps. Raises SetupOver when there is none, or when it has expired."""
    if not kept:
        raise SetupOver
    setup = Setup(**kept)
    if clock.now().timestamp() - setup.started_at > SETUP_SECONDS:
        raise SetupOver
    return setup


def finish(user: User, setup: Setup, code: str) -> list[str]:
    """Take the app into use, if this is its code; returns the recovery codes when there were none before.

    Raises Invalid for a wrong code, and SetupOver when the set-up belongs to somebody else or was finished before.
    """
    digits = totp.typed(code)
    if digits is None:
        raise Invalid("code", SIX_DIGITS)
    counter = totp.counter_of(setup.key_for(user), digits)
    if counter is None:
        raise Invalid("code", WRONG)
    codes = recovery_codes.fresh() if setup.replaces is None else []
    digests = [recovery_codes.digest(user, one) for one in codes]
    try:
        with db.atomic():
            _put(user, setup, counter)
            if digests:
                recovery_codes.store(user, digests)
    except IntegrityError as error:  # another app was set up meanwhile
        raise SetupOver from error
    return codes


def passes(user: User, code: str) -> bool:
    """Tell whether this code logs the person in. It then never does again, and neither do older ones.

    Raises TooManyAttempts after too many wrong ones, and Conflict when the stored key does not open.
    """
    found, digits = authenticator(user), totp.typed(code)
    if found is None or digits is None:
        return False
    # A new app starts with a clean count: whoever could set it up had logged in.
    app = f"{user.id}, set up at {found.made_at}"
    attempt = attempts.attempt({f"{name} of {app}": limit for name, limit in GUESSES.items()})
    counter = totp.counter_of(_opened(found), digits)
    is_right = counter is not None and _spend(found, counter)
    if is_right:
        attempts.succeeded(attempt)
    return is_right


def switch_off(user: User) -> None:
    """Forget the app and the recovery codes."""
    with db.atomic():
        users.forget_second_factor(user)
        audit_log.record(user.account, user, "two_factor.off")


def _opened(found: Authenticator) -> Secret:
    try:
        key: Secret = found.secret
    except VaultError as error:
        logger.exception("The key of an authenticator does not open", user=found.user_id)
        raise Conflict(
            "Your code can't be checked, because the portal can't read the key of your authenticator app.",
            "Log in with a recovery code, or ask the person who runs this portal for"
            f" `portal user reset-two-factor {found.user.email}`.",
        ) from error
    return key


def _row(user: User, setup: Setup) -> Authenticator:
    return Authenticator(user=user, secret=Sealed(setup.sealed))


def _put(user: User, setup: Setup, counter: int) -> None:
    """Raise SetupOver unless the app that is to be replaced is the one in use."""
    if setup.replaces is not None:
        old = Authenticator.delete().where(Authenticator.id == setup.replaces, Authenticator.user == user)
        if not old.execute():
            raise SetupOver
    row = _row(user, setup)
    row.last_counter = counter
    row.save(force_insert=True)
    audit_log.record(user.account, user, "two_factor.on" if setup.replaces is None else "two_factor.replaced")


def _spend(found: Authenticator, counter: int) -> bool:
    """Use up this code and all before it; False if another request was first."""
    is_newer = Authenticator.last_counter.is_null() | (Authenticator.last_counter < counter)
    spent = Authenticator.update(last_counter=counter).where(Authenticator.id == found.id, is_newer).execute()
    return bool(spent)
