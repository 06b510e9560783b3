"""How runs and their logs look on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import click

from portal.cli.output import print_table
from portal.models.sync import SyncLog, SyncRun

COUNTERS: Final = ("expected", "fetched", "created", "updated", "unchanged", "left_out", "deleted", "failed")


def print_run(report: dict[str, Any]) -> None:
    """Print a run and its steps, as `syncing.report` tells of them."""
    click.echo(f"Run {report['run']} ({report['kind']}): {report['state']}, {report['seconds']:.1f} s.")
    rows = [(name, *(step[counter] for counter in COUNTERS)) for name, step in report["steps"].items()]
    print_table(("TYPE", *(counter.upper().replace("_", " ") for counter in COUNTERS)), rows)
    for line in (report["problem"], report["remedy"]):
        if line:
            click.echo(line)


def print_runs(runs: Iterable[SyncRun]) -> None:
    rows = [(run.id, f"{run.created_at:%Y-%m-%d %H:%M:%S}", run.kind, run.trigger, run.state) for run in runs]
    print_table(("RUN", "ASKED FOR (UTC)", "KIND", "BY", "STATE"), rows)


def print_logs(lines: Iterable[SyncLog]) -> None:
    rows = [(f"{line.at:%Y-%m-%d %H:%M:%S}", line.level, line.subject, _of(line), line.message) for line in lines]
    print_table(("AT (UTC)", "LEVEL", "SUBJECT", "OF", "MESSAGE"), rows)


def _of(line: SyncLog) -> str:
    return f"{line.record_type or ''} {line.remote_id or ''}".strip()
