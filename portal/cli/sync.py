"""`portal sync`: runs syncs, and shows their state and logs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import click

from portal.cli import holds, reports
from portal.cli.database_access import with_database
from portal.cli.following import follow
from portal.cli.output import json_option, print_json, say
from portal.cli.parameters import RECORD_TYPE, RECORD_TYPES, RecordNumber
from portal.cli.targets import Target, active_integration, source_integration, target_options
from portal.errors import NotFound, PortalError, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import LogLevel, LogSubject, RunKind, RunState, RunTrigger, SyncLog, SyncRun
from portal.services.pages import log_files, run_heads, sync_logs
from portal.services.pages.sync_logs import LogFilters
from portal.services.syncing import run_words, sync_runs
from portal.sync.record_types import RecordType


class NotComplete(PortalError):
    """The run has ended without success."""


@click.group()
def sync() -> None:
    """Run syncs and see their results."""


@sync.command()
@target_options
@click.option(
    "--types", type=RECORD_TYPES, default=None, help="Comma-separated record types. Default: all that are synced."
)
@click.option("--full", is_flag=True, help="Read whole lists, not just changes.")
@click.option("--record", type=RecordNumber(typed=True), help="Only this record, such as assets:123.")
@click.option("--wait", is_flag=True, help="Wait until the run ends; exits with 1 unless it succeeded.")
@json_option
@with_database()
def run(
    target: Target,
    types: list[RecordType] | None,
    record: tuple[RecordType, int] | None,
    *,
    full: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Start a sync, or join the one that is running. Without --wait, it runs in the background."""
    if record is not None and (full or types):
        raise click.UsageError("--record can't be combined with --full or --types.")
    try:
        started = _start(active_integration(target), types, record, full=full)
    except SyncAlreadyRunning as error:
        started = sync_runs.by_id(error.run_id)
        by = run_words.started_by(started)
        say(f"Run {started.id}, started by {by}, is already running; joining it.", err=True)
    ended = follow(started) if wait else started
    _show(ended, as_json=as_json)
    if wait and ended.state != RunState.SUCCEEDED:
        raise NotComplete(
            ended.problem or f"Run {ended.id} is {ended.state}.",
            ended.remedy or "See what is missing with `portal sync logs --level warning`.",
        )


@sync.command()
@target_options
@json_option
@with_database()
def status(target: Target, *, as_json: bool) -> None:
    """Show the current run, or the last one."""
    _show(_last(target), as_json=as_json)


@sync.command("list")
@target_options
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@with_database()
def list_(target: Target, limit: int, *, as_json: bool) -> None:
    """List runs, newest first."""
    found = sync_runs.newest_first(limit, source_integration(target))
    if as_json:
        print_json([sync_runs.report(one) for one in found])
    else:
        reports.print_runs(found)


@sync.command()
@target_options
@with_database()
def cancel(target: Target) -> None:
    """Cancel the current run. Records synced so far are kept."""
    sync_runs.request_cancel(active_integration(target))
    say("Cancel requested.")


@sync.command()
@target_options
@click.option("--level", type=click.Choice(LogLevel, case_sensitive=False), help="Only entries of this level.")
@click.option("--type", "record_type", type=RECORD_TYPE, help="Only entries about this record type.")
@click.option("--run", "run_id", type=int, help="Only entries of this run.")
@click.option("--subject", type=click.Choice(LogSubject, case_sensitive=False), help="Only entries about these.")
@click.option("--record", type=RecordNumber(typed=False), help="Only entries about one record: assets:123, or 123.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@with_database()
def logs(
    target: Target,
    level: LogLevel | None,
    record_type: RecordType | None,
    run_id: int | None,
    subject: LogSubject | None,
    record: tuple[RecordType | None, int] | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Show sync log entries, newest first."""
    of_record, number = record or (None, None)
    filters = LogFilters(level, of_record or record_type, run_id, subject, number)
    lines = islice(_newest_first(source_integration(target), filters), limit)
    if as_json:
        print_json([log_files.as_row(line) for line in lines])
    else:
        reports.print_logs(lines)


def _start(
    integration: Integration, types: list[RecordType] | None, record: tuple[RecordType, int] | None, *, full: bool
) -> SyncRun:
    if record is not None:
        record_type, number = record
        return sync_later(
            integration, RunTrigger.CLI, kind=RunKind.RECORD, record_types=[record_type.value], remote_ids=[number]
        )
    chosen = [each.value for each in types] if types else None
    kind = RunKind.FULL if full else RunKind.INCREMENTAL
    return sync_later(integration, RunTrigger.CLI, kind=kind, record_types=chosen)


def _newest_first(integration: Integration, filters: LogFilters) -> Iterator[SyncLog]:
    page = sync_logs.page(integration, filters)
    yield from page.rows
    while page.next is not None:
        page = sync_logs.page(integration, filters, before=page.next)
        yield from page.rows


def _show(one: SyncRun, *, as_json: bool) -> None:
    if as_json:
        print_json(sync_runs.report(one))
    else:
        reports.print_run(one, run_heads.words(one))


def _last(target: Target) -> SyncRun:
    found = sync_runs.newest_first(1, source_integration(target))
    if not found:
        raise NotFound("There hasn't been a sync yet.", "Start one with `portal sync run`.")
    return found[0]


for command in holds.COMMANDS:
    sync.add_command(command)
