"""Decides whether a step of an incremental run reads the whole list or only its changes."""

from __future__ import annotations

from portal.models.records import ChangeKind, RecordChange
from portal.models.sync import RunKind, StepMode, SyncRun, SyncStep
from portal.sync import remote_lists
from portal.sync.record_types import RecordType


def choose(run: SyncRun, step: SyncStep, *, depends_on_clients: bool) -> None:
    """Read only changes where the date filter is proved to work, unless new clients may bring unchanged records."""
    if step.started_at is not None or run.kind != RunKind.INCREMENTAL or step.mode == StepMode.RECORDS:
        return
    since = remote_lists.changes_since(run.integration_id, step.record_type)
    if since is None or (depends_on_clients and _has_new_clients(run)):
        return
    step.mode, step.since = StepMode.CHANGES, since


def _has_new_clients(run: SyncRun) -> bool:
    """Return whether this run brought a client into scope: its unchanged records may be missing."""
    of_clients = (SyncStep.run == run) & (SyncStep.record_type == RecordType.CLIENTS)
    created = SyncStep.select().where(of_clients, SyncStep.created > 0)
    back = RecordChange.select().where(
        RecordChange.integration == run.integration_id,
        RecordChange.record_type == RecordType.CLIENTS,
        RecordChange.run_id == run.id,
        RecordChange.kind == ChangeKind.BACK,
    )
    return bool(created.exists() or back.exists())
