"""The refetch lease: only one worker at a time refetches records of an integration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.errors import FencedOut
from portal.models.webhooks import Refetching
from portal.sync.lease import DURATION, Lease


def is_claimable(now: datetime) -> Any:
    """Return the SQL condition for leases that no worker holds and that may be claimed now."""
    is_free = Refetching.lease_until.is_null() | (Refetching.lease_until < now)
    return is_free & (Refetching.not_before.is_null() | (Refetching.not_before <= now))


def claim(integration_id: int) -> RefetchLease | None:
    """Claim the lease, or return None if another worker holds it or it is too early."""
    now = clock.now()
    Refetching.insert(integration=integration_id).on_conflict_ignore().execute()
    row = Refetching.get(Refetching.integration == integration_id)
    claimed = (
        Refetching.update(fencing_token=Refetching.fencing_token + 1, lease_until=now + DURATION, not_before=None)
        .where(
            Refetching.integration == integration_id, Refetching.fencing_token == row.fencing_token, is_claimable(now)
        )
        .execute()
    )
    return RefetchLease(integration_id, row.fencing_token + 1, row.waits) if claimed else None


def revoke(integration_id: int) -> None:
    """Take the lease from its worker, because filters or record types changed. The next worker decides anew."""
    Refetching.update(fencing_token=Refetching.fencing_token + 1, lease_until=None).where(
        Refetching.integration == integration_id
    ).execute()


@dataclass(frozen=True)
class RefetchLease(Lease):
    """`waits` counts how often in a row refetching ended because the PSA did not answer."""

    integration_id: int
    fencing_token: int
    waits: int = 0

    def _update(self, **changes: Any) -> None:
        mine = (Refetching.integration == self.integration_id) & (Refetching.fencing_token == self.fencing_token)
        if not Refetching.update(**changes).where(mine).execute():
            raise FencedOut(f"Reading for integration {self.integration_id}")
