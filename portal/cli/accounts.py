"""`portal account`: MSPs, and the PSAs that each may connect."""

from __future__ import annotations

from typing import Final

import click

from portal import zones
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.models.accounts import Account
from portal.psa.registry import NAMES
from portal.services.accounts import accounts
from portal.services.syncing import scheduling

USUAL_PSA: Final = next(iter(NAMES))
psa_argument = click.argument("psa", type=click.Choice(list(NAMES)), default=USUAL_PSA)


@click.group()
def account() -> None:
    """Create accounts (MSPs) and turn PSAs on for them."""


@account.command()
@click.argument("name")
@click.option("--time-zone", default=zones.UTC_NAME, show_default=True, help="Time zone, such as Europe/London.")
@with_database()
def create(name: str, time_zone: str) -> None:
    """Create an account. Its PSAs are turned off at first."""
    made = accounts.create(name, time_zone)
    say(f"Created {made.name}. Turn on a PSA with `portal account enable`.")


@account.command("list")
@json_option
@with_database()
def list_(*, as_json: bool) -> None:
    """List all accounts."""
    rows = [_row(one) for one in accounts.everyone()]
    if as_json:
        print_json(rows)
    else:
        cells = [(row["name"], *("on" if row[psa] else "off" for psa in NAMES)) for row in rows]
        print_table(("ACCOUNT", *(psa.upper() for psa in NAMES)), cells)


@account.command(help=f"Let an account connect a PSA (default: {USUAL_PSA}).")
@click.argument("name")
@psa_argument
@with_database()
def enable(name: str, psa: str) -> None:
    accounts.set_available(accounts.get(name), psa, available=True)
    say(f"{name} can now connect {psa}.")


@account.command()
@click.argument("name")
@psa_argument
@with_database()
def disable(name: str, psa: str) -> None:
    """Hide a PSA from an account. Synced records are kept."""
    accounts.set_available(accounts.get(name), psa, available=False)
    say(f"{name} can no longer connect {psa}.")


@account.command("set-time-zone")
@click.argument("name")
@click.argument("time_zone")
@with_database()
def set_time_zone(name: str, time_zone: str) -> None:
    """Set an account's time zone, such as Europe/London. Schedules and displayed times follow it."""
    one = accounts.get(name)
    scheduling.change_time_zone(one, time_zone, None)
    say(f"{one.name} now uses {one.time_zone}.")


def _row(one: Account) -> dict[str, str | bool]:
    return {
        "name": one.name,
        **{psa: psa in one.enabled_psas for psa in NAMES},
        "time_zone": one.time_zone,
        "created_at": one.created_at.isoformat(),
    }
