"""Writes which clients probably have which counterparts. What a person has decided is never changed."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from peewee import chunked

from portal.models.switching import UNDECIDED, ClientPairing, ClientState, PairingClient
from portal.services.switching import names, rows
from portal.services.switching.matching import Client, Verdict, match
from portal.services.switching.pairing_lease import PairingLease

BATCH: Final = 1000
STATES: Final = {
    Verdict.SURE: ClientState.SURE,
    Verdict.LIKELY: ClientState.LIKELY,
    Verdict.NONE: ClientState.NONE,
}


def renew(lease: PairingLease, pairing: ClientPairing) -> None:
    """Look for counterparts of all clients without a decision, among those that nobody has been paired with."""
    ours, rejected = _clients(pairing, pairing.source_id, UNDECIDED)
    theirs, _ = _clients(pairing, pairing.target_id, (ClientState.OPEN,))
    found = match(ours, theirs, rejected)
    for some in chunked(found.items(), BATCH):
        with lease.writing():
            rows.write_verdicts(pairing, [(number, STATES[each.verdict], each.suggestions) for number, each in some])


def _clients(
    pairing: ClientPairing, integration_id: int, states: tuple[ClientState, ...]
) -> tuple[list[Client], dict[int, list[int]]]:
    """Return one PSA's clients in these states, and the counterparts that were rejected."""
    mine = (PairingClient.pairing == pairing) & (PairingClient.integration == integration_id)
    found: list[Client] = []
    rejected: dict[int, list[int]] = defaultdict(list)
    for each in PairingClient.select().where(mine, PairingClient.state.in_(states)).iterator():
        phones = tuple(names.phone(one) for one in each.phones)
        found.append(Client(each.remote_id, each.name, tuple(each.domains), phones))
        if each.rejected:
            rejected[each.remote_id] = each.rejected
    return found, rejected
