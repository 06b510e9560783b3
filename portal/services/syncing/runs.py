"""Past and present runs, for those who look back."""

from __future__ import annotations

from portal.models.integrations import Integration
from portal.models.sync import SyncRun


def newest_first(limit: int, integration: Integration | None = None) -> list[SyncRun]:
    """List the latest runs of one integration, or of all."""
    query = SyncRun.select().order_by(SyncRun.id.desc()).limit(limit)
    return list(query if integration is None else query.where(SyncRun.integration == integration))


def get(run_id: int) -> SyncRun:
    """Return a run whose number a service has named, such as the one that SyncAlreadyRunning carries."""
    run: SyncRun = SyncRun.get_by_id(run_id)
    return run
