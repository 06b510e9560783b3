"""Puts the records of disabled record types out of scope, in the background, a batch at a time.

The transaction that disables a type also sets a mark on the integration. The states of the records show how far the
work has come, so after a kill it continues without any other checkpoint.
"""

from __future__ import annotations

from typing import Any, Final

from portal import clock
from portal.db import db
from portal.models.integrations import ACTIVE_STATES, Integration
from portal.models.records import Record, RecordState
from portal.models.sync import LIVE_STATES, SyncRun
from portal.sync import store
from portal.sync.record_types import RecordType
from portal.sync.store import ChangeOrigin

TYPE_DISABLED: Final = "Records of this type are no longer synced."
# A longer transaction would delay the pages of a running sync.
BATCH: Final = 500


def request(integration_id: int) -> None:
    """Request that live records of disabled types go out of scope, inside the caller's transaction."""
    Integration.update(switched_off_at=clock.now()).where(Integration.id == integration_id).execute()


def waiting() -> list[int]:
    """Return the integrations that may have such records, the oldest request first."""
    query = Integration.select(Integration.id).where(
        Integration.switched_off_at.is_null(False), Integration.state.in_(ACTIVE_STATES)
    )
    rows: Any = query.order_by(Integration.switched_off_at, Integration.id).tuples()
    return [integration_id for (integration_id,) in rows]


def retire_batch(integration_id: int) -> bool:
    """Put some records out of scope, with their history. Returns whether there may be more.

    The request ends when there are none left, unless a sync is running: it may still bring records of such a type.
    """
    if _next_batch(integration_id) is None and _is_syncing(integration_id):
        return False
    with db.atomic():
        store.lock_records(integration_id)
        if batch := _next_batch(integration_id):
            record_type, ids = batch
            reasons = dict.fromkeys(ids, TYPE_DISABLED)
            store.set_state(integration_id, record_type, reasons, RecordState.OUT_OF_SCOPE, ChangeOrigin())
        elif not _is_syncing(integration_id):
            Integration.update(switched_off_at=None).where(Integration.id == integration_id).execute()
    return batch is not None


def _next_batch(integration_id: int) -> tuple[RecordType, list[int]] | None:
    """Return the ids of some live records of a disabled type, or None if there are no more."""
    chosen = Integration.get_by_id(integration_id).record_types
    for record_type in RecordType:
        if record_type not in chosen and (ids := _some_live(integration_id, record_type)):
            return record_type, ids
    return None


def _is_syncing(integration_id: int) -> bool:
    live = SyncRun.select().where(SyncRun.integration == integration_id, SyncRun.state.in_(LIVE_STATES))
    return bool(live.exists())


def _some_live(integration_id: int, record_type: RecordType) -> list[int]:
    """Return the ids of some live records, in the order of an index, so that retired records are not scanned."""
    live = (
        (Record.integration == integration_id)
        & (Record.record_type == record_type)
        & (Record.state == RecordState.LIVE)
    )
    query = Record.select(Record.remote_id).where(live).order_by(Record.name, Record.remote_id).limit(BATCH)
    rows: Any = query.tuples()
    return [remote_id for (remote_id,) in rows]
