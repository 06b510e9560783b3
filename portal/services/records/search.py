"""Finding records by their words: in any order, each from its beginning, without case and accents."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, Final

from peewee import SQL

from portal.db import db, is_sqlite, placeholder
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.sync import search_terms
from portal.sync.record_types import RecordType

# More words narrow nothing down that people could have meant.
MAX_WORDS: Final = 12
NOTHING: Final = SQL("1 = 0")
SQLITE: Final = "SELECT rowid FROM record_search WHERE record_search MATCH ?"
POSTGRESQL: Final = (
    "SELECT id FROM record WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ CAST(%s AS tsquery)"
)


def containing(integration: Integration, record_type: RecordType, text: str) -> Any:
    """Return the condition for records of this list with all words of a text; none match a text without words."""
    query = _query(integration, record_type, text, ends_open=True)
    if not query:
        return NOTHING
    if is_sqlite():
        # The plus makes SQLite read the list from its index, instead of fetching each row that was found.
        return SQL(f"+id IN ({SQLITE})", [query])
    # OFFSET 0 keeps PostgreSQL's planner from testing each row of a list instead.
    return Record.id.in_(SQL(f"({POSTGRESQL} OFFSET 0)", [query]))


def in_row(integration: Integration, record_type: RecordType, text: str) -> Any:
    """Return the same condition, but one that is tested row by row: quick where few rows are left to test."""
    test, words = f"' ' || terms LIKE {placeholder()}", _words(integration, record_type, text)
    tests = [SQL(test, [f"% {word}%"]) for word in words]
    return reduce(operator.and_, tests) if tests else NOTHING


def row_ids(integration: Integration, record_type: RecordType, text: str, most: int) -> list[int]:
    """Return the row ids of some records with all words of a text. Whole words are enough if they find this many."""
    found: list[int] = []
    for ends_open in (False, True):
        # Very many records may share a word. Looking for what only begins with it would collect them all.
        query = _query(integration, record_type, text, ends_open=ends_open)
        if query and len(found) < most:
            statement = f"{SQLITE if is_sqlite() else POSTGRESQL} LIMIT {most:d}"
            found = [row_id for (row_id,) in db.execute_sql(statement, (query,)).fetchall()]
    return found


def _query(integration: Integration, record_type: RecordType, text: str, *, ends_open: bool) -> str:
    """Return a query of the database's full-text search; empty if the text has no words."""
    words = _words(integration, record_type, text)
    if is_sqlite():
        return " ".join(f'"{word}"{"*" if ends_open else ""}' for word in words)
    return " & ".join(f"'{word}'{':*' if ends_open else ''}" for word in words)


def _words(integration: Integration, record_type: RecordType, text: str) -> list[str]:
    """Return the words as they are stored: of letters and digits only, so that no query needs to escape them."""
    scope = search_terms.scope(integration.id, record_type)
    return [f"{scope}{word}" for word in search_terms.words(text, MAX_WORDS)]
