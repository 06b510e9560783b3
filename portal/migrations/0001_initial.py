"""Create all tables."""

from portal.migrations.initial import (
    accounts,
    alerts,
    audit_triggers,
    connection_tests,
    daily_counts,
    filters,
    hand_exclusions,
    integrations,
    issues,
    log_search,
    record_lists,
    records,
    support_access,
    switching,
    sync,
    webhooks,
)

ROOMS = (
    accounts,
    integrations,
    records,
    sync,
    webhooks,
    switching,
    issues,
    alerts,
    filters,
    connection_tests,
    support_access,
    hand_exclusions,
    daily_counts,
)


def up(_migrator, db):
    is_sqlite = db.param == "?"
    tables = [*(table for room in ROOMS for table in room.TABLES), accounts.login_session(is_sqlite=is_sqlite)]
    with db.bind_ctx(tables):
        db.create_tables(tables)
    for room in ROOMS:
        for index in getattr(room, "INDEXES", ()):
            db.execute_sql(index)
    for statement in record_lists.statements(is_sqlite=is_sqlite):
        db.execute_sql(statement)
    audit_triggers.create_triggers(db, is_sqlite=is_sqlite)
    log_search.create(db, is_sqlite=is_sqlite)
