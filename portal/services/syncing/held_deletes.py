"""Held deletes: so many records vanished from the PSA's list at once that a person decides about them."""

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
from portal.sync.store import Origin

PAGE_RECORDS: Final = 100
# There may be hundreds of thousands: between two bites, whoever else wants to write gets a turn.
BITE_ROWS: Final = 500
BREATH_SECONDS: Final = 0.005

ACTIONS: Final = {HeldDeleteState.APPROVED: "hold.deleted", HeldDeleteState.KEPT: "hold.kept"}

# All but the ids, which may be megabytes.
COLUMNS: Final = tuple(field for field in HeldDelete._meta.sorted_fields if field is not HeldDelete.remote_ids)


@dataclass(frozen=True)
class HeldRecord:
    """`name` is empty when the copy does not hold the record any more."""

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
    """Select what waits for a decision: these columns, or all but the ids."""
    mine = (HeldDelete.integration == integration) & (HeldDelete.state == HeldDeleteState.PENDING)
    return HeldDelete.select(*(columns or COLUMNS)).where(mine).order_by(HeldDelete.id)


def get(integration: Integration, hold_id: int) -> HeldDelete:
    """Return a hold in whatever state, with its ids. Raises NotFound when the integration has none of that number."""
    hold: HeldDelete | None = HeldDelete.get_or_none(HeldDelete.id == hold_id, HeldDelete.integration == integration)
    if hold is None:
        raise NotFound("There are no such held records.", "The Data Sync tab shows those that wait for a decision.")
    return hold


def of_record(integration: Integration, record_type: str, remote_id: int) -> HeldDelete | None:
    """Return the pending hold that this record is part of."""
    mine = (HeldDelete.integration == integration) & (HeldDelete.record_type == record_type)
    query = HeldDelete.select().where(mine, HeldDelete.state == HeldDeleteState.PENDING)
    return next((hold for hold in query if remote_id in _ids(hold)), None)


def page(hold: HeldDelete, number: int = 1) -> HeldPage:
    """Return the hold's records with their names, in the order of their ids; a number too far is the last page."""
    ids = _ids(hold)
    last = max(1, -(-len(ids) // PAGE_RECORDS))
    number = min(max(number, 1), last)
    shown = ids[(number - 1) * PAGE_RECORDS : number * PAGE_RECORDS]
    columns = (Record.remote_id, Record.name, Record.client_name, Record.reference)
    rows: Any = Record.select(*columns).where(_named(hold, list(shown))).tuples()
    known = {row[0]: HeldRecord(*row) for row in rows}
    return HeldPage([known.get(each, HeldRecord(each, "", "", "")) for each in shown], number, last)


def approve(hold: HeldDelete, user: User | None) -> int:
    """Delete the records here too, as tombstones; returns how many. Raises Conflict when that was decided already.

    What was read from the PSA since they vanished has shown itself again, and stays. Should this be broken off in the
    middle, the next full sync finds the rest.
    """
    _decide(hold, HeldDeleteState.APPROVED, user)
    psa = adapter_of(hold.integration.psa).name
    why = f"It vanished from {psa}'s list together with others; {_who(user)} decided to delete them here, too."
    deleted = 0
    for ids in chunked(_ids(hold), BITE_ROWS):
        deleted += _bury(hold, ids, why)
        time.sleep(BREATH_SECONDS)
    return deleted


def keep(hold: HeldDelete, user: User | None) -> None:
    """Let the records stay. Raises Conflict when that was decided already."""
    _decide(hold, HeldDeleteState.KEPT, user)


def _ids(hold: HeldDelete) -> array[int]:
    return array("q", bytes(hold.remote_ids))


def _named(hold: HeldDelete, ids: list[int]) -> Any:
    mine = (Record.integration == hold.integration_id) & (Record.record_type == hold.record_type)
    return mine & Record.remote_id.in_(ids)


def _decide(hold: HeldDelete, state: HeldDeleteState, user: User | None) -> None:
    """Settle the hold, if nobody has yet: of two who decide at once, the row lets one through."""
    psa = adapter_of(hold.integration.psa).name
    action = "deleted" if state is HeldDeleteState.APPROVED else "kept"
    with db.atomic():
        settled = HeldDelete.update(state=state, decided_at=clock.now(), decided_by=user).where(
            HeldDelete.id == hold.id, HeldDelete.state == HeldDeleteState.PENDING
        )
        if not settled.execute():
            raise _settled_already(HeldDelete.select(*COLUMNS).where(HeldDelete.id == hold.id).get())
        audit_log.record(hold.integration.account, user, ACTIONS[state], f"{hold.count:,} {hold.record_type}")
        SyncLog.create(
            integration=hold.integration_id,
            run=SyncRun.get_or_none(SyncRun.id == hold.run_id),
            level=LogLevel.INFO,
            subject=LogSubject.STEP,
            record_type=hold.record_type,
            message=f"{hold.count:,} {hold.record_type} missing in {psa} were {action}: {_who(user)} decided so.",
        )


def _settled_already(hold: HeldDelete) -> Conflict:
    words = {HeldDeleteState.APPROVED: "to delete them here too", HeldDeleteState.KEPT: "to keep them"}
    if hold.state not in words:
        return Conflict(
            f"There is nothing to decide any more: a later sync has settled these {hold.record_type}.",
            "The Data Sync tab shows how things stand now.",
        )
    return Conflict(
        f"{_who(hold.decided_by)} has decided already {words[HeldDeleteState(hold.state)]}.",
        "Nothing was changed by you. The Activity page tells when.",
    )


def _who(user: User | None) -> str:
    return (user.name or user.email) if user is not None else "The operator"


def _bury(hold: HeldDelete, ids: list[int], why: str) -> int:
    """Turn those of these records that are still here into tombstones, each with its line of history."""
    here = Record.state.in_([RecordState.LIVE, RecordState.OUT_OF_SCOPE])
    with db.atomic():
        store.hold(hold.integration_id)
        rows: Any = Record.select(Record.remote_id).where(_named(hold, ids), here).tuples()
        gone = {remote_id: why for (remote_id,) in rows}
        origin = Origin(hold.run_id)
        left = store.leave(hold.integration_id, hold.record_type, gone, RecordState.DELETED, origin, asked_at=hold.at)
    return len(left)
