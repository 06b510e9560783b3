"""Records that the last syncs could not store, grouped by cause."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import LogLevel, LogSubject, SyncLog, SyncRun, SyncStep
from portal.sync import logbook
from portal.sync.record_types import RecordType

MOST_LINES: Final = 2_000
# A PSA with a bug may give each record a reason of its own.
MOST_CAUSES: Final = 10
OTHER_CAUSES: Final = "They have various causes. See the sync log."
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class FailedRecord:
    """A line of the sync log about a record that wasn't stored. `remote_id` is None if it has no usable id."""

    line: int
    run_id: int
    at: datetime
    record_type: RecordType
    remote_id: int | None
    cause: str


@dataclass(frozen=True)
class FailedGroup:
    """Records of one type that failed for the same reason; `cause` is that of the newest line, and `pattern` is the
    same for all of them.

    `count` may be higher than the number of `ids`, because the log doesn't list every record. `run_id` is the last
    run in which one failed.
    """

    record_type: RecordType
    cause: str
    pattern: str
    count: int
    ids: list[int]
    run_id: int
    at: datetime


def read(integration: Integration, full_runs: Mapping[RecordType, int]) -> list[FailedGroup]:
    """Return what fails now. `full_runs` maps each synced type to its last complete run, which read every record:
    what failed before it counts no more.
    """
    failed = _failed_steps(integration, full_runs)
    if not failed:
        return []
    lines = _lines(integration, {one: full_runs[one] for one in failed})
    return group(_without_mended(integration, _newest(lines)), failed)


def group(failed: Iterable[FailedRecord], counts: Mapping[RecordType, int]) -> list[FailedGroup]:
    """Group records by type and cause, whatever numbers the cause mentions. Pure.

    `counts` says how many records of each type failed at once; those that the log doesn't list have the most common
    cause.
    """
    by_type: dict[RecordType, dict[str, list[FailedRecord]]] = defaultdict(lambda: defaultdict(list))
    for one in failed:
        by_type[one.record_type][_pattern(one.cause)].append(one)
    groups = []
    for record_type, causes in by_type.items():
        largest_first = sorted(causes.values(), key=len, reverse=True)
        rest = [one for same in largest_first[MOST_CAUSES:] for one in same]
        found = [_group(same) for same in largest_first[:MOST_CAUSES]]
        found += [_group(rest, cause=OTHER_CAUSES)] if rest else []
        listed = sum(each.count for each in found)
        if listed >= logbook.MAX_ROWS and counts[record_type] > listed:
            more = counts[record_type] - listed
            found[0] = _group(largest_first[0], more=more)
        groups += found
    return groups


def _group(same: Sequence[FailedRecord], *, cause: str = "", more: int = 0) -> FailedGroup:
    newest = max(same, key=lambda one: one.line)
    ids = sorted({one.remote_id for one in same if one.remote_id is not None})
    cause = cause or newest.cause
    count = len(same) + more
    return FailedGroup(newest.record_type, cause, _pattern(cause), count, ids, newest.run_id, newest.at)


def _pattern(cause: str) -> str:
    return _NUMBER.sub("#", cause)


def _failed_steps(integration: Integration, full_runs: Mapping[RecordType, int]) -> dict[RecordType, int]:
    """Return the types with failed records, and the most that failed in one step."""
    if not full_runs:
        return {}
    since = (SyncRun.integration == integration) & (SyncRun.id >= min(full_runs.values()))
    columns = (SyncStep.record_type, SyncRun.id, SyncStep.failed)
    rows: Any = SyncStep.select(*columns).join(SyncRun).where(since, SyncStep.failed > 0).tuples()
    most: Counter[RecordType] = Counter()
    for name, run_id, failed in rows:
        one = RecordType(name)
        if one in full_runs and run_id >= full_runs[one]:
            most[one] = max(most[one], failed)
    return most


def _lines(integration: Integration, full_runs: Mapping[RecordType, int]) -> list[FailedRecord]:
    """Return the newest lines about records that weren't stored, newest first."""
    columns = (SyncLog.id, SyncLog.run, SyncLog.at, SyncLog.record_type, SyncLog.remote_id, SyncLog.message)
    first = SyncLog.select(fn.MIN(SyncLog.id)).where(SyncLog.run == min(full_runs.values())).scalar()
    query = SyncLog.select(*columns).where(
        SyncLog.integration == integration,
        SyncLog.level == LogLevel.WARNING,
        SyncLog.id >= (first or 0),
        SyncLog.subject == LogSubject.RECORD,
        SyncLog.record_type.in_([one.value for one in full_runs]),
    )
    rows: Any = query.order_by(SyncLog.id.desc()).limit(MOST_LINES).tuples()
    found = [
        FailedRecord(line, run_id or 0, at, RecordType(name), remote_id, logbook.cause_in(message))
        for line, run_id, at, name, remote_id, message in rows
    ]
    return [one for one in found if one.cause and one.run_id >= full_runs[one.record_type]]


def _newest(lines: Iterable[FailedRecord]) -> list[FailedRecord]:
    """Keep the newest line of each record. Rows without an id can't be told apart: those of the newest run count."""
    found: dict[tuple[RecordType, int], FailedRecord] = {}
    nameless: dict[RecordType, list[FailedRecord]] = defaultdict(list)
    for one in lines:
        if one.remote_id is not None:
            found.setdefault((one.record_type, one.remote_id), one)
        elif not nameless[one.record_type] or nameless[one.record_type][0].run_id == one.run_id:
            nameless[one.record_type].append(one)
    return [*found.values(), *(one for lines in nameless.values() for one in lines)]


def _without_mended(integration: Integration, failed: Sequence[FailedRecord]) -> list[FailedRecord]:
    """Leave out records that were stored, or that the log says something else about, since they failed."""
    ids = sorted({one.remote_id for one in failed if one.remote_id is not None})
    if not ids:
        return list(failed)
    stored = Record.select(Record.record_type, Record.remote_id, Record.changed_at, Record.read_at)
    rows: Any = stored.where(
        Record.integration == integration,
        Record.record_type.in_(sorted({one.record_type.value for one in failed})),
        Record.remote_id.in_(ids),
    ).tuples()
    known = {(name, remote_id): max(changed, read or changed) for name, remote_id, changed, read in rows}
    lines = SyncLog.select(fn.MIN(SyncLog.record_type), SyncLog.remote_id, fn.MAX(SyncLog.id)).where(
        SyncLog.integration == integration,
        SyncLog.remote_id.in_(ids),
        # COALESCE hides these from the planner, so that it looks the lines up by their record.
        fn.COALESCE(SyncLog.subject, "") == LogSubject.RECORD,
        fn.COALESCE(SyncLog.level, "") == LogLevel.INFO,
    )
    newest: Any = lines.group_by(fn.COALESCE(SyncLog.record_type, ""), SyncLog.remote_id).tuples()
    last = {(name, remote_id): line for name, remote_id, line in newest}
    return [one for one in failed if not _is_mended(one, known, last)]


def _is_mended(
    one: FailedRecord, stored: Mapping[tuple[str, int], datetime], last: Mapping[tuple[str, int], int]
) -> bool:
    if one.remote_id is None:
        return False
    key = (one.record_type.value, one.remote_id)
    return (key in stored and stored[key] > one.at) or last.get(key, one.line) > one.line
