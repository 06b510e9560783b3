"""Who started a run and what it changed, in words for the pages and the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from portal.models.accounts import User
from portal.models.sync import RunKind, RunTrigger, SyncRun
from portal.sync.record_types import RecordType

# With and without a person. Triggers without a person have one form.
STARTERS: Final[Mapping[str, tuple[str, str]]] = {
    RunTrigger.WIZARD: ("{} in the setup wizard", "the setup wizard"),
    RunTrigger.USER: ("{}", "a user"),
    RunTrigger.SCHEDULE: ("the schedule", "the schedule"),
    RunTrigger.WEBHOOK: ("a webhook, to catch up", "a webhook, to catch up"),
    RunTrigger.CLI: ("the command line", "the command line"),
    RunTrigger.FILTERS: ("a change to the sync filters by {}", "a change to the sync filters"),
}


def starter(trigger: str, user: User | None) -> str:
    """Name what started a run, to follow "started by"."""
    by_person, alone = STARTERS[trigger]
    return by_person.format(user.name or user.email) if user is not None else alone


def person(user: User | None) -> str:
    """Name a person; None stands for the command line."""
    return str(user.name or user.email) if user is not None else "the command line"


def started_by(run: SyncRun) -> str:
    return starter(run.trigger, run.started_by)


def result(run: SyncRun, totals: Mapping[str, int], types: Collection[RecordType], chosen: Collection[str]) -> str:
    """Sum up the changes of a run that succeeded. `totals` are its counters, `chosen` all synced types."""
    if run.trigger == RunTrigger.FILTERS:
        subject = "Your new sync filters are applied"
    elif set(chosen) <= {one.value for one in types}:
        subject = "Everything is complete and up to date"
    else:
        subject = f"{listed([one.value for one in types]).capitalize()} are complete and up to date"
    numbers = {
        "created": totals["created"],
        "updated": totals["updated"] - run.returned,
        "newly excluded": run.excluded,
        "synced again": run.returned,
        "deleted": totals["deleted"],
    }
    changed = [(number, done) for done, number in numbers.items() if number > 0]
    if not changed:
        return f"{subject}. No record changed."
    (first, done), *others = changed
    parts = [f"{first:,} {'record' if first == 1 else 'records'} {done}"]
    parts += [f"{number:,} {what}" for number, what in others]
    return f"{subject}: {listed(parts)}."


def listed(parts: Collection[str]) -> str:
    """Join words like "a, b and c"."""
    *front, last = parts
    return f"{', '.join(front)} and {last}" if front else last


def in_one_line(run: SyncRun, record_types: list[str], remote_ids: list[int] | None) -> str:
    """Describe a run for the audit log, such as "run 12, whole lists of clients and sites"."""
    if remote_ids is not None:
        return f"run {run.id}, {record_types[0]} {', '.join(map(str, remote_ids))}"
    how = "changes" if run.kind == RunKind.INCREMENTAL else "whole lists"
    return f"run {run.id}, {how} of {listed(record_types)}"
