"""The audit log as people read it: newest first, filtered and paged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.db import connected
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.services.audit.audit_words import Kind, actor_of, words_of
from portal.services.audit.changes import Changes
from portal.services.pages import id_ranges, keyset
from portal.services.pages.keyset import Page

PAGE_ENTRIES: Final = 50
BATCH: Final = 500
MOST_PEOPLE: Final = 200


@dataclass(frozen=True)
class ActivityFilters:
    """`person` is an email address, or "" for entries without one: those of the operator and of strangers."""

    person: str | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return self != ActivityFilters()


@dataclass(frozen=True)
class Entry:
    """A readable entry. `last_at` is None unless it counts several similar actions. `changes` replace the detail."""

    id: int
    at: datetime
    last_at: datetime | None
    count: int
    account: str
    email: str
    who: str
    action: str
    words: str
    detail: str
    changes: Changes
    address: str
    session: int | None


def page(
    account: Account, filters: ActivityFilters | None = None, *, before: int | None = None, size: int = PAGE_ENTRIES
) -> Page[Entry]:
    """Return the account's entries with ids below `before`, or the newest ones."""
    found = keyset.newest_first(query(account, filters or ActivityFilters()), AuditEntry, size, before=before)
    return found.with_rows([_entry(row) for row in found.rows])


def newest_first(account: Account | None, filters: ActivityFilters) -> Iterator[Entry]:
    """Yield all entries of one account or, for the operator, of all accounts, reading in batches."""
    before = None
    while True:
        # Each batch opens its own connection: the request's is closed before the response has been sent.
        with connected():
            found = keyset.newest_first(query(account, filters), AuditEntry, BATCH, before=before)
            rows = [_entry(row) for row in found.rows]
        yield from rows
        if found.next is None:
            return
        before = found.next


def people(account: Account) -> list[str]:
    """Return the email addresses of everybody with entries, including removed users."""
    found: list[str] = []
    last = ""
    # One index lookup per person, because scanning all entries would take seconds.
    while len(found) < MOST_PEOPLE:
        others = AuditEntry.select(AuditEntry.actor).where(AuditEntry.account == account, AuditEntry.actor > last)
        row: Any = others.order_by(AuditEntry.actor).limit(1).tuples().first()
        if row is None:
            break
        last = row[0]
        found.append(last)
    return found


def wanted(account: Account | None, filters: ActivityFilters) -> list[Any]:
    """Return the conditions. For one account, an index that ends in the id serves them."""
    mine = AuditEntry.account == account if account is not None else AuditEntry.id > 0
    conditions = [mine, *id_ranges.within(AuditEntry, mine, AuditEntry.at, filters.since, filters.until)]
    if filters.kind is not None:
        conditions.append(AuditEntry.kind == filters.kind)
    if filters.person is not None:
        conditions.append(AuditEntry.actor == filters.person)
    return conditions


def query(account: Account | None, filters: ActivityFilters) -> Any:
    return (
        AuditEntry.select(AuditEntry, User, Account)
        .left_outer_join(User)
        .switch(AuditEntry)
        .left_outer_join(Account, on=(AuditEntry.account == Account.id))
        .where(*wanted(account, filters))
    )


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        last_at=row.last_at if row.count > 1 else None,
        count=row.count,
        account=row.account.name if row.account else "",
        email=row.actor,
        who=_who(row),
        action=row.action,
        words=words_of(row.action),
        detail=row.detail,
        changes=row.changes or {},
        address=row.address,
        session=row.session,
    )


def _who(row: Any) -> str:
    if row.user:
        return str(row.user.name or row.user.email)
    return f"{row.actor} (removed)" if row.actor else actor_of(row.action)
