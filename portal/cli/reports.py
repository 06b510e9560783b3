"""Prints runs and their logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from portal.cli.output import print_table, say
from portal.models.sync import StepState, SyncLog, SyncRun, SyncStep
from portal.services.syncing import run_words, sync_runs

COUNTERS: Final = ("expected", "fetched", "created", "updated", "unchanged", "filtered_out", "deleted", "failed")
HEADINGS: Final = {"filtered_out": "EXCLUDED"}


def print_run(run: SyncRun, words: str) -> None:
    """Print a run, its steps and its result: `words`, or the problem and remedy."""
    report, steps = sync_runs.report(run), sync_runs.steps_of(run)
    say(f"Run {run.id} ({report['kind']}): {report['state']}, {report['seconds']:.1f} s.")
    say(f"Started by {run_words.started_by(run)}.")
    rows = [(step.record_type, step.state, *_numbers(step)) for step in steps]
    print_table(("TYPE", "STATE", *(HEADINGS.get(name, name.upper()) for name in COUNTERS)), rows)
    for line in (words, report["problem"], report["remedy"]):
        if line:
            say(line)


def _numbers(step: SyncStep) -> list[object]:
    """Return the counters, or dashes if the step failed before anything was fetched."""
    is_unread = step.state == StepState.FAILED and not step.fetched
    return ["–" if is_unread else getattr(step, name) for name in COUNTERS]


def print_runs(runs: Iterable[SyncRun]) -> None:
    rows = [
        (run.id, f"{run.created_at:%Y-%m-%d %H:%M:%S}", run.kind, run_words.started_by(run), run.state)
        for run in runs
    ]
    print_table(("RUN", "REQUESTED (UTC)", "KIND", "STARTED BY", "STATE"), rows)


def print_logs(lines: Iterable[SyncLog]) -> None:
    rows = [(f"{line.at:%Y-%m-%d %H:%M:%S}", line.level, line.subject, _of(line), line.message) for line in lines]
    print_table(("AT (UTC)", "LEVEL", "SUBJECT", "OF", "MESSAGE"), rows)


def _of(line: SyncLog) -> str:
    return f"{line.record_type or ''} {line.remote_id or ''}".strip()
