"""Reviews integrations: opens, refreshes and closes their issues."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.models.integrations import ACTIVE_STATES, Integration
from portal.models.sync import SyncRun
from portal.services.issues import changes, detectors, facts
from portal.services.issues.changes import Plan
from portal.services.operations.isolation import Isolation
from portal.sync import store

EVERY: Final = timedelta(seconds=30)
# Per tick of the scheduler, which has other duties too.
MOST_AT_ONCE: Final = 10
DUTY: Final = "review the issues of an integration"


def review(integration: Integration) -> bool:
    """Bring the integration's issues up to date; returns whether anything was written.

    The difference is worked out twice: without a transaction, since it is nearly always empty, and then under the
    lock. So of two schedulers that notice the same problem, one opens the issue and the other finds it open.
    """
    if _plan(integration).is_empty:
        return False
    with db.atomic():
        store.lock_records(integration.id)
        fresh: Integration = Integration.get_by_id(integration.id)
        todo = _plan(fresh)
        changes.write(fresh, todo)
    return not todo.is_empty


def review_after(run_id: int) -> None:
    """Review an integration whose run may have ended. Does nothing while the run is live."""
    run = SyncRun.get_or_none(SyncRun.id == run_id)
    if run is not None and not run.is_live:
        review(run.integration)


class Rounds:
    """Reviews each active integration every now and then. It remembers when, so that nothing need be written."""

    def __init__(self) -> None:
        self._reviewed: dict[str, datetime] = {}

    def review_due(self, isolation: Isolation | None = None) -> int:
        """Review the integrations whose turn it is, those that waited longest first; returns how many."""
        isolation = isolation or Isolation()
        due = self._due(clock.now())
        for uid, integration_id in due:
            self._reviewed[uid] = clock.now()
            isolation.attempt(DUTY, partial(_review, integration_id), integration_id=integration_id)
        return len(due)

    def _due(self, now: datetime) -> list[tuple[str, int]]:
        active = Integration.state.in_(ACTIVE_STATES)
        rows: Any = Integration.select(Integration.uid, Integration.id).where(active).tuples()
        waits = [(self._reviewed.get(uid), uid, integration_id) for uid, integration_id in rows]
        self._reviewed = {uid: at for at, uid, _ in waits if at is not None}
        due = [each for each in waits if each[0] is None or not now - EVERY < each[0] <= now]
        due.sort(key=lambda each: (each[0] is not None, each[0] or now))
        return [(uid, integration_id) for _, uid, integration_id in due[:MOST_AT_ONCE]]


def _review(integration_id: int) -> None:
    review(Integration.get_by_id(integration_id))


def _plan(integration: Integration) -> Plan:
    issues = changes.read(integration)
    if not integration.is_active:
        return changes.plan(issues, (), ())
    known = facts.read(integration)
    return changes.plan(issues, detectors.detect(known), detectors.undecided(known))
