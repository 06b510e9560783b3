"""Two-factor authentication: setting up an authenticator app, checking its codes, turning it off."""

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

# Five wrong codes at once, then one in 12 minutes, and one in two hours in the long run, from all addresses together.
# Only somebody who knows the password gets this far, so strangers cannot lock the person out.
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
    """An app that is being set up, kept in the browser's session. The key is sealed for one person.

    `replaces` is the id of the authenticator that the new one replaces.
    """

    sealed: str
    replaces: int | None
    started_at: float

    @property
    def mark(self) -> str:
        """Return a mark for the page, so that pages of other setups are recognized."""
        return hashlib.sha256(self.sealed.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def key_for(self, user: User) -> Secret:
        """Return the key. Raises SetupOver unless this person started the setup."""
        try:
            key: Secret = _row(user, self).secret
        except VaultError as error:
            raise SetupOver from error
        return key


def authenticator(user: User) -> Authenticator | None:
    """Return the app in use, None while two-factor authentication is off."""
    found: Authenticator | None = Authenticator.get_or_none(Authenticator.user == user)
    return found


def begin(user: User) -> Setup:
    """Make a new key. The current app stays in use until the first right code of the new one."""
    row, now_used = Authenticator(user=user, secret=totp.new_key()), authenticator(user)
    return Setup(row.__data__["secret"], now_used.id if now_used else None, clock.now().timestamp())


def resume(kept: Mapping[str, Any] | None) -> Setup:
    """Return the setup kept in the session. Raises SetupOver if there is none or it has expired."""
    if not kept:
        raise SetupOver
    setup = Setup(**kept)
    if clock.now().timestamp() - setup.started_at > SETUP_SECONDS:
        raise SetupOver
    return setup


def finish(user: User, setup: Setup, code: str) -> list[str]:
    """Activate the app if the code is right; returns recovery codes if there were none before.

    Raises Invalid for a wrong code, and SetupOver if the setup is somebody else's or already finished.
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
    except IntegrityError as error:  # another app was set up in the meantime
        raise SetupOver from error
    return codes


def passes(user: User, code: str) -> bool:
    """Return whether the code logs the person in. It and all older codes are used up then.

    Raises TooManyAttempts after too many wrong codes, and Conflict if the stored key does not open.
    """
    found, digits = authenticator(user), totp.typed(code)
    if found is None or digits is None:
        return False
    # A new app starts with a clean count, because only a logged-in person can set one up.
    app = f"{user.id}, set up at {found.made_at}"
    attempt = attempts.attempt({f"{name} of {app}": limit for name, limit in GUESSES.items()})
    counter = totp.counter_of(_opened(found), digits)
    is_right = counter is not None and _spend(found, counter)
    if is_right:
        attempts.succeeded(attempt)
    return is_right


def switch_off(user: User) -> None:
    """Turn it off: delete the app and the recovery codes."""
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
    """Store the app. Raises SetupOver unless it replaces the one in use."""
    if setup.replaces is not None:
        old = Authenticator.delete().where(Authenticator.id == setup.replaces, Authenticator.user == user)
        if not old.execute():
            raise SetupOver
    # Sealed again: the vault may have a newer key than when the setup began.
    Authenticator.create(user=user, secret=setup.key_for(user), last_counter=counter)
    audit_log.record(user.account, user, "two_factor.on" if setup.replaces is None else "two_factor.replaced")


def _spend(found: Authenticator, counter: int) -> bool:
    """Use up this code and all older ones; False if another request was first."""
    is_newer = Authenticator.last_counter.is_null() | (Authenticator.last_counter < counter)
    spent = Authenticator.update(last_counter=counter).where(Authenticator.id == found.id, is_newer).execute()
    return bool(spent)
