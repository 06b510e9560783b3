"""The audit log as people read it: newest first, filtered, a page at a time, however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.db import connected
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.services.audit.audit_words import Kind, actor_of, words_of
from portal.services.pages import id_ranges, keyset
from portal.services.pages.keyset import Page

PAGE_ENTRIES: Final = 50
BATCH: Final = 500
MOST_PEOPLE: Final = 200


@dataclass(frozen=True)
class ActivityFilters:
    """`person` is an e-mail address; "" stands for entries without a person: the operator's, and strangers'."""

    person: str | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return self != ActivityFilters()


@dataclass(frozen=True)
class Entry:
    """An entry in words. `last_at` is None unless it stands for several actions that are alike."""

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
    address: str
    session: int | None


def page(
    account: Account, filters: ActivityFilters | None = None, *, before: int | None = None, size: int = PAGE_ENTRIES
) -> Page[Entry]:
    """Return the entries of the account that are older than `before`, or the newest."""
    found = keyset.newest_first(query(account, filters or ActivityFilters()), AuditEntry, size, before=before)
    return found.with_rows([_entry(row) for row in found.rows])


def newest_first(account: Account | None, filters: ActivityFilters) -> Iterator[Entry]:
    """Return all entries of the account, or of the whole portal for its operator, a batch at a time."""
    before = None
    while True:
        # A connection for each batch: a request's own is closed when its answer is still on its way.
        with connected():
            found = keyset.newest_first(query(account, filters), AuditEntry, BATCH, before=before)
            rows = [_entry(row) for row in found.rows]
        yield from rows
        if found.next is None:
            return
        before = found.next


def people(account: Account) -> list[str]:
    """Return the e-mail addresses of all who have entries, also of those who were removed."""
    found: list[str] = []
    last = ""
    # One look-up in an index for each: reading all entries for their few people would take seconds.
    while len(found) < MOST_PEOPLE:
        others = AuditEntry.select(AuditEntry.actor).where(AuditEntry.account == account, AuditEntry.actor > last)
        row: Any = others.order_by(AuditEntry.actor).limit(1).tuples().first()
        if row is None:
            break
        last = row[0]
        found.append(last)
    return found


def wanted(account: Account | None, filters: ActivityFilters) -> list[Any]:
    """Return the conditions. Those of one account are answered by an index that ends in the id."""
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
        address=row.address,
        session=row.session,
    )


def _who(row: Any) -> str:
    if row.user:
        return str(row.user.name or row.user.email)
    return f"{row.actor} (removed)" if row.actor else actor_of(row.action)
