"""Actions that strangers can repeat without limit: counted in memory, written every few seconds.

Similar actions within an hour become one entry with a count. So hundreds of refused calls a second, or guesses from
thousands of addresses, cost only a bounded number of rows and writes.
"""

from __future__ import annotations

import atexit
import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import EXCLUDED, Case, IntegrityError, PeeweeException

from portal import clock, log
from portal.db import connected, db, write_queue
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.networks import network_of
from portal.services.audit import audit_log
from portal.services.audit.audit_words import kind_of

FLUSH_SECONDS: Final = 2.0
WINDOW_SECONDS: Final = 3600
# Per window and process. Actions beyond that are counted without address and detail.
MOST_GROUPS: Final = 200
MANY: Final = "many addresses"
LONGEST_DETAIL: Final = 300


@dataclass(frozen=True)
class Group:
    """Actions with equal groups share an entry."""

    window: int
    account: int | None
    user: int | None
    actor: str
    action: str
    detail: str
    address: str

    @property
    def key(self) -> str:
        parts = (self.account, self.actor, self.action, self.detail, self.address)
        return f"{self.window}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"


@dataclass
class Tally:
    count: int
    first: datetime
    last: datetime
    session: int | None


_lock = threading.Lock()
_waiting: dict[Group, Tally] = {}
_seen: set[Group] = set()
_thread: threading.Thread | None = None


def count(account_id: int | None, user: User | None, action: str, detail: str = "", *, address: str = "") -> None:
    """Count an action of this person, or of a stranger. `address` defaults to the request's.

    Cheap: it writes nothing itself, and never raises.
    """
    come_from, now = audit_log.origin.get()(), clock.now()
    network = network_of(address or come_from.address)
    group = Group(
        window=int(now.timestamp()) // WINDOW_SECONDS,
        account=account_id,
        user=user.id if user else None,
        actor=user.email if user else "",
        action=action,
        detail=detail[:LONGEST_DETAIL],
        address="" if network == "unknown" else network,
    )
    with _lock:
        _add(_within_bounds(group), Tally(1, now, now, come_from.session))
        _keep_flushing()


def flush() -> None:
    """Write the counts. If the database refuses some, the next flush retries them."""
    with _lock:
        counted = dict(_waiting)
        _waiting.clear()
    if not counted:
        return
    try:
        with connected(), write_queue(), db.atomic():
            for group, tally in counted.items():
                _write(group, tally)
    except PeeweeException as error:
        log.get(__name__).warning("audit counts could not be written yet", count=len(counted), reason=str(error))
        with _lock:
            for group, tally in counted.items():
                _add(group, tally)


def forget() -> None:
    """Drop the counts that are not written yet."""
    with _lock:
        _waiting.clear()
        _seen.clear()


def _within_bounds(group: Group) -> Group:
    """Return the group, or a less specific one if there are too many."""
    if _seen and next(iter(_seen)).window != group.window:
        _seen.clear()
    if group in _seen or len(_seen) < MOST_GROUPS:
        _seen.add(group)
        return group
    return Group(group.window, group.account, group.user, group.actor, group.action, "", MANY)


def _add(group: Group, tally: Tally) -> None:
    known = _waiting.setdefault(group, Tally(0, tally.first, tally.last, tally.session))
    known.count += tally.count
    known.first, known.last = min(known.first, tally.first), max(known.last, tally.last)


def _keep_flushing() -> None:
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_flush_on, name="audit counts", daemon=True)
        _thread.start()


def _flush_on() -> None:
    """Flush until nothing is left. The next count starts another thread."""
    global _thread
    while True:
        clock.sleep(FLUSH_SECONDS)
        flush()
        with _lock:
            if not _waiting:
                _thread = None
                return


def _write(group: Group, tally: Tally) -> None:
    """Add to the group's entry, or create it. Updating first is the common case and uses up no id."""
    later = Case(None, [(AuditEntry.last_at < tally.last, tally.last)], AuditEntry.last_at)
    grown = AuditEntry.update(count=AuditEntry.count + tally.count, last_at=later)
    if not grown.where(AuditEntry.group_key == group.key).execute() and _is_there(group):
        _begin(group, tally, group.user)


def _begin(group: Group, tally: Tally, user_id: int | None) -> None:
    row: dict[str, Any] = {
        "account": group.account,
        "user": user_id,
        "at": tally.first,
        "action": group.action,
        "kind": kind_of(group.action),
        "detail": group.detail,
        "actor": group.actor,
        "address": group.address,
        "session": tally.session,
        "count": tally.count,
        "last_at": tally.last,
        "group_key": group.key,
        "kept_until": tally.first + audit_log.kept(),
    }
    # Another process may create the same entry at the same time.
    later = Case(None, [(AuditEntry.last_at < EXCLUDED.last_at, EXCLUDED.last_at)], AuditEntry.last_at)
    counted = {"count": AuditEntry.count + EXCLUDED.count, "last_at": later}
    insert = AuditEntry.insert(row).on_conflict(conflict_target=[AuditEntry.group_key], update=counted)
    try:
        with db.atomic():
            insert.execute()
    except IntegrityError:
        if user_id is None:
            raise
        _begin(group, tally, None)  # the person was removed meanwhile


def _is_there(group: Group) -> bool:
    return group.account is None or bool(Account.select().where(Account.id == group.account).exists())


atexit.register(flush)
