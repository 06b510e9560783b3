"""The audit log as a file, streamed line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from portal.models.accounts import Account, User
from portal.services.audit import activity, audit_log, changes
from portal.services.audit.activity import ActivityFilters, Entry
from portal.services.records.spreadsheets import harmless
from portal.terminal import visible_json

COLUMNS: Final = ("at", "who", "email", "action", "words", "detail", "changes", "count", "last_at")
# Only admins see addresses and sessions.
WITH_ORIGIN: Final = (*COLUMNS, "address", "session")


class FileForm(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


def export(account: Account, filters: ActivityFilters, user: User, form: FileForm) -> Iterator[str]:
    """Record the export in the audit log, then return the log as CSV that is safe to open in a spreadsheet, or as
    JSON Lines.
    """
    which = f"{'filtered' if filters.any else 'all of it'}, as {form}"
    audit_log.record(account, user, "activity.exported", which)
    columns = WITH_ORIGIN if user.is_admin else COLUMNS
    return _csv(account, filters, columns) if form == FileForm.CSV else _json_lines(account, filters, columns)


def as_row(entry: Entry) -> dict[str, Any]:
    """Return an entry under its public field names. Times are UTC. A change of a secret has no values."""
    return {
        "at": entry.at.isoformat(),
        "account": entry.account,
        "who": entry.who,
        "email": entry.email,
        "action": entry.action,
        "words": entry.words,
        "detail": entry.detail,
        "changes": {name: pair and list(pair) for name, pair in entry.changes.items()},
        "count": entry.count,
        "last_at": entry.last_at.isoformat() if entry.last_at else None,
        "address": entry.address,
        "session": entry.session,
    }


def _csv(account: Account, filters: ActivityFilters, columns: tuple[str, ...]) -> Iterator[str]:
    yield ",".join(columns) + "\n"
    for entry in activity.newest_first(account, filters):
        text, row = io.StringIO(), {**as_row(entry), "changes": changes.in_words(entry.changes)}
        csv.writer(text, lineterminator="\n").writerow([harmless(row[name]) for name in columns])
        yield text.getvalue()


def _json_lines(account: Account, filters: ActivityFilters, columns: tuple[str, ...]) -> Iterator[str]:
    for entry in activity.newest_first(account, filters):
        row = as_row(entry)
        yield f"{visible_json(json.dumps({name: row[name] for name in columns}, ensure_ascii=False))}\n"
