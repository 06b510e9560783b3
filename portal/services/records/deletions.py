"""Deletes everything that an integration has stored about the PSA's records, in the background, a batch at a time.

The request is a mark on the integration. What is left shows how far the work has come, so after a kill it continues
without any other checkpoint. The sync logs keep what earlier runs did, but no line that names a record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from portal import clock
from portal.db import BaseModel, db
from portal.errors import Conflict
from portal.models.accounts import User
from portal.models.integrations import ACTIVE_STATES, Integration
from portal.models.records import Record, RecordCount
from portal.models.switching import PairingClient
from portal.models.sync import LogSubject, RunKind, SyncLog, SyncRun
from portal.models.webhooks import Delivery
from portal.services.audit import audit_log
from portal.services.connecting.sources import COPIED
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import delivery_store
from portal.sync import counting, store
from portal.sync.record_types import RecordType

DUTY: Final = "delete the records of a disconnected integration"
# Then the scheduler's other duties get a turn.
SLICE_SECONDS: Final = 0.5
# Between batches, other writers get a turn.
PAUSE_SECONDS: Final = 0.005
BATCH: Final = 500


def request(integration: Integration, user: User | None) -> None:
    """Request that everything stored is deleted. Asking again changes nothing. Raises Conflict if it is connected."""
    mine = (Integration.id == integration.id) & Integration.state.not_in(ACTIVE_STATES)
    with db.atomic():
        asked = Integration.update(deletion_requested_at=clock.now()).where(
            mine, Integration.deletion_requested_at.is_null()
        )
        if asked.execute():
            words = f"{remaining(integration):,} {'record' if remaining(integration) == 1 else 'records'}"
            audit_log.record(integration.account, user, "records.deleted", words)
        elif not Integration.select().where(mine).exists():
            raise Conflict("These records belong to a connected integration.", "Disconnect it first.")
    integration.deletion_requested_at = Integration.get_by_id(integration.id).deletion_requested_at


def remaining(integration: Integration) -> int:
    """Return how many records are stored, in all states together."""
    numbers: Any = RecordCount.select(RecordCount.number).where(RecordCount.integration == integration).tuples()
    return sum(number for (number,) in numbers)


def waiting() -> list[int]:
    """Return the integrations with something left to delete, the oldest request first."""
    query = Integration.select(Integration.id).where(Integration.deletion_requested_at.is_null(is_null=False))
    rows: Any = query.order_by(Integration.deletion_requested_at, Integration.id).tuples()
    return [integration_id for (integration_id,) in rows]


def work(isolation: Isolation | None = None) -> None:
    """Continue deleting for a moment, one batch per integration in turn."""
    isolation, until = isolation or Isolation(), clock.monotonic() + SLICE_SECONDS
    left = waiting()
    while left and clock.monotonic() < until:
        left = [each for each in left if isolation.attempt(DUTY, partial(delete_batch, each), integration_id=each)]
        clock.sleep(PAUSE_SECONDS)


def delete_batch(integration_id: int) -> bool:
    """Delete some rows; with the last one, the request ends. Returns whether there may be more."""
    with db.atomic():
        store.lock_records(integration_id)
        for table, is_theirs in _parts(integration_id):
            if ids := _some_ids(table, is_theirs):
                _delete(integration_id, table, ids)
                return True
        # Pairs are kept with the names: they are what people have decided.
        PairingClient.update(domains=[], phones=[]).where(PairingClient.integration == integration_id).execute()
        RecordCount.delete().where(RecordCount.integration == integration_id).execute()
        ended = Integration.update(deletion_requested_at=None, last_delivery_at=None)
        ended.where(Integration.id == integration_id).execute()
    return False


def _parts(integration_id: int) -> Iterator[tuple[type[BaseModel], Any]]:
    """Yield what to delete: tables, and conditions that an index finds. The records come first."""
    for table in COPIED:
        if table is not RecordCount:
            yield table, table.integration == integration_id
    yield SyncLog, (SyncLog.integration == integration_id) & SyncLog.remote_id.is_null(is_null=False)
    yield SyncLog, (SyncLog.integration == integration_id) & (SyncLog.subject == LogSubject.RECORD)
    yield SyncRun, (SyncRun.integration == integration_id) & (SyncRun.kind == RunKind.RECORD)
    yield Delivery, Delivery.integration == integration_id


def _some_ids(table: type[BaseModel], is_theirs: Any) -> list[int]:
    rows: Any = table.select(table.id).where(is_theirs).limit(BATCH).tuples()
    return [row[0] for row in rows]


def _delete(integration_id: int, table: type[BaseModel], ids: list[int]) -> None:
    if table is Record:
        _uncount(integration_id, ids)
    if table is Delivery:
        delivery_store.release(ids)
    table.delete().where(table.id.in_(ids)).execute()


def _uncount(integration_id: int, ids: list[int]) -> None:
    changes: dict[str, Counter[str]] = defaultdict(Counter)
    rows: Any = Record.select(Record.record_type, Record.state).where(Record.id.in_(ids)).tuples()
    for record_type, state in rows:
        changes[record_type][state] -= 1
    for record_type in RecordType:
        counting.add(integration_id, record_type, changes[record_type])
