"""The full-text index of the sync log, kept by triggers.

SQLite has the FTS5 table `sync_log_text` without a copy of the text, PostgreSQL a table of that name with a GIN index.
The words are those of the message and remedy, the record type and the numbers of the run and record. The facets are
the values of the filters, so that the index combines them: `i7` is integration 7, `lerror` the level. On PostgreSQL
they begin with @, which no word contains.

A later migration that rewrites sync_log on SQLite loses the triggers and must create them again.
"""

LONGEST = 20_000
# PostgreSQL's parser would take some of these for parts of a host name, path, address or negative number.
PUNCTUATION = r"""!"#$&'()*+,-./:;<=>?@[\]^_`{|}~"""
FACETS = {"i": "integration_id", "l": "level", "s": "subject", "t": "record_type", "r": "run_id", "n": "remote_id"}
FACETS["c"] = "cause"


def create(db, *, is_sqlite):
    for statement in _sqlite() if is_sqlite else _postgresql():
        db.execute_sql(statement)


def _sqlite():
    yield "CREATE VIRTUAL TABLE sync_log_text USING fts5 (words, facets, content = '', columnsize = 0)"
    # Lists the words of the index, to complete the last word of a search.
    yield "CREATE VIRTUAL TABLE sync_log_vocabulary USING fts5vocab (sync_log_text, instance)"
    columns = "rowid, words, facets"
    insert = f"INSERT INTO sync_log_text ({columns}) VALUES (NEW.id, {_sqlite_words('NEW')}, {_sqlite_facets('NEW')})"
    delete = (
        f"INSERT INTO sync_log_text (sync_log_text, {columns})"
        f" VALUES ('delete', OLD.id, {_sqlite_words('OLD')}, {_sqlite_facets('OLD')})"
    )
    for event, statements in (("INSERT", [insert]), ("DELETE", [delete]), ("UPDATE", [delete, insert])):
        yield (
            f"CREATE TRIGGER sync_log_text_{event.lower()} AFTER {event} ON sync_log"
            f" BEGIN {'; '.join(statements)}; END"
        )


def _sqlite_words(row):
    numbers = " || ' ' || ".join(f"COALESCE({row}.{name}, '')" for name in ("record_type", "remote_id", "run_id"))
    return f"substr({row}.message || ' ' || {row}.remedy, 1, {LONGEST}) || ' ' || {numbers}"


def _sqlite_facets(row):
    return " || ".join(f"' {key}' || COALESCE({row}.{name}, '')" for key, name in FACETS.items())


def _postgresql():
    yield (
        "CREATE TABLE sync_log_text (id INTEGER PRIMARY KEY REFERENCES sync_log (id) ON DELETE CASCADE,"
        " words TSVECTOR NOT NULL)"
    )
    yield "CREATE INDEX sync_log_text_words ON sync_log_text USING gin (words)"
    quoted = PUNCTUATION.replace("'", "''")
    # Also for what people search for, so that both are taken apart alike.
    yield f"""CREATE FUNCTION sync_log_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT translate($1, '{quoted}', '{" " * len(PUNCTUATION)}') $$"""
    facets = ", ".join(f"'@{key}' || COALESCE(NEW.{name}::text, '')" for key, name in FACETS.items())
    yield f"""CREATE FUNCTION sync_log_index_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO sync_log_text (id, words) VALUES (NEW.id, to_tsvector('simple', sync_log_plain(concat_ws(' ',
        left(NEW.message || ' ' || NEW.remedy, {LONGEST}), NEW.record_type, NEW.remote_id, NEW.run_id)))
        || array_to_tsvector(ARRAY[{facets}])) ON CONFLICT (id) DO UPDATE SET words = EXCLUDED.words;
        RETURN NULL; END $$"""
    yield (
        "CREATE TRIGGER sync_log_text_kept AFTER INSERT OR UPDATE ON sync_log"
        " FOR EACH ROW EXECUTE FUNCTION sync_log_index_text()"
    )
