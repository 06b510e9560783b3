"""An integration's schedule: reading, changing, pausing and resuming it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal import clock, zones
from portal.db import db
from portal.errors import Invalid
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration, IntegrationState
from portal.services.accounts import accounts
from portal.services.audit import audit_log, changes
from portal.services.audit.audit_words import kind_of
from portal.sync import refetch_lease, schedule
from portal.sync.schedule import Schedule

PAUSED: Final = "integration.paused"
RESUMED: Final = "integration.resumed"


@dataclass(frozen=True)
class Plan:
    """An integration's schedule. `paused_by` is empty for the operator, and while it is not paused."""

    schedule: Schedule
    full_hour: int
    time_zone: str
    next_sync_at: datetime | None
    paused_at: datetime | None
    paused_by: str

    @property
    def is_due(self) -> bool:
        return self.next_sync_at is not None and self.next_sync_at <= clock.now()

    @property
    def words(self) -> str:
        """Say it in one line, in the account's time zone: every 15 minutes, full sync at 02:00."""
        return f"{schedule.in_words(self.schedule)}, full sync at {self.full_hour:02}:00"


def plan(integration: Integration) -> Plan:
    """Return the integration's schedule."""
    account: Account = integration.account
    times = [moment for moment in (integration.next_sync_at, integration.next_full_at) if moment is not None]
    return Plan(
        schedule=schedule.read(integration.schedule),
        full_hour=integration.full_hour,
        time_zone=account.time_zone,
        next_sync_at=min(times, default=None) if integration.state == IntegrationState.ACTIVE else None,
        paused_at=integration.paused_at,
        paused_by=_who_paused(account) if integration.paused_at else "",
    )


def first_times(integration: Integration) -> dict[str, datetime]:
    """Return the first sync times of an integration that starts now, by column name."""
    now = clock.now()
    return {"next_sync_at": next_sync(integration, now), "next_full_at": next_full(integration, now)}


def next_sync(integration: Integration, now: datetime) -> datetime:
    """Return the time of the next sync for changes after `now`."""
    wanted = schedule.read(integration.schedule)
    spread = schedule.spread_of(integration.uid, wanted)
    return schedule.next_after(wanted, zones.zone(integration.account.time_zone), now, spread)


def next_full(integration: Integration, now: datetime) -> datetime:
    """Return the time of the next full sync after `now`."""
    zone = zones.zone(integration.account.time_zone)
    return schedule.next_full_after(integration.full_hour, zone, now, schedule.spread_of(integration.uid))


def change(
    integration: Integration, wanted: Schedule, full_hour: int, user: User | None, *, time_zone: str | None = None
) -> None:
    """Change the schedule, and the account's time zone if one is given.

    Raises Invalid for `hours`, `weekdays`, `minutes`, `full_hour` or `time_zone`.
    """
    _check(wanted, full_hour)
    with db.atomic():
        if time_zone is not None:
            change_time_zone(integration.account, time_zone, user)
        before = _in_words(integration)
        integration.schedule, integration.full_hour = schedule.write(wanted), full_hour
        _plan_again(integration)
        chosen, changed = plan(integration), changes.differing(before, _in_words(integration))
        words = f"{chosen.words} {chosen.time_zone}"
        audit_log.record(integration.account, user, "integration.rescheduled", words, changed)


def change_time_zone(account: Account, name: str, user: User | None) -> None:
    """Set the account's time zone; its schedules follow. Raises Invalid if the zone does not exist."""
    with db.atomic():
        accounts.set_time_zone(account, name, user)
        for integration in Integration.select().where(Integration.account == account):
            integration.account = account
            _plan_again(integration)


def pause(integration: Integration, user: User | None) -> None:
    """Stop scheduled syncs and refetching until the integration is resumed.

    A live sync continues.
    """
    _set_paused(integration, clock.now(), PAUSED, user)


def resume(integration: Integration, user: User | None) -> None:
    """Resume the schedule. If times were missed, one sync makes up for them at once."""
    _set_paused(integration, None, RESUMED, user)


def _plan_again(integration: Integration) -> None:
    """Store the schedule and its next times. A sync that is already due stays due."""
    now = clock.now()
    if integration.next_sync_at and integration.next_sync_at > now:
        integration.next_sync_at = next_sync(integration, now)
    if integration.next_full_at and integration.next_full_at > now:
        integration.next_full_at = next_full(integration, now)
    integration.save(
        only=[Integration.schedule, Integration.full_hour, Integration.next_sync_at, Integration.next_full_at]
    )


def _in_words(integration: Integration) -> dict[str, str]:
    planned = schedule.in_words(schedule.read(integration.schedule))
    return {"Schedule": planned, "Nightly full sync": f"{integration.full_hour:02}:00"}


def _check(wanted: Schedule, full_hour: int) -> None:
    if wanted.minutes is None and not wanted.hours:
        raise Invalid("hours", "Choose at least one hour.")
    if wanted.minutes is None and not wanted.weekdays:
        raise Invalid("weekdays", "Choose at least one day.")
    if not wanted.is_possible:
        raise Invalid("minutes" if wanted.minutes is not None else "hours", "Choose one of the times on offer.")
    if full_hour not in schedule.HOURS:
        raise Invalid("full_hour", "Choose an hour from 0 to 23.")


def _set_paused(integration: Integration, moment: datetime | None, action: str, user: User | None) -> None:
    """Pause or resume and record who did it. Does nothing if it is already so."""
    with db.atomic():
        changed = Integration.update(paused_at=moment).where(
            Integration.id == integration.id, Integration.paused_at.is_null(moment is not None)
        )
        if changed.execute():
            refetch_lease.revoke(integration.id)
            audit_log.record(integration.account, user, action)
    integration.paused_at = moment


def _who_paused(account: Account) -> str:
    action = AuditEntry.account == account, AuditEntry.action == PAUSED
    # The kind lets an index serve this, instead of scanning all of the account's entries.
    found = AuditEntry.select().where(*action, AuditEntry.kind == kind_of(PAUSED))
    entry = found.order_by(AuditEntry.id.desc()).first()
    if entry is None:
        return ""
    return str(entry.user.name or entry.actor) if entry.user else str(entry.actor)
