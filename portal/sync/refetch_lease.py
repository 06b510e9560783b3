"""Whose turn it is to read again what refetch requests name: a lease like that of a run, one for each integration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.errors import FencedOut
from portal.models.webhooks import Refetching
from portal.sync.lease import DURATION, Claim


def is_free(now: datetime) -> Any:
    """Return the condition of a turn that nobody has and that may be taken."""
    nobody = Refetching.lease_until.is_null() | (Refetching.lease_until < now)
    return nobody & (Refetching.not_before.is_null() | (Refetching.not_before <= now))


def claim(integration_id: int) -> RefetchLease | None:
    """Take the turn, or return None when somebody has it or it is too early."""
    now = clock.now()
    Refetching.insert(integration=integration_id).on_conflict_ignore().execute()
    row = Refetching.get(Refetching.integration == integration_id)
    claimed = (
        Refetching.update(fencing_token=Refetching.fencing_token + 1, lease_until=now + DURATION, not_before=None)
        .where(Refetching.integration == integration_id, Refetching.fencing_token == row.fencing_token, is_free(now))
        .execute()
    )
    return RefetchLease(integration_id, row.fencing_token + 1, row.waits) if claimed else None


def take_away(integration_id: int) -> None:
    """End the turn of whoever has it: what was decided before no longer holds. The next one begins anew."""
    Refetching.update(fencing_token=Refetching.fencing_token + 1, lease_until=None).where(
        Refetching.integration == integration_id
    ).execute()


@dataclass(frozen=True)
class RefetchLease(Claim):
    """`waits` counts how often in a row it had ended because the PSA did not answer."""

    integration_id: int
    fencing_token: int
    waits: int = 0

    def _update(self, **changes: Any) -> None:
        mine = (Refetching.integration == self.integration_id) & (Refetching.fencing_token == self.fencing_token)
        if not Refetching.update(**changes).where(mine).execute():
            raise FencedOut(f"Reading for integration {self.integration_id}")
