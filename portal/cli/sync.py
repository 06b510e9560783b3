"""`portal sync`: run syncs, see how they go, read what they logged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import click

from portal.cli import holds, reports
from portal.cli.following import follow
from portal.cli.opening import opened
from portal.cli.output import json_option, print_json, say
from portal.cli.parameters import RECORD_TYPE, RECORD_TYPES, RecordNumber, account_option, halo_of, source_of
from portal.errors import NotFound, PortalError, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import LogLevel, LogSubject, RunKind, RunState, RunTrigger, SyncLog, SyncRun
from portal.services.pages import log_files, run_heads, sync_logs
from portal.services.pages.sync_logs import LogFilters
from portal.services.syncing import run_words, sync_runs
from portal.sync.record_types import RecordType


class NotComplete(PortalError):
    """The run has ended, but not green."""


@click.group()
def sync() -> None:
    """Run syncs and see what they did."""


@sync.command()
@account_option
@click.option("--types", type=RECORD_TYPES, default=None, help="Comma-separated; all that were chosen if not given.")
@click.option("--full", is_flag=True, help="Read whole lists, not only what has changed.")
@click.option("--record", type=RecordNumber(typed=True), help="Only this record, such as assets:123.")
@click.option("--wait", is_flag=True, help="Stay until the run has ended; exits with 1 unless it succeeded.")
@json_option
@opened()
def run(
    account: str,
    types: list[RecordType] | None,
    record: tuple[RecordType, int] | None,
    *,
    full: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Start a sync, or join the one that goes on. Without --wait it goes on in the background."""
    if record is not None and (full or types):
        raise click.UsageError("--record asks for one record alone: leave out --full and --types.")
    try:
        started = _start(halo_of(account), types, record, full=full)
    except SyncAlreadyRunning as error:
        started = sync_runs.by_id(error.run_id)
        by = run_words.started_by(started)
        say(f"Run {started.id}, started by {by}, is already running; joining it.", err=True)
    ended = follow(started) if wait else started
    _show(ended, as_json=as_json)
    if wait and ended.state != RunState.SUCCEEDED:
        raise NotComplete(
            ended.problem or f"Run {ended.id} is {ended.state}.",
            ended.remedy or "`portal sync logs --level warning` tells what is missing.",
        )


@sync.command()
@account_option
@json_option
@opened()
def status(account: str, *, as_json: bool) -> None:
    """Show the run that goes on, or the last one."""
    _show(_last(account), as_json=as_json)


@sync.command("list")
@account_option
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@opened()
def list_(account: str, limit: int, *, as_json: bool) -> None:
    """List runs, newest first."""
    found = sync_runs.newest_first(limit, source_of(account))
    if as_json:
        print_json([sync_runs.report(one) for one in found])
    else:
        reports.print_runs(found)


@sync.command()
@account_option
@opened()
def cancel(account: str) -> None:
    """Stop the run that goes on. What has arrived is kept."""
    sync_runs.request_cancel(halo_of(account))
    say("Asked the run to stop.")


@sync.command()
@account_option
@click.option("--level", type=click.Choice(LogLevel, case_sensitive=False), help="Only lines of this level.")
@click.option("--type", "record_type", type=RECORD_TYPE, help="Only lines about this record type.")
@click.option("--run", "run_id", type=int, help="Only lines of this run.")
@click.option("--subject", type=click.Choice(LogSubject, case_sensitive=False), help="Only lines about these.")
@click.option("--record", type=RecordNumber(typed=False), help="Only lines about one record: assets:123, or 123.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@opened()
def logs(
    account: str,
    level: LogLevel | None,
    record_type: RecordType | None,
    run_id: int | None,
    subject: LogSubject | None,
    record: tuple[RecordType | None, int] | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Show what syncs have logged, newest first."""
    of_record, number = record or (None, None)
    filters = LogFilters(level, of_record or record_type, run_id, subject, number)
    lines = islice(_newest_first(source_of(account), filters), limit)
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


def _last(account: str) -> SyncRun:
    found = sync_runs.newest_first(1, source_of(account))
    if not found:
        raise NotFound("There has been no sync yet.", "`portal sync run` starts one.")
    return found[0]


for command in holds.COMMANDS:
    sync.add_command(command)
