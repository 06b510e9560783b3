"""Whose turn it is to read again what hints name: a lease like that of a run, one for each integration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from portal.db import db
from portal.errors import FencedOut
from portal.models.webhooks import Rereading
from portal.sync.lease import DURATION


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


@dataclass(frozen=True)
class Turn:
    """`waits` counts how often in a row it had ended because the PSA did not answer."""

    integration_id: int
    fence: int
    waits: int = 0

    def beat(self) -> None:
        """Keep the turn. Raises FencedOut when somebody else has it."""
        self._update(lease_until=clock.now() + DURATION)

    @contextmanager
    def writing(self, **changes: Any) -> Iterator[None]:
        """Open a transaction that commits only while the turn is ours."""
        with db.atomic():
            self._update(lease_until=clock.now() + DURATION, **changes)
            yield

    def give_up(self, **changes: Any) -> None:
        self._update(lease_until=None, **changes)

    def _update(self, **changes: Any) -> None:
        mine = (Rereading.integration == self.integration_id) & (Rereading.fence == self.fence)
        if not Rereading.update(**changes).where(mine).execute():
            raise FencedOut(f"Reading for integration {self.integration_id}")
