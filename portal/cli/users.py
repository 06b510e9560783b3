"""`portal user`: the users of an account."""

from __future__ import annotations

from typing import Any

import click

from portal.cli import secret_input
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.models.accounts import RoleName, User
from portal.services.accounts import accounts, users

FLAGS = ("active", "two_factor")
ROLES = click.Choice([role.value for role in RoleName])
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def user() -> None:
    """Create, disable and remove people, set their roles and passwords, reset two-factor authentication."""


@user.command()
@click.argument("email")
@click.option("--account", required=True, help="Name of the account.")
@click.option("--role", type=ROLES, default=RoleName.SUPPORT.value, show_default=True)
@click.option("--name", default="", help="The person's name.")
@password_stdin
@with_database()
def create(email: str, account: str, role: str, name: str, *, password_stdin: bool) -> None:
    """Create a person. Prompts for the password, or reads it from standard input."""
    owner = accounts.get(account)
    password = secret_input.read_secret("Password", from_stdin=password_stdin, confirm=True)
    made = users.create(owner, email, password, RoleName(role), name=name)
    say(f"Created {made.email} as {role} of {owner.name}.")


@user.command("list")
@click.option("--account", default=None, help="Only the people of this account.")
@json_option
@with_database()
def list_(account: str | None, *, as_json: bool) -> None:
    """List people."""
    people = users.everyone(accounts.get(account) if account else None)
    protected = users.with_two_factor()
    rows = [_row(one, two_factor=one.id in protected) for one in people]
    if as_json:
        print_json(rows)
    else:
        shown = [(*list(row.values())[:4], *("yes" if row[key] else "no" for key in FLAGS)) for row in rows]
        print_table(("EMAIL", "NAME", "ROLE", "ACCOUNT", "ACTIVE", "TWO-FACTOR"), shown)


@user.command("set-role")
@click.argument("email")
@click.argument("role", type=ROLES)
@with_database()
def set_role(email: str, role: str) -> None:
    """Set a person's role."""
    users.set_role(users.get(email), RoleName(role))
    say(f"{email} now has the role {role}.")


@user.command("set-password")
@click.argument("email")
@password_stdin
@with_database()
def set_password(email: str, *, password_stdin: bool) -> None:
    """Set a person's password, and log them out everywhere."""
    person = users.get(email)
    users.set_password(person, secret_input.read_secret("Password", from_stdin=password_stdin, confirm=True))
    say(f"Changed the password of {person.email}.")


@user.command()
@click.argument("email")
@with_database()
def disable(email: str) -> None:
    """Stop a person from logging in, and log them out everywhere."""
    person = users.get(email)
    users.disable(person)
    say(f"{person.email} is disabled and logged out everywhere. `portal user enable` lets them log in again.")


@user.command()
@click.argument("email")
@with_database()
def enable(email: str) -> None:
    """Let a disabled person log in again."""
    person = users.get(email)
    users.enable(person)
    say(f"{person.email} can log in again.")


@user.command()
@click.argument("email")
@click.confirmation_option(prompt="Permanently remove this person?")
@with_database()
def remove(email: str) -> None:
    """Permanently remove a person. Their past activity stays listed."""
    person = users.get(email)
    users.remove(person)
    say(f"Removed {person.email}.")


@user.command("reset-two-factor")
@click.argument("email")
@with_database()
def reset_two_factor(email: str) -> None:
    """Turn off two-factor authentication for a person who lost their authenticator, and log them out everywhere."""
    person = users.get(email)
    users.reset_two_factor(person)
    say(f"Two-factor authentication is off for {person.email}. Ask them to set it up again after logging in.")


def _row(one: User, *, two_factor: bool) -> dict[str, Any]:
    return {
        "email": one.email,
        "name": one.name,
        "role": one.role,
        "account": one.account.name,
        "active": one.active,
        "two_factor": two_factor,
    }
