"""`portal user sessions` and `portal user log-out`: a user's sessions."""

from __future__ import annotations

from typing import Any

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.models.sessions import LoginSession
from portal.services.accounts import browsers, sessions, users

COLUMNS = ("number", "browser", "address", "created_at", "last_seen_at")


@click.command("sessions")
@click.argument("email")
@json_option
@with_database()
def sessions_(email: str, *, as_json: bool) -> None:
    """List where a person is logged in."""
    rows = [_row(each) for each in sessions.of(users.get(email))]
    if as_json:
        print_json(rows)
    else:
        headings = ("NUMBER", "BROWSER", "ADDRESS", "LOGGED IN", "LAST USED")
        print_table(headings, [[row[name] for name in COLUMNS] for row in rows])


@click.command("log-out")
@click.argument("email")
@with_database()
def log_out(email: str) -> None:
    """Log a person out everywhere at once; they can log in again."""
    person = users.get(email)
    ended = users.log_out(person)
    say(f"Logged {person.email} out everywhere: {ended} session{'' if ended == 1 else 's'} ended.")


def _row(each: LoginSession) -> dict[str, Any]:
    return {
        "number": each.id,
        "browser": browsers.in_words(each.user_agent),
        "user_agent": each.user_agent,
        "address": each.address,
        "created_at": each.created_at.isoformat(timespec="seconds"),
        "last_seen_at": each.last_seen_at.isoformat(timespec="seconds"),
        "remembered": each.remembered,
    }
