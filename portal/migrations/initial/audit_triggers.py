"""The triggers that make the audit log append-only.

A later migration that rewrites this table must drop the triggers first and create them again. On SQLite, rebuilding
the table (most of playhouse's column operations do) loses them.
"""

TABLE = "audit_entry"
REFUSAL = "The audit log is append-only."

# What may never change in an entry.
FIXED = ("id account_id at action detail changes actor kind address session group_key kept_until").split()


def create_triggers(db, *, is_sqlite):
    for statement in _sqlite() if is_sqlite else _postgresql():
        db.execute_sql(statement)


def _allowed_change(same):
    """Return the condition of an update that may be: a removed person is let go of, or a grouped entry grows."""
    unchanged = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in FIXED)
    # Only when the person is really gone: nobody may take a name off an entry.
    user = (
        f"(NEW.user_id {same} OLD.user_id OR (NEW.user_id IS NULL"
        ' AND NOT EXISTS (SELECT 1 FROM "user" WHERE "user".id = OLD.user_id)))'
    )
    still = f"(NEW.count = OLD.count AND NEW.last_at {same} OLD.last_at)"
    grows = "(OLD.group_key IS NOT NULL AND NEW.count > OLD.count AND NEW.last_at >= OLD.last_at)"
    return f"{unchanged} AND {user} AND ({still} OR {grows})"


def _sqlite():
    refuse = f"SELECT RAISE(ABORT, '{REFUSAL}')"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    yield (
        f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON {TABLE}"
        f" WHEN NOT COALESCE({_allowed_change('IS')}, 0) BEGIN {refuse}; END"
    )
    yield (
        f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON {TABLE}"
        f" WHEN OLD.kept_until > {now} BEGIN {refuse}; END"
    )
    # INSERT OR REPLACE deletes what is in its way, and SQLite calls no trigger for that.
    yield (
        f"CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON {TABLE}"
        f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR group_key = NEW.group_key) BEGIN {refuse}; END"
    )


def _postgresql():
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'"
    yield f"""CREATE FUNCTION audit_entry_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT COALESCE({_allowed_change('IS NOT DISTINCT FROM')}, false) THEN {refuse}; END IF; RETURN NEW; END $$"""
    yield f"""CREATE FUNCTION audit_entry_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.kept_until > (clock_timestamp() AT TIME ZONE 'utc') THEN {refuse}; END IF; RETURN OLD; END $$"""
    yield f"""CREATE FUNCTION audit_entry_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {refuse}; END $$"""
    for event, function, each in (("UPDATE", "update", "ROW"), ("DELETE", "delete", "ROW")):
        yield (
            f"CREATE TRIGGER audit_entry_no_{function} BEFORE {event} ON {TABLE}"
            f" FOR EACH {each} EXECUTE FUNCTION audit_entry_refuse_{function}()"
        )
    yield (
        f"CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse_truncate()"
    )
