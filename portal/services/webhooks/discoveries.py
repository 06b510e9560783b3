"""Changes that a sync found because no webhook announced them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from peewee import fn

from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunState, SyncRun, SyncStep
from portal.services.audit.audit_words import kind_of
from portal.services.pages import id_ranges

# One every five minutes for a week, and some more. Older runs are not counted.
NEWEST_RUNS: Final = 2_100
DATA_CHANGED: Final = "integration.data_changed"
KINDS: Final = (RunKind.INCREMENTAL, RunKind.FULL)


def count_by_type(integration: Integration, since: datetime) -> dict[str, int]:
    """Count the changes that syncs started and finished since then have made, by record type.

    Syncs that only catch up do not count, because no webhook could have announced their changes: the first complete
    sync, all before it, and the first one after somebody changed what to sync.
    """
    first = _first_whole(integration)
    if first is None:
        return {}
    columns = (SyncRun.id, SyncRun.kind, SyncRun.started_at, SyncRun.finished_at)
    runs: Any = SyncRun.select(*columns).where(SyncRun.integration == integration, SyncRun.id > first)
    newest = runs.order_by(SyncRun.id.desc()).limit(NEWEST_RUNS).alias("newest")
    has_ended = newest.c.finished_at.is_null(is_null=False)
    in_time = newest.c.started_at >= SyncRun.started_at.db_value(since)
    counts = newest.c.id.not_in(_catching_up(integration, since)) & newest.c.kind.in_([each.value for each in KINDS])
    changed = fn.SUM(SyncStep.created + SyncStep.updated + SyncStep.deleted)
    steps = SyncStep.select(SyncStep.record_type, changed).join(newest, on=(SyncStep.run == newest.c.id))
    rows: Any = steps.where(counts, in_time, has_ended).group_by(SyncStep.record_type).tuples()
    return {record_type: number for record_type, number in rows if number}


def _first_whole(integration: Integration) -> int | None:
    """Return the id of the first complete run."""
    ends = SyncRun.state.in_([RunState.SUCCEEDED, RunState.INCOMPLETE])
    runs = SyncRun.select(SyncRun.id).where(SyncRun.of_lists(integration), ends)
    row: Any = runs.order_by(SyncRun.id).limit(1).tuples().first()
    return row[0] if row else None


def _catching_up(integration: Integration, since: datetime) -> list[int]:
    """Return the ids of the first runs after each change of what to sync."""
    mine = (AuditEntry.account == integration.account_id) & (AuditEntry.kind == kind_of(DATA_CHANGED))
    in_time = id_ranges.within(AuditEntry, mine, AuditEntry.at, since, None)
    changes: Any = AuditEntry.select(AuditEntry.at).where(mine, AuditEntry.action == DATA_CHANGED, *in_time)
    runs = SyncRun.select(fn.MIN(SyncRun.id)).where(SyncRun.integration == integration, SyncRun.kind.in_(KINDS))
    found = [runs.where(SyncRun.started_at >= at).scalar() for (at,) in list(changes.tuples())]
    return [run_id for run_id in found if run_id is not None]
