"""Links that give the vendor's support read-only access for a while.

The link's token has 256 random bits, and only its hash is stored. Whoever opens the link becomes a guest: a user of
this account with the role support and without a password, whose sessions end with the link (sessions.py).
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, RoleName, User
from portal.models.support_access import SupportAccess
from portal.services.accounts import sessions
from portal.services.audit import audit_log

DAYS: Final = (1, 3, 7, 30)
MOST_OPEN: Final = 10
MOST_SHOWN: Final = 30
TOKEN_BYTES: Final = 32
LONGEST_NOTE: Final = 100
GUEST_NAME: Final = "Scopable support"
# Nobody can enter such an address in a form: this domain never exists (RFC 2606).
GUEST_ADDRESS: Final = "support-{uid}@guest.invalid"


def grant(account: Account, user: User, days: int, note: str = "") -> tuple[str, SupportAccess]:
    """Make a link; returns its token, which is stored nowhere, and its row.

    Raises Invalid for other numbers of days than DAYS or a long note, and Conflict if too many links are open.
    """
    if days not in DAYS:
        raise Invalid("days", "Choose how long the access lasts.")
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", f"This is too long. Use at most {LONGEST_NOTE} characters.")
    token, uid, now = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_hex(6), clock.now()
    ends_at = now + timedelta(days=days)
    with db.atomic():
        if _open(account).count() >= MOST_OPEN:
            raise Conflict(f"There are {MOST_OPEN} open links already.", "Revoke one that is no longer needed.")
        row: SupportAccess = SupportAccess.create(
            account=account,
            uid=uid,
            digest=_digest(token),
            guest=_guest(account, uid, ends_at),
            note=note,
            created_by=user,
            created_at=now,
            ends_at=ends_at,
        )
        length = f"{days} day{'' if days == 1 else 's'}"
        audit_log.record(account, user, "support_access.granted", f"{length}, {_named(row)}")
    return token, row


def find(token: str) -> SupportAccess | None:
    """Return the access that the token opens; None if there is none, or it has ended or was revoked."""
    found: SupportAccess | None = (
        SupportAccess.select(SupportAccess, Account)
        .join(Account)
        .where(SupportAccess.digest == _digest(token), _is_open())
        .first()
    )
    return found


def use(access: SupportAccess) -> User:
    """Record that the link is opened, and return the guest. Raises NotFound if it ended meanwhile."""
    counted = {"uses": SupportAccess.uses + 1, "last_used_at": clock.now()}
    with db.atomic():
        if not SupportAccess.update(counted).where(SupportAccess.id == access.id, _is_open()).execute():
            raise NotFound("This link is no longer valid.")
        guest: User = access.guest
        audit_log.record(access.account, guest, "support_access.used", _named(access))
    return guest


def revoke(account: Account, uid: str, user: User) -> SupportAccess:
    """End the access and its sessions at once. Raises NotFound if it is another account's, Conflict if it is over."""
    mine, named = SupportAccess.account == account, SupportAccess.uid == uid.replace("\0", "")
    row: SupportAccess | None = SupportAccess.get_or_none(mine, named)
    if row is None:
        raise NotFound("There is no such link.", "Reload the page.")
    with db.atomic():
        ended = {"revoked_at": clock.now(), "revoked_by": user}
        if not SupportAccess.update(ended).where(SupportAccess.id == row.id, _is_open()).execute():
            raise Conflict("This access has already ended.")
        User.update(active=False, fs_uniquifier=uuid.uuid4().hex).where(User.id == row.guest.id).execute()
        sessions.end_all(row.guest)
        audit_log.record(account, user, "support_access.revoked", _named(row))
    return row


def newest_first(account: Account) -> list[SupportAccess]:
    """Return the account's links, the newest first."""
    people = SupportAccess.select(SupportAccess, User).left_outer_join(User, on=SupportAccess.created_by)
    mine = people.where(SupportAccess.account == account).order_by(SupportAccess.id.desc())
    return list(mine.limit(MOST_SHOWN))


def is_over(access: SupportAccess) -> bool:
    return access.revoked_at is not None or access.ends_at <= clock.now()


def _guest(account: Account, uid: str, until: datetime) -> User:
    guest: User = User.create(
        account=account,
        email=GUEST_ADDRESS.format(uid=uid),
        name=GUEST_NAME,
        role=RoleName.SUPPORT,
        fs_uniquifier=uuid.uuid4().hex,
        guest_until=until,
    )
    return guest


def _open(account: Account) -> Any:
    return SupportAccess.select().where(SupportAccess.account == account, _is_open())


def _is_open() -> Any:
    return SupportAccess.revoked_at.is_null() & (SupportAccess.ends_at > clock.now())


def _named(access: SupportAccess) -> str:
    return f"link {access.uid}, {access.note}" if access.note else f"link {access.uid}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
