"""Writes which clients probably have which counterparts. What a person has decided is never changed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from peewee import EXCLUDED, chunked

from portal.models.switching import UNDECIDED, ClientPairing, ClientState, PairingClient
from portal.services.switching import names
from portal.services.switching.matching import Client, Match, Verdict, match
from portal.services.switching.pairing_lease import PairingLease

BATCH: Final = 200
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
    plain = [number for number, each in found.items() if each.verdict is Verdict.NONE]
    for some in chunked(plain, BATCH):
        with lease.writing():
            _mine(pairing, PairingClient.remote_id.in_(some), state=ClientState.NONE, suggestions=[])
    others = [(each, found[each.remote_id]) for each in ours if found[each.remote_id].suggestions]
    for pairs in chunked(others, BATCH):
        with lease.writing():
            _write(pairing, pairs)


def _write(pairing: ClientPairing, matches: list[tuple[Client, Match]]) -> None:
    """Write states and suggestions of rows that exist, in one statement."""
    rows = [
        {
            "pairing": pairing.id,
            "integration": pairing.source_id,
            "remote_id": client.remote_id,
            "name": client.name,
            "state": STATES[each.verdict],
            "suggestions": [[one.remote_id, one.why] for one in each.suggestions],
            "reading": pairing.reading,
        }
        for client, each in matches
    ]
    PairingClient.insert_many(rows).on_conflict(
        conflict_target=[PairingClient.pairing, PairingClient.integration, PairingClient.remote_id],
        update={PairingClient.state: EXCLUDED.state, PairingClient.suggestions: EXCLUDED.suggestions},
        where=PairingClient.state.in_(UNDECIDED),
    ).execute()


def _mine(pairing: ClientPairing, which: Any, **columns: Any) -> None:
    mine = (PairingClient.pairing == pairing) & (PairingClient.integration == pairing.source_id)
    PairingClient.update(columns).where(mine, which, PairingClient.state.in_(UNDECIDED)).execute()


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
