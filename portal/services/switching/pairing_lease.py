"""The lease of the worker that reads the clients of a pairing; only its holder writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import FencedOut
from portal.models.switching import ClientPairing, PairingState
from portal.services.switching.pairings import is_claimable

# Longer than a page of the PSA takes with all its retries.
DURATION: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class PairingLease:
    pairing_id: int
    fencing_token: int

    @contextmanager
    def writing(self, **columns: Any) -> Iterator[None]:
        """Open a transaction that also changes these columns. Raises FencedOut if another worker took over."""
        with db.atomic():
            changes = {"lease_until": clock.now() + DURATION, **columns}
            mine = (ClientPairing.id == self.pairing_id) & (ClientPairing.fencing_token == self.fencing_token)
            held = ClientPairing.update(changes).where(mine, ClientPairing.state == PairingState.READING)
            if not held.execute():
                raise FencedOut(f"Pairing {self.pairing_id}")
            yield

    def end(self, state: PairingState, **columns: Any) -> None:
        """Give the lease back. Raises FencedOut if another worker took over."""
        with self.writing(state=state, **{"lease_until": None, **columns}):
            pass


def claim(pairing_id: int) -> PairingLease | None:
    """Claim the pairing, or return None if there is nothing to do or another worker holds it."""
    now = clock.now()
    pairing: ClientPairing | None = ClientPairing.get_or_none(ClientPairing.id == pairing_id)
    if pairing is None:
        return None
    claimed = ClientPairing.update(
        fencing_token=ClientPairing.fencing_token + 1,
        state=PairingState.READING,
        lease_until=now + DURATION,
        not_before=None,
    ).where(ClientPairing.id == pairing_id, ClientPairing.fencing_token == pairing.fencing_token, is_claimable(now))
    return PairingLease(pairing_id, pairing.fencing_token + 1) if claimed.execute() else None
