"""Log-in sessions: started at log-in, checked at every request, and ended by deleting their row."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import NotFound
from portal.models.accounts import Account, User
from portal.models.sessions import LoginSession
from portal.services.audit import audit_log

# Writing at every request would make reading a page as expensive as a change.
SEEN_EVERY: Final = timedelta(minutes=1)
# For user agents and for addresses from proxies.
LONGEST_TEXT: Final = 250
TOKEN_BYTES: Final = 32


@dataclass(frozen=True)
class Limits:
    """How long a session may be idle unless it is remembered, and the maximum lifetime of any session."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)


_limits = Limits()


def bind(limits: Limits) -> None:
    """Set the session limits of this process."""
    global _limits
    _limits = limits


def limits() -> Limits:
    """Return the session limits of this process."""
    return _limits


def start(user: User, *, address: str, user_agent: str, remembered: bool) -> tuple[str, LoginSession]:
    """Log a person in; returns the token for the browser, which is stored nowhere else."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    row: LoginSession = LoginSession.create(
        user=user,
        digest=_digest(token),
        created_at=now,
        last_seen_at=now,
        address=_storable(address),
        user_agent=_storable(user_agent),
        remembered=remembered,
    )
    return token, row


def find(token: str, uniquifier: str, people: type[User] = User) -> LoginSession | None:
    """Return the live session of an active person, with the person (as a `people` row) and their account.

    None if there is no such session, if it has expired, or if it is somebody else's.
    """
    query = (
        LoginSession.select(LoginSession, people, Account)
        .join(people, on=(LoginSession.user == people.id), attr="user")
        .join(Account, on=(people.account == Account.id), attr="account")
        .where(
            LoginSession.digest == _digest(token),
            people.fs_uniquifier == uniquifier,
            people.active,
            people.guest_until.is_null() | (people.guest_until > clock.now()),
            ~is_over(clock.now()),
        )
    )
    found: LoginSession | None = query.first()
    return found


def touch(session: LoginSession, address: str) -> None:
    """Record that the session is in use, at most once a minute."""
    now = clock.now()
    if now - session.last_seen_at >= SEEN_EVERY:
        seen = {"last_seen_at": now, "address": _storable(address)}
        LoginSession.update(seen).where(LoginSession.id == session.id).execute()


def of(user: User) -> list[LoginSession]:
    """Return the person's sessions, the last used first."""
    mine = LoginSession.select().where(LoginSession.user == user.id, ~is_over(clock.now()))
    return list(mine.order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc()))


def end(user: User, number: int) -> None:
    """End one of a person's sessions. Raises NotFound if it has already ended or is not theirs."""
    with db.atomic():
        mine = (LoginSession.id == number) & (LoginSession.user == user.id)
        if not LoginSession.delete().where(mine).execute():
            raise NotFound(
                "That session has already ended.", "Go back and reload the page to see where you are logged in."
            )
        audit_log.record(user.account, user, "session.ended", f"session {number}")


def end_others(user: User, keep: int) -> int:
    """End all sessions of a person but the one numbered `keep`; returns how many."""
    with db.atomic():
        ended = end_all(user, but=keep)
        if ended:
            audit_log.record(user.account, user, "session.others_ended", f"{ended} session{'s' if ended > 1 else ''}")
    return ended


def end_all(user: User, *, but: int | None = None) -> int:
    """Log a person out everywhere, except in the session numbered `but`; returns how many sessions ended."""
    theirs = LoginSession.user == user.id
    if but is not None:
        theirs &= LoginSession.id != but
    ended: int = LoginSession.delete().where(theirs).execute()
    return ended


def end_token(token: str) -> None:
    """Log out: the token becomes invalid."""
    LoginSession.delete().where(LoginSession.digest == _digest(token)).execute()


def is_over(now: datetime) -> Any:
    """Return the condition for expired sessions."""
    is_idle = ~LoginSession.remembered & (LoginSession.last_seen_at <= now - _limits.idle)
    return is_idle | (LoginSession.created_at <= now - _limits.longest)


def _storable(text: str) -> str:
    return text.replace("\0", "")[:LONGEST_TEXT]  # PostgreSQL stores no null characters


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
