"""Held deletes: a person decides when many records disappear from the PSA's list at once."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import Any, Final

from peewee import chunked

from portal import clock
from portal.db import db
from portal.errors import Conflict, NotFound
from portal.models.accounts import User
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import LogLevel, LogSubject, SyncLog, SyncRun
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log
from portal.sync import store
from portal.sync.record_types import RecordType
from portal.sync.store import ChangeOrigin

PAGE_RECORDS: Final = 100
# There may be hundreds of thousands: other writers get a turn between batches.
BATCH_ROWS: Final = 500
PAUSE_SECONDS: Final = 0.005

ACTIONS: Final = {HeldDeleteState.APPROVED: "hold.deleted", HeldDeleteState.KEPT: "hold.kept"}

# All but the ids, which may be megabytes.
COLUMNS: Final = tuple(field for field in HeldDelete._meta.sorted_fields if field is not HeldDelete.remote_ids)


@dataclass(frozen=True)
class HeldRecord:
    """`name` is empty when the copy no longer holds the record."""

    remote_id: int
    name: str
    client_name: str
    reference: str


@dataclass(frozen=True)
class HeldPage:
    """`number` counts from 1; `last` is the number of the last page."""

    records: list[HeldRecord]
    number: int
    last: int


def pending(integration: Integration, *columns: Any) -> Any:
    """Select the held deletes that wait for a decision, with these columns or all but the ids."""
    mine = (HeldDelete.integration == integration) & (HeldDelete.state == HeldDeleteState.PENDING)
    return HeldDelete.select(*(columns or COLUMNS)).where(mine).order_by(HeldDelete.id)


def get(integration: Integration, hold_id: int) -> HeldDelete:
    """Return a held delete in any state, with its ids. Raises NotFound if the integration has none with this id."""
    held: HeldDelete | None = HeldDelete.get_or_none(HeldDelete.id == hold_id, HeldDelete.integration == integration)
    if held is None:
        raise NotFound("These held records don't exist.", "The Data Sync tab shows the ones waiting for a decision.")
    return held


def of_record(integration: Integration, record_type: str, remote_id: int) -> HeldDelete | None:
    """Return the pending held delete that includes this record."""
    mine = (HeldDelete.integration == integration) & (HeldDelete.record_type == record_type)
    query = HeldDelete.select().where(mine, HeldDelete.state == HeldDeleteState.PENDING)
    return next((held for held in query if remote_id in _ids(held)), None)


def page(held: HeldDelete, number: int = 1) -> HeldPage:
    """Return a page of the held records, sorted by id. A number past the end returns the last page."""
    ids = _ids(held)
    last = max(1, -(-len(ids) // PAGE_RECORDS))
    number = min(max(number, 1), last)
    shown = ids[(number - 1) * PAGE_RECORDS : number * PAGE_RECORDS]
    columns = (Record.remote_id, Record.name, Record.client_name, Record.reference)
    rows: Any = Record.select(*columns).where(_named(held, list(shown))).tuples()
    known = {row[0]: HeldRecord(*row) for row in rows}
    return HeldPage([known.get(each, HeldRecord(each, "", "", "")) for each in shown], number, last)


def approve(held: HeldDelete, user: User | None) -> int:
    """Mark the records as deleted here too; returns how many. Raises Conflict if somebody has already decided.

    Records that were read from the PSA after they disappeared stay. If this is interrupted, the next full sync
    finds the rest.
    """
    _decide(held, HeldDeleteState.APPROVED, user)
    psa = adapter_of(held.integration.psa).name
    why = f"It disappeared from {psa}'s list along with others. {_who(user)} decided to delete them here too."
    deleted = 0
    for ids in chunked(_ids(held), BATCH_ROWS):
        deleted += _mark_deleted(held, ids, why)
        time.sleep(PAUSE_SECONDS)
    return deleted


def keep(held: HeldDelete, user: User | None) -> None:
    """Keep the records. Raises Conflict if somebody has already decided."""
    _decide(held, HeldDeleteState.KEPT, user)


def _ids(held: HeldDelete) -> array[int]:
    return array("q", bytes(held.remote_ids))


def _named(held: HeldDelete, ids: list[int]) -> Any:
    mine = (Record.integration == held.integration_id) & (Record.record_type == held.record_type)
    return mine & Record.remote_id.in_(ids)


def _decide(held: HeldDelete, state: HeldDeleteState, user: User | None) -> None:
    """Settle the held delete unless it is settled. The conditional update lets only one of two people through."""
    psa = adapter_of(held.integration.psa).name
    action = "deleted" if state is HeldDeleteState.APPROVED else "kept"
    which = RecordType(held.record_type).counted(held.count)
    with db.atomic():
        settled = HeldDelete.update(state=state, decided_at=clock.now(), decided_by=user).where(
            HeldDelete.id == held.id, HeldDelete.state == HeldDeleteState.PENDING
        )
        if not settled.execute():
            raise _settled_already(HeldDelete.select(*COLUMNS).where(HeldDelete.id == held.id).get())
        audit_log.record(held.integration.account, user, ACTIONS[state], which)
        SyncLog.create(
            integration=held.integration_id,
            run=SyncRun.get_or_none(SyncRun.id == held.run_id),
            level=LogLevel.INFO,
            subject=LogSubject.STEP,
            record_type=held.record_type,
            message=f"{_who(user)} {action} {which} that {psa} no longer lists.",
        )


def _settled_already(held: HeldDelete) -> Conflict:
    words = {HeldDeleteState.APPROVED: "to delete them here too", HeldDeleteState.KEPT: "to keep them"}
    if held.state not in words:
        return Conflict(
            f"There's nothing left to decide: a later sync resolved these {held.record_type}.",
            "The Data Sync tab shows how things stand now.",
        )
    return Conflict(
        f"{_who(held.decided_by)} already decided {words[HeldDeleteState(held.state)]}.",
        "You haven't changed anything. See the Activity page for when.",
    )


def _who(user: User | None) -> str:
    return (user.name or user.email) if user is not None else "The operator"


def _mark_deleted(held: HeldDelete, ids: list[int], why: str) -> int:
    """Mark these records as deleted, unless they already are, each with a history entry."""
    here = Record.state.in_([RecordState.LIVE, RecordState.OUT_OF_SCOPE])
    with db.atomic():
        store.lock_records(held.integration_id)
        rows: Any = Record.select(Record.remote_id).where(_named(held, ids), here).tuples()
        gone = {remote_id: why for (remote_id,) in rows}
        origin = ChangeOrigin(held.run_id)
        left = store.set_state(
            held.integration_id, held.record_type, gone, RecordState.DELETED, origin, asked_at=held.at
        )
    return len(left)
