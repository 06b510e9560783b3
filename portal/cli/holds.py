"""`portal sync holds`, `approve` and `keep`: held deletes that need a decision."""

from __future__ import annotations

from typing import Any, Final

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.cli.targets import Target, active_integration, target_options
from portal.models.held_deletes import HeldDelete
from portal.services.syncing import held_deletes
from portal.sync.record_types import RecordType

hold_option = click.option(
    "--hold", "hold_id", type=click.IntRange(1, 2**31 - 1), required=True, help="Number of the hold."
)


@click.command("holds")
@target_options
@json_option
@with_database()
def list_(target: Target, *, as_json: bool) -> None:
    """List deletes waiting for a decision: records that disappeared from the PSA's lists all at once."""
    found = held_deletes.pending(active_integration(target))
    if as_json:
        print_json([_as_row(hold) for hold in found])
    else:
        rows = [(hold.id, hold.record_type, hold.count, hold.stored, f"{hold.at:%Y-%m-%d %H:%M}") for hold in found]
        print_table(("HOLD", "TYPE", "MISSING", "OF", "SINCE (UTC)"), rows)
        for hold in found:
            say(f"{hold.id}: {hold.cause} {hold.advice}".rstrip())


@click.command()
@target_options
@hold_option
@with_database()
def approve(target: Target, hold_id: int) -> None:
    """Delete held records here too."""
    hold = held_deletes.get(active_integration(target), hold_id)
    say(f"Deleted {RecordType(hold.record_type).counted(held_deletes.approve(hold, None))}.")


@click.command()
@target_options
@hold_option
@with_database()
def keep(target: Target, hold_id: int) -> None:
    """Keep held records."""
    hold = held_deletes.get(active_integration(target), hold_id)
    held_deletes.keep(hold, None)
    say(f"Kept {RecordType(hold.record_type).counted(hold.count)}.")


def _as_row(hold: HeldDelete) -> dict[str, Any]:
    return {
        "hold": hold.id,
        "type": hold.record_type,
        "count": hold.count,
        "stored": hold.stored,
        "run": hold.run_id,
        "at": hold.at.isoformat(),
        "cause": hold.cause,
        "advice": hold.advice,
    }


COMMANDS: Final = (list_, approve, keep)
