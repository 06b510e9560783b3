"""Whose turn it is to read again what hints name: a lease like that of a run, one for each integration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.errors import FencedOut
from portal.models.webhooks import Rereading
from portal.sync.lease import DURATION, Claim


def is_free(now: datetime) -> Any:
    """Return the condition of a turn that nobody has and that may be taken."""
    nobody = Rereading.lease_until.is_null() | (Rereading.lease_until < now)
    return nobody & (Rereading.not_before.is_null() | (Rereading.not_before <= now))


def claim(integration_id: int) -> Turn | None:
    """Take the turn, or return None when somebody has it or it is too early."""
    now = clock.now()
    Rereading.insert(integration=integration_id).on_conflict_ignore().execute()
    row = Rereading.get(Rereading.integration == integration_id)
    claimed = (
        Rereading.update(fence=Rereading.fence + 1, lease_until=now + DURATION, not_before=None)
        .where(Rereading.integration == integration_id, Rereading.fence == row.fence, is_free(now))
        .execute()
    )
    return Turn(integration_id, row.fence + 1, row.waits) if claimed else None


def take_away(integration_id: int) -> None:
    """End the turn of whoever has it: what was decided before no longer holds. The next one begins anew."""
    Rereading.update(fence=Rereading.fence + 1, lease_until=None).where(
        Rereading.integration == integration_id
    ).execute()


@dataclass(frozen=True)
class Turn(Claim):
    """`waits` counts how often in a row it had ended because the PSA did not answer."""

    integration_id: int
    fence: int
    waits: int = 0

    def _update(self, **changes: Any) -> None:
        mine = (Rereading.integration == self.integration_id) & (Rereading.fence == self.fence)
        if not Rereading.update(**changes).where(mine).execute():
            raise FencedOut(f"Reading for integration {self.integration_id}")
