"""The answer that was requested last wins: every write checks here whether a newer answer is known.

Syncs and refetches overlap, so an answer may arrive after one that was requested later. Record.read_at says when the
stored answer was requested. A refetch that found a record unchanged, excluded or deleted does not update it, but its
refetch request has a `read_at`. A list that found a record unchanged leaves no trace at all, so a refetch that a list
overtook is repeated. Call these functions inside the transaction that writes, after store.lock_records.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from peewee import chunked

from portal.models.records import Record
from portal.models.sync import SyncRun, SyncStep
from portal.models.webhooks import Outcome, RefetchRequest
from portal.sync.record_types import RecordType

BATCH: Final = 900
# A refetch takes at most a minute, and runs do not overlap, so no more runs than this can have overtaken it.
RECENT_RUNS: Final = 3
# Outcomes of refetches that settled a record's state. The others leave it to the next sync.
CONCLUSIVE: Final = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.BACK,
    Outcome.UNCHANGED,
    Outcome.FILTERED_OUT,
    Outcome.DELETED,
    Outcome.ABSENT,
)
CLIENT_ADDED: Final = (Outcome.CREATED, Outcome.BACK)
CLIENT_REMOVED: Final = (Outcome.FILTERED_OUT, Outcome.DELETED)


def newer_ids(
    integration_id: int,
    record_type: str,
    stored: Collection[int],
    asked_at: datetime,
    *,
    not_stored: Collection[int] = (),
) -> set[int]:
    """Return the records for which an answer requested after `asked_at` is known."""
    return _with_newer_record(integration_id, record_type, stored, asked_at) | _with_newer_refetch(
        integration_id, record_type, [*stored, *not_stored], asked_at
    )


def have_clients_moved(integration_id: int, since: datetime, outcomes: Collection[Outcome]) -> bool:
    """Return whether refetches of clients had one of these outcomes since then."""
    moved = (RefetchRequest.record_type == RecordType.CLIENTS) & RefetchRequest.outcome.in_(list(outcomes))
    return bool(RefetchRequest.select().where(_settled_after(integration_id, since), moved).exists())


def has_list_overtaken(integration_id: int, record_type: str, asked_at: datetime) -> bool:
    """Return whether a page of this list was written that was requested after `asked_at`."""
    newest = SyncRun.select(SyncRun.id).where(SyncRun.integration == integration_id).order_by(SyncRun.id.desc())
    rows: Any = newest.limit(RECENT_RUNS).tuples()
    later = (SyncStep.record_type == record_type) & (SyncStep.page_asked_at > asked_at)
    return bool(SyncStep.select().where(SyncStep.run.in_([run_id for (run_id,) in rows]), later).exists())


def _with_newer_record(
    integration_id: int, record_type: str, remote_ids: Collection[int], asked_at: datetime
) -> set[int]:
    found: set[int] = set()
    for ids in chunked(remote_ids, BATCH):
        rows: Any = Record.select(Record.remote_id).where(
            Record.integration == integration_id,
            Record.record_type == record_type,
            Record.remote_id.in_(ids),
            Record.read_at > asked_at,
        )
        found.update(remote_id for (remote_id,) in rows.tuples())
    return found


def _with_newer_refetch(
    integration_id: int, record_type: str, remote_ids: Collection[int], asked_at: datetime
) -> set[int]:
    # Mostly there are none: then a page of thousands of rows costs one indexed lookup.
    if not remote_ids or not RefetchRequest.select().where(_settled_after(integration_id, asked_at)).exists():
        return set()
    found: set[int] = set()
    for ids in chunked(remote_ids, BATCH):
        rows: Any = RefetchRequest.select(RefetchRequest.remote_id).where(
            RefetchRequest.integration == integration_id,
            RefetchRequest.record_type == record_type,
            RefetchRequest.remote_id.in_(ids),
            RefetchRequest.read_at > asked_at,
            RefetchRequest.outcome.in_(CONCLUSIVE),
        )
        found.update(remote_id for (remote_id,) in rows.tuples())
    return found


def _settled_after(integration_id: int, moment: datetime) -> Any:
    return (RefetchRequest.integration == integration_id) & (RefetchRequest.settled_at > moment)
