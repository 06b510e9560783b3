"""`portal audit`: the audit log of one account or of all, including entries without an account."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table
from portal.cli.parameters import MOMENT, utc
from portal.services.accounts import accounts
from portal.services.audit import activity, activity_files, audit_words, changes
from portal.services.audit.activity import ActivityFilters, Entry
from portal.services.audit.audit_words import Kind


@click.group("audit")
def audit_() -> None:
    """Read the audit log."""


@audit_.command("list")
@click.option("--account", help="Only entries of this account. Default: all entries.")
@click.option("--person", help="Only entries by this email; an empty value for the operator and strangers.")
@click.option("--kind", type=click.Choice(Kind, case_sensitive=False), help="Only entries of this kind.")
@click.option("--since", type=MOMENT, help="Only entries at or after this time (UTC).")
@click.option("--until", type=MOMENT, help="Only entries before this time (UTC).")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@with_database()
def list_(
    account: str | None,
    person: str | None,
    kind: Kind | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """List entries, newest first. Entries without an account, such as guesses at unknown emails, appear only here."""
    owner = accounts.get(account) if account else None
    filters = ActivityFilters(person=person, kind=kind, since=utc(since), until=utc(until))
    entries = list(islice(activity.newest_first(owner, filters), limit))
    if as_json:
        print_json([activity_files.as_row(entry) for entry in entries])
    else:
        rows = [_line(entry) for entry in entries]
        print_table(("AT (UTC)", "ACCOUNT", "WHO", "WHAT", "TIMES", "ADDRESS"), rows)


def _line(entry: Entry) -> tuple[object, ...]:
    who = entry.email or audit_words.actor_of(entry.action)
    what = f"{entry.words} {changes.in_words(entry.changes) or entry.detail}".strip()
    return f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.account, who, what, entry.count, entry.address
