"""The audit log as a CSV file, streamed line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from portal.models.accounts import Account, User
from portal.services.audit import activity, audit_log
from portal.services.audit.activity import ActivityFilters, Entry
from portal.services.records.spreadsheets import harmless

COLUMNS: Final = ("at", "who", "email", "action", "words", "detail", "count", "last_at")
# Only admins see addresses and sessions.
WITH_ORIGIN: Final = (*COLUMNS, "address", "session")


def export(account: Account, filters: ActivityFilters, user: User) -> Iterator[str]:
    """Record the export in the audit log, then return the log as CSV that is safe to open in a spreadsheet."""
    audit_log.record(account, user, "activity.exported", "filtered" if filters.any else "all of it")
    return _lines(account, filters, WITH_ORIGIN if user.is_admin else COLUMNS)


def as_row(entry: Entry) -> dict[str, Any]:
    """Return an entry under its public field names. Times are UTC."""
    return {
        "at": entry.at.isoformat(),
        "account": entry.account,
        "who": entry.who,
        "email": entry.email,
        "action": entry.action,
        "words": entry.words,
        "detail": entry.detail,
        "count": entry.count,
        "last_at": entry.last_at.isoformat() if entry.last_at else None,
        "address": entry.address,
        "session": entry.session,
    }


def _lines(account: Account, filters: ActivityFilters, columns: tuple[str, ...]) -> Iterator[str]:
    yield ",".join(columns) + "\n"
    for entry in activity.newest_first(account, filters):
        text, row = io.StringIO(), as_row(entry)
        csv.writer(text, lineterminator="\n").writerow([harmless(row[name]) for name in columns])
        yield text.getvalue()
