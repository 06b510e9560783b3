"""The parts of an account's support bundle about its syncs: runs with their steps, and the lines about problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import LogLevel, SyncLog, SyncRun, SyncStep
from portal.services.operations.pseudonyms import Pseudonyms, without_quotes

RUNS: Final = 50
LINES: Final = 300
RUN: Final = (
    "id",
    "kind",
    "trigger",
    "state",
    "created_at",
    "started_at",
    "finished_at",
    "requests",
    "waits",
    "crashes",
    "excluded",
    "returned",
    "problem",
    "remedy",
)
STEP: Final = (
    "record_type",
    "state",
    "mode",
    "round",
    "pages_done",
    "expected",
    "fetched",
    "created",
    "updated",
    "unchanged",
    "filtered_out",
    "deleted",
    "failed",
    "requests",
    "started_at",
    "finished_at",
    "problem",
    "remedy",
)


def runs(integration: Integration, people: Pseudonyms) -> list[dict[str, Any]]:
    """Return the last runs, the newest first, each with its steps."""
    query = SyncRun.select(SyncRun, User).left_outer_join(User).where(SyncRun.integration == integration)
    found = list(query.order_by(SyncRun.id.desc()).limit(RUNS))
    steps: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for step in SyncStep.select().where(SyncStep.run.in_([run.id for run in found])).order_by(SyncStep.position):
        steps[step.__data__["run"]].append(_values(step, STEP))
    return [
        {
            **_values(run, RUN),
            "started_by": people.of(run.started_by.email) if run.started_by else None,
            "steps": steps[run.id],
        }
        for run in found
    ]


def problems(integration: Integration) -> list[dict[str, Any]]:
    """Return the last warnings and errors, the newest first."""
    found: list[SyncLog] = []
    for level in (LogLevel.WARNING, LogLevel.ERROR):
        query = SyncLog.select().where(SyncLog.integration == integration, SyncLog.level == level)
        found.extend(query.order_by(SyncLog.id.desc()).limit(LINES))
    found.sort(key=lambda line: line.id, reverse=True)
    names = _names(integration, found)
    return [_line(line, names.get((line.record_type or "", line.remote_id or 0), "")) for line in found]


def _values(row: SyncRun | SyncStep, names: Sequence[str]) -> dict[str, Any]:
    """Return columns of a row. A problem may quote the names of records."""
    values = {name: getattr(row, name) for name in names}
    return values | {"problem": without_quotes(row.problem)}


def _line(line: Any, name: str) -> dict[str, Any]:
    message = line.message.replace(name, "[name]") if name else line.message
    return {
        "at": line.at,
        "run": line.run_id,
        "level": line.level,
        "subject": line.subject,
        "type": line.record_type,
        "record": line.remote_id,
        "message": without_quotes(message),
        "remedy": line.remedy,
    }


def _names(integration: Integration, lines: list[SyncLog]) -> dict[tuple[str, int], str]:
    """Return the names of the records that the lines are about, by type and number."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.record_type and line.remote_id is not None:
            wanted[line.record_type].add(line.remote_id)
    found: dict[tuple[str, int], str] = {}
    for record_type, ids in wanted.items():
        mine = (Record.integration == integration) & (Record.record_type == record_type)
        rows: Any = Record.select(Record.remote_id, Record.name).where(mine, Record.remote_id.in_(ids)).tuples()
        found |= {(record_type, remote_id): name for remote_id, name in rows}
    return found
