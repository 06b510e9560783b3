"""`portal issue`: what needs a person in an account."""

from __future__ import annotations

from typing import Any

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.cli.parameters import account_option
from portal.models.issues import Issue
from portal.services.accounts import accounts
from portal.services.issues import inbox
from portal.services.issues.inbox import Shown


@click.group()
def issue() -> None:
    """List issues: what needs a person."""


@issue.command("list")
@account_option
@click.option(
    "--state",
    type=click.Choice(Shown, case_sensitive=False),
    default=Shown.OPEN,
    show_default=True,
    help="Only issues in this state.",
)
@json_option
@with_database()
def list_(account: str, state: Shown, *, as_json: bool) -> None:
    """List issues, the worst first; of the closed ones, the latest."""
    found = inbox.page(accounts.get(account), state).rows
    if as_json:
        print_json([_as_row(each) for each in found])
        return
    rows = [(each.id, each.severity, each.kind, f"{each.opened_at:%Y-%m-%d %H:%M}", each.times) for each in found]
    print_table(("ISSUE", "SEVERITY", "KIND", "SINCE (UTC)", "TIMES"), rows)
    for each in found:
        say(f"{each.id}: {each.problem} {each.remedy}".rstrip())


def _as_row(issue: Issue) -> dict[str, Any]:
    return {
        "issue": issue.id,
        "psa": issue.integration.psa,
        "kind": issue.kind,
        "subject": issue.subject,
        "severity": issue.severity,
        "problem": issue.problem,
        "remedy": issue.remedy,
        "affected": issue.affected,
        "times": issue.times,
        "opened_at": issue.opened_at.isoformat(),
        "last_seen_at": issue.last_seen_at.isoformat(),
        "closed_at": issue.closed_at.isoformat() if issue.closed_at else None,
        "snoozed_until": issue.snoozed_until.isoformat() if issue.snoozed_until else None,
        "dismiss_reason": issue.dismiss_reason,
    }
