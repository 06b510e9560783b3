"""`portal user`: the people of an account."""

from __future__ import annotations

import click

from portal.cli import asking
from portal.cli.opening import opened
from portal.cli.output import json_option, print_json, print_table, say
from portal.models.accounts import RoleName
from portal.services import accounts, users

ROLES = click.Choice([role.value for role in RoleName])
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def user() -> None:
    """Create people, set their roles and passwords."""


@user.command()
@click.argument("email")
@click.option("--account", required=True, help="Name of the account.")
@click.option("--role", type=ROLES, default=RoleName.SUPPORT.value, show_default=True)
@click.option("--name", default="", help="What to call the person.")
@password_stdin
@opened()
def create(email: str, account: str, role: str, name: str, *, password_stdin: bool) -> None:
    """Create a person. The password is asked for, or read from standard input."""
    owner = accounts.get(account)
    password = asking.secret("Password", from_stdin=password_stdin, confirm=True)
    made = users.create(owner, email, password, RoleName(role), name=name)
    say(f"Created {made.email} as {role} of {owner.name}.")


@user.command("list")
@click.option("--account", default=None, help="Only the people of this account.")
@json_option
@opened()
def list_(account: str | None, *, as_json: bool) -> None:
    """List people."""
    people = users.everyone(accounts.get(account) if account else None)
    rows = [{"email": one.email, "name": one.name, "role": one.role, "account": one.account.name} for one in people]
    if as_json:
        print_json(rows)
    else:
        print_table(("EMAIL", "NAME", "ROLE", "ACCOUNT"), [list(row.values()) for row in rows])


@user.command("set-role")
@click.argument("email")
@click.argument("role", type=ROLES)
@opened()
def set_role(email: str, role: str) -> None:
    """Make a person admin or support."""
    users.set_role(users.get(email), RoleName(role))
    say(f"{email} is {role} now.")


@user.command("set-password")
@click.argument("email")
@password_stdin
@opened()
def set_password(email: str, *, password_stdin: bool) -> None:
    """Give a person a new password; they are logged out everywhere."""
    person = users.get(email)
    users.set_password(person, asking.secret("Password", from_stdin=password_stdin, confirm=True))
    say(f"Changed the password of {person.email}.")
