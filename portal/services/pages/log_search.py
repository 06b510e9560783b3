"""Full-text search in the sync log: finds the ids of lines, newest first, in the index of the database.

The index holds the filters' values, too (portal/migrations/initial/log_search.py). So a search for a common word with
a rare filter reads few entries. Callers check the filters once more on the lines themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.db import db, is_sqlite

WORD: Final = re.compile(r"[^\W_]+")
MOST_WORDS: Final = 12
# How many words may complete the last one. For more, SQLite merges their entries itself, which takes longer.
MOST_COMPLETIONS: Final = 100
# PostgreSQL reads this many of the newest lines one by one. Its index is not sorted by age: for a word that is in
# most lines, it would read them all. A word that fills no page here is rare enough for the index.
NEWEST: Final = 4_000

SQLITE: Final = """
    SELECT rowid FROM sync_log_text WHERE sync_log_text MATCH ? AND {span} ORDER BY rowid {order} LIMIT ?"""
RECENT_POSTGRESQL: Final = """
    SELECT id FROM (SELECT id, words FROM sync_log_text WHERE {span} ORDER BY id {order} LIMIT {newest}) AS recent
    WHERE words @@ {words} ORDER BY id {order} LIMIT %s"""
# Materialized, because PostgreSQL would otherwise read a million lines from the end to avoid sorting a few.
ALL_POSTGRESQL: Final = """
    WITH hits AS MATERIALIZED (SELECT id FROM sync_log_text WHERE {span} AND words @@ {words})
    SELECT id FROM hits ORDER BY id {order} LIMIT %s"""
WORDS_POSTGRESQL: Final = """(SELECT CAST(%s AS tsquery) && CAST(
    NULLIF(CAST(plainto_tsquery('simple', sync_log_plain(%s)) AS text), '') || %s AS tsquery))"""


@dataclass(frozen=True)
class Span:
    """Ids between `above` and `below`, both excluded. None is open."""

    above: int | None = None
    below: int | None = None

    def sql(self, column: str, placeholder: str) -> tuple[str, list[Any]]:
        bounds = {f"{column} > {placeholder}": self.above, f"{column} < {placeholder}": self.below}
        asked = {condition: value for condition, value in bounds.items() if value is not None}
        return " AND ".join(asked) or "TRUE", list(asked.values())


def ids(text: str, facets: Mapping[str, Any], span: Span, limit: int, *, newest_first: bool = True) -> list[int]:
    """Return the ids of lines that have all words of the text; the last word may be the beginning of one.

    `facets` are values by their letter in the index. A text without a letter or digit matches nothing.
    """
    words = WORD.findall(unicodedata.normalize("NFC", text))[:MOST_WORDS]
    if not words:
        return []
    order = "DESC" if newest_first else "ASC"
    values = [f"{letter}{value}" for letter, value in facets.items()]
    search = _sqlite if is_sqlite() else _postgresql
    return search(words, values, span, limit, order)


def _sqlite(words: list[str], facets: list[str], span: Span, limit: int, order: str) -> list[int]:
    *front, last = words
    match = " AND ".join([*(f'"{word}"' for word in front), _last_word(last)])
    where, bounds = span.sql("rowid", "?")
    query = f"words : ({match})" + (f" AND facets : ({' AND '.join(facets)})" if facets else "")
    return [row[0] for row in db.execute_sql(SQLITE.format(span=where, order=order), [query, *bounds, limit])]


def _last_word(word: str) -> str:
    """Return the part of an FTS5 query for a word that may go on. Numbers don't: 12 does not stand for 1234."""
    if word.isdecimal():
        return f'"{word}"'
    completions = _completions(_folded(word))
    if 0 < len(completions) <= MOST_COMPLETIONS:
        return "(" + " OR ".join(f'"{each}"' for each in completions) + ")"
    return f'"{word}" *'


def _completions(prefix: str) -> list[str]:
    """Return the words of the index that begin like this, at most one more than MOST_COMPLETIONS.

    To look them up one by one takes far less time than merging the entries of all words that begin like this.
    """
    found: list[str] = []
    following = prefix
    while len(found) <= MOST_COMPLETIONS:
        statement = "SELECT term FROM sync_log_vocabulary WHERE term >= ? LIMIT 1"
        row = db.execute_sql(statement, [following]).fetchone()
        if row is None or not row[0].startswith(prefix):
            break
        found.append(row[0])
        following = f"{row[0]}\x01"
    return found


def _folded(word: str) -> str:
    """Return a word as FTS5 stores it: lower case, without accents."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _postgresql(words: list[str], facets: list[str], span: Span, limit: int, order: str) -> list[int]:
    asked = [" & ".join(f"'@{facet}'" for facet in facets), " ".join(words), "" if words[-1].isdecimal() else ":*"]
    where, bounds = span.sql("id", "%s")
    for statement in (RECENT_POSTGRESQL, ALL_POSTGRESQL):
        sql = statement.format(span=where, order=order, newest=NEWEST, words=WORDS_POSTGRESQL)
        found = [row[0] for row in db.execute_sql(sql, [*bounds, *asked, limit])]
        if len(found) == limit:
            break
    return found
