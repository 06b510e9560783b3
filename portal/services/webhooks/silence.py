"""A webhook that has fallen silent although records keep changing: the PSA has probably switched it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.models.accounts import User
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LogLevel, SyncLog
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import discoveries

SILENT_AFTER: Final = timedelta(hours=6)
# Fewer may be of record types for which no event was chosen.
LEAST_CHANGES: Final = 5

MADE_UP: Final = "A full sync catches up on what was missed."


@dataclass(frozen=True)
class Silence:
    """`since` is when the last delivery arrived, `changed` how many changed records syncs have found since then."""

    psa: str
    since: datetime
    changed: int

    @property
    def problem(self) -> str:
        length = _hours(clock.now() - self.since)
        psa = adapter_of(self.psa).name
        return f"The webhook has been silent for {length} while {self.changed:,} records changed in {psa}."


def silence(integration: Integration) -> Silence | None:
    """Return the silence of a webhook that was in use before, None if nothing is wrong."""
    since = integration.last_delivery_at
    if since is None or since > clock.now() - SILENT_AFTER:
        return None
    unannounced = adapter_of(integration.psa).webhooks.unannounced
    found = discoveries.count_by_type(integration, since)
    changed = sum(count for record_type, count in found.items() if record_type not in unannounced)
    return Silence(integration.psa, since, changed) if changed >= LEAST_CHANGES else None


def notice_silence(isolation: Isolation | None = None) -> int:
    """Log each silence once and request a full sync, since a sync for changes would not find deletes. Returns how
    many silences were noticed.
    """
    isolation = isolation or Isolation()
    quiet = list(Integration.select().where(_may_be_silent()))
    noted = [isolation.attempt("notice a silence", partial(_look_at, one), integration_id=one.id) for one in quiet]
    return sum(1 for each in noted if each)


def stop_using(integration: Integration, user: User | None) -> None:
    """Stop expecting deliveries. The next delivery, if there is one, starts the watch again."""
    with db.atomic():
        forgotten = {"last_delivery_at": None, "silence_noted_at": None}
        Integration.update(forgotten).where(Integration.id == integration.id).execute()
        audit_log.record(integration.account, user, "webhook.unused")


def _look_at(integration: Integration) -> bool:
    found = silence(integration)
    return found is not None and _note(integration, found)


def _note(integration: Integration, one: Silence) -> bool:
    now = clock.now()
    with db.atomic():
        noted = Integration.update(silence_noted_at=now, next_full_at=now).where(
            Integration.id == integration.id, Integration.last_delivery_at == one.since, _may_be_silent()
        )
        if not noted.execute():
            return False
        remedy = f"{adapter_of(integration.psa).silent_webhook_remedy} {MADE_UP}"
        SyncLog.create(integration=integration, level=LogLevel.WARNING, message=one.problem, remedy=remedy)
    return True


def _may_be_silent() -> Any:
    works = (Integration.state == IntegrationState.ACTIVE) & Integration.paused_at.is_null()
    fresh = Integration.silence_noted_at.is_null() | (Integration.silence_noted_at < Integration.last_delivery_at)
    return works & (Integration.last_delivery_at <= clock.now() - SILENT_AFTER) & fresh


def _hours(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"
