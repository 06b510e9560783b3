"""`portal db`: migrations."""

from __future__ import annotations

import click

from portal import db
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, say
from portal.errors import PortalError
from portal.services.audit import audit_log


@click.group("db")
def db_() -> None:
    """Bring the database up to date."""


@db_.command()
@with_database(any_version=True)
def upgrade() -> None:
    """Apply missing migrations."""
    applied = db.upgrade()
    if applied:
        audit_log.record(None, None, "database.upgraded", ", ".join(applied))
    say(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@db_.command()
@json_option
@with_database(any_version=True)
def status(*, as_json: bool) -> None:
    """Check for missing migrations; exits with 1 if there are any."""
    db.refuse_other_versions()
    missing = db.pending()
    if as_json:
        print_json({"ok": not missing, "pending": missing})
    if missing:
        raise PortalError(f"Not applied yet: {', '.join(missing)}.", "Run `portal db upgrade`.")
    if not as_json:
        say("The database is up to date.")
