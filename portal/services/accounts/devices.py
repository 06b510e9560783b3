"""The browsers in which a person has logged in before. Strangers' wrong guesses do not slow them down.

The browser keeps a random value in a cookie, the portal its SHA-256 with the person. The value grants no access: it
only lets guesses at this person's password be counted separately.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from portal import clock
from portal.db import db
from portal.models.accounts import User
from portal.models.guessing import KnownDevice

MOST_PER_PERSON: Final = 20


def remember(user: User, value: str | None) -> str:
    """Remember that `user` logged in with `value` in the cookie; returns the value for the cookie from now on."""
    if value is None or not _is_issued(value):
        value = secrets.token_urlsafe(32)
    now = clock.now()
    with db.atomic():
        KnownDevice.insert(user=user, digest=_digest(value), used_at=now).on_conflict(
            conflict_target=[KnownDevice.user, KnownDevice.digest], update={KnownDevice.used_at: now}
        ).execute()
        mine = KnownDevice.select(KnownDevice.id).where(KnownDevice.user == user)
        newest = mine.order_by(KnownDevice.used_at.desc(), KnownDevice.id.desc()).limit(MOST_PER_PERSON)
        kept = [row.id for row in newest]
        KnownDevice.delete().where(KnownDevice.user == user, KnownDevice.id.not_in(kept)).execute()
    return value


def known(email: str, value: str | None) -> str | None:
    """Return the digest of the cookie's `value` if the person with this address has logged in with it."""
    digest = _digest(value or "")
    rows = KnownDevice.select(KnownDevice.id).join(User).where(User.email == email, KnownDevice.digest == digest)
    return digest if rows.exists() else None


def forget(user: User) -> None:
    """Treat all of the person's devices as unknown from now on."""
    KnownDevice.delete().where(KnownDevice.user == user).execute()


def _is_issued(value: str) -> bool:
    # Two people may share a browser. Made-up values are not adopted.
    return bool(KnownDevice.select(KnownDevice.id).where(KnownDevice.digest == _digest(value)).exists())


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
