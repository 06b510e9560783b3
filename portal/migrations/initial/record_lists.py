"""What sorts, filters and searches the lists of records.

A page of a list is read without any payload. SQLite reads all other columns of a type from one wide index. PostgreSQL
limits an entry to 2.7 KB, which texts of 255 characters can exceed, and keeps long payloads elsewhere: it gets an index
for each order.

The search looks up words in `record.terms`. SQLite's full-text index holds them only as a copy of that column, so
triggers keep the two alike. Words are pure: the tokenizer has only to split them at blanks. The prefixes are those of
up to five letters after the scope, which has seven characters.
"""

COMMON = "integration_id, record_type, state"
SORTED_BY = ("name", "client_name", "reference", "status")


def statements(*, is_sqlite):
    return _sqlite() if is_sqlite else _postgresql()


def _sqlite():
    others = "client_remote_id, client_name, reference, status, is_active, changed_at"
    yield f"CREATE INDEX record_by_name ON record ({COMMON}, name, remote_id, {others})"
    yield (
        "CREATE VIRTUAL TABLE record_search USING fts5 (terms, content='record', content_rowid='id', detail=none,"
        " columnsize=0, prefix='8 9 10 11 12', tokenize='ascii')"
    )
    add = "INSERT INTO record_search (rowid, terms) VALUES (NEW.id, NEW.terms);"
    remove = "INSERT INTO record_search (record_search, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);"
    for event, condition, action in (
        ("INSERT", "NEW.terms <> ''", add),
        ("UPDATE OF terms", "NEW.terms <> OLD.terms", remove + add),
        ("DELETE", "OLD.terms <> ''", remove),
    ):
        name = f"record_search_{event.split()[0].lower()}"
        yield f"CREATE TRIGGER {name} AFTER {event} ON record WHEN {condition} BEGIN {action} END"


def _postgresql():
    for column in SORTED_BY:
        yield f"CREATE INDEX record_by_{column} ON record ({COMMON}, {column}, remote_id)"
    # To_tsvector would split and rewrite words that look like numbers, hosts or paths.
    yield "CREATE INDEX record_search ON record USING gin (array_to_tsvector(string_to_array(terms, ' ')))"
