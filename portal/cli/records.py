"""`portal records`: the stored copy of the PSA's records."""

from __future__ import annotations

from typing import IO

import click

from portal.cli import exporting
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table
from portal.cli.parameters import RECORD_TYPE, RECORD_TYPES
from portal.cli.targets import Target, source_integration, target_options
from portal.models.records import RecordState
from portal.services.audit import export_log
from portal.services.records import record_exports
from portal.services.records import stored_records as copy
from portal.sync.record_types import RecordType

state_option = click.option(
    "--state",
    type=click.Choice([state.value for state in RecordState]),
    default=RecordState.LIVE.value,
    show_default=True,
)


@click.group()
def records() -> None:
    """Count, look up and export synced records."""


@records.command()
@target_options
@json_option
@with_database()
def count(target: Target, *, as_json: bool) -> None:
    """Count the records of each type."""
    counts = copy.counts(source_integration(target))
    if as_json:
        print_json(counts)
    else:
        states = [state.value for state in RecordState]
        rows = [(record_type, *(found[state] for state in states)) for record_type, found in counts.items()]
        print_table(("TYPE", *(state.upper().replace("_", " ") for state in states)), rows)


@records.command("list")
@target_options
@click.argument("record_type", type=RECORD_TYPE)
@state_option
@click.option("--containing", default="", help="Text in the name or the reference.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@with_database()
def list_(target: Target, record_type: RecordType, state: str, containing: str, limit: int, *, as_json: bool) -> None:
    """List records of a type by name."""
    found = copy.look_up(
        source_integration(target), record_type, state=RecordState(state), containing=containing, limit=limit
    )
    if as_json:
        print_json([record_exports.as_row(record) for record in found])
    else:
        rows = [
            (record.remote_id, record.name, record.client_name, record.reference, record.status) for record in found
        ]
        print_table(("ID", "NAME", "CLIENT", "REFERENCE", "STATUS"), rows)


@records.command()
@target_options
@click.argument("record_type", type=RECORD_TYPE)
@click.argument("remote_id", type=int)
@with_database()
def show(target: Target, record_type: RecordType, remote_id: int) -> None:
    """Show one record as JSON: its fields and everything that the PSA sent."""
    print_json(record_exports.as_document(copy.get(source_integration(target), record_type, remote_id)))


@records.command()
@target_options
@click.option(
    "--types", type=RECORD_TYPES, default=list(RecordType), help="Comma-separated record types. Default: all."
)
@click.option(
    "--state", type=click.Choice([state.value for state in RecordState]), help="Only records in this state."
)
@click.option("--format", "as_format", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=True, atomic=True), default="-")
@with_database()
def export(target: Target, types: list[RecordType], state: str | None, as_format: str, output: IO[str]) -> None:
    """Export records to standard output or a file: everything as JSON Lines, or columns and fields as CSV."""
    integration = source_integration(target)
    wanted = RecordState(state) if state else None
    export_log.records(integration, types, wanted, as_format)
    found = (record for each in types for record in copy.export(integration, each, wanted))
    if as_format == "csv":
        exporting.as_csv(found, types, output)
    else:
        exporting.as_json_lines(found, output)
