"""`portal account`: MSPs, and the PSAs that each may connect."""

from __future__ import annotations

import click

from portal import zones
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.models.accounts import Account
from portal.psa.registry import NAMES
from portal.services.accounts import accounts
from portal.services.syncing import scheduling

psa_argument = click.argument("psa", type=click.Choice(list(NAMES)), default=next(iter(NAMES)))


@click.group()
def account() -> None:
    """Create accounts (MSPs) and switch a PSA on for them."""


@account.command()
@click.argument("name")
@click.option("--time-zone", default=zones.UTC_NAME, show_default=True, help="Such as Europe/London.")
@with_database()
def create(name: str, time_zone: str) -> None:
    """Create an account. No PSA is switched on yet."""
    made = accounts.create(name, time_zone)
    say(f"Created {made.name}. `portal account enable` switches a PSA on.")


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


@account.command()
@click.argument("name")
@psa_argument
@with_database()
def enable(name: str, psa: str) -> None:
    """Let an account connect a PSA (halo unless said otherwise)."""
    accounts.set_available(accounts.get(name), psa, available=True)
    say(f"{name} may connect {psa} now.")


@account.command()
@click.argument("name")
@psa_argument
@with_database()
def disable(name: str, psa: str) -> None:
    """Hide a PSA from an account. Copied records stay."""
    accounts.set_available(accounts.get(name), psa, available=False)
    say(f"{name} may no longer connect {psa}.")


@account.command("set-time-zone")
@click.argument("name")
@click.argument("time_zone")
@with_database()
def set_time_zone(name: str, time_zone: str) -> None:
    """Tell an account's times in another zone, such as Europe/London. Its schedules follow."""
    one = accounts.get(name)
    scheduling.change_time_zone(one, time_zone, None)
    say(f"The times of {one.name} are those of {one.time_zone} now.")


def _row(one: Account) -> dict[str, str | bool]:
    return {
        "name": one.name,
        **{psa: psa in one.enabled_psas for psa in NAMES},
        "time_zone": one.time_zone,
        "created_at": one.created_at.isoformat(),
    }
