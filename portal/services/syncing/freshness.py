"""How old the stored records of each type may be, and whether that keeps the promise of the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock, zones
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RemoteList, StepMode, StepState, SyncRun, SyncStep
from portal.services.audit.audit_words import kind_of
from portal.services.syncing import last_steps
from portal.services.syncing.scheduling import RESUMED
from portal.sync import schedule
from portal.sync.record_types import RecordType, in_order

# A sync that started on time may take this long before its records count as late.
GRACE: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Promise:
    """Changes made before `due_at` should be stored by now; None while the schedule promises nothing.

    `interval` is the time between that moment and the next one of the schedule.
    """

    interval: timedelta
    due_at: datetime | None


@dataclass(frozen=True)
class Freshness:
    """Changes up to `known_until` are stored, `age` ago; both are None before the first complete sync of the type.

    `promised` is the time between two scheduled syncs.
    """

    record_type: RecordType
    known_until: datetime | None
    age: timedelta | None
    promised: timedelta
    is_behind: bool


def freshness(integration: Integration) -> dict[RecordType, Freshness]:
    """Return the freshness of each chosen type."""
    now, promised = clock.now(), promise(integration)
    known = _known_until(integration)
    never = [one for one, moment in known.items() if moment is None]
    failing = last_steps.of(integration, never)
    return {
        one: judge(
            one, moment, promised, now, has_failed=one in failing and failing[one].state != StepState.SUCCEEDED
        )
        for one, moment in known.items()
    }


def judge(
    record_type: RecordType,
    known_until: datetime | None,
    promised: Promise,
    now: datetime,
    *,
    has_failed: bool = False,
) -> Freshness:
    """Compare what is known of a type with the promise. Pure.

    A type that was never read is behind only if a sync `has_failed` to read it: it may just have been chosen.
    """
    if known_until is None:
        is_behind = has_failed and promised.due_at is not None
    else:
        is_behind = promised.due_at is not None and known_until < promised.due_at
    age = None if known_until is None else max(now - known_until, timedelta())
    return Freshness(record_type, known_until, age, promised.interval, is_behind)


def oldest(types: Mapping[RecordType, Freshness]) -> Freshness | None:
    """Return the type whose records are the oldest, among those that were read; None if none was."""
    read = [each for each in types.values() if each.known_until is not None]
    return max(read, key=lambda each: each.age or timedelta(), default=None)


def promise(integration: Integration) -> Promise:
    """Return what the schedule promises now: nothing while it is paused, or right after it started or resumed."""
    wanted, zone = schedule.read(integration.schedule), zones.zone(integration.account.time_zone)
    spread = schedule.spread_of(integration.uid, wanted)
    due_at = schedule.last_until(wanted, zone, clock.now() - GRACE, spread)
    interval = schedule.next_after(wanted, zone, due_at, spread) - due_at
    if integration.paused_at is not None or not integration.is_active or due_at < _scheduled_since(integration):
        return Promise(interval, None)
    return Promise(interval, due_at)


def _scheduled_since(integration: Integration) -> datetime:
    """Return when the schedule last began: when the integration was connected, or resumed after a pause."""
    begun: datetime = integration.activated_at or integration.created_at
    resumed = AuditEntry.select(AuditEntry.at).where(
        AuditEntry.account == integration.account_id,
        # The kind lets an index serve this, as in scheduling.py.
        AuditEntry.kind == kind_of(RESUMED),
        AuditEntry.action == RESUMED,
    )
    row: Any = resumed.order_by(AuditEntry.id.desc()).limit(1).tuples().first()
    return max(begun, row[0]) if row else begun


def _known_until(integration: Integration) -> dict[RecordType, datetime | None]:
    query = RemoteList.select(RemoteList.record_type, RemoteList.read_until, RemoteList.full_at)
    rows: Any = query.where(RemoteList.integration == integration).tuples()
    found = {record_type: (read_until, full_at) for record_type, read_until, full_at in rows}
    known: dict[RecordType, datetime | None] = {}
    for one in in_order(integration.record_types):
        read_until, full_at = found.get(one.value, (None, None))
        # A change to the filters clears `read_until`, so that the list is read in full. The records stay as fresh.
        known[one] = read_until or (_last_read_at(integration, one) or full_at if full_at else None)
    return known


def _last_read_at(integration: Integration, record_type: RecordType) -> datetime | None:
    """Return when the last complete sync of a type began."""
    mine = SyncRun.of_lists(integration)
    is_read = (SyncStep.state == StepState.SUCCEEDED) & (SyncStep.mode != StepMode.RECORDS)
    query = (
        SyncStep.select(SyncStep.started_at).join(SyncRun).where(mine, is_read, SyncStep.record_type == record_type)
    )
    row: Any = query.order_by(SyncRun.id.desc()).limit(1).tuples().first()
    return row[0] if row else None
