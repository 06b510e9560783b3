"""Helpers for the refetching tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.services.webhooks import refetches
from tests.halo_fixtures import Copy


def refetch_pending(copy: Copy) -> int:
    """Refetch the pending records. Returns how many record requests Halo received."""
    copy.halo.reset(faults=False)
    refetches.execute(copy.integration.id)
    return len(requested(copy))


def requested(copy: Copy) -> list[str]:
    return [entry["path"] for entry in copy.halo.journal() if entry["path"].startswith("/api/")]


def one_of(copy: Copy, record_type: str) -> int:
    return min(copy.ids(record_type))


def record(record_type: str, remote_id: int) -> Record:
    found: Record = Record.get(Record.record_type == record_type, Record.remote_id == remote_id)
    return found


def fresh(copy: Copy) -> Copy:
    copy.integration = Integration.get_by_id(copy.integration.id)
    return copy


def at(moment: datetime) -> Any:
    return clock.using(lambda: moment)


def later(**by: float) -> Any:
    return at(clock.now() + timedelta(**by))
