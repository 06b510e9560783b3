"""What a person decides about counterparts: accepting, rejecting, choosing, and taking it back.

Each client is paired with one other at most; the rows' states and a unique index see to it.
"""

from __future__ import annotations

from typing import Any, Final

from portal import clock
from portal.db import db
from portal.errors import Conflict, NotFound
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.switching import UNDECIDED, ClientPair, ClientPairing, ClientState, PairingClient
from portal.services.audit import audit_log
from portal.services.switching import rows

BATCH: Final = 500
CHOSEN: Final = "Chosen by hand"


def client(pairing: ClientPairing, integration_id: int, remote_id: int) -> PairingClient:
    """Return a client of either PSA. Raises NotFound if it is not among those that were read."""
    found: PairingClient | None = PairingClient.get_or_none(
        PairingClient.pairing == pairing,
        PairingClient.integration == integration_id,
        PairingClient.remote_id == remote_id,
    )
    if found is None:
        raise NotFound(f"Client {remote_id} isn't among the clients that were read.", "Read them again.")
    return found


def pair(pairing: ClientPairing, source_id: int, target_id: int, user: User | None) -> None:
    """Decide that these two are the same client. Raises Conflict if one of them has another counterpart."""
    with db.atomic():
        _lock(pairing)
        ours, theirs = client(pairing, pairing.source_id, source_id), client(pairing, pairing.target_id, target_id)
        if ours.state == ClientState.PAIRED or theirs.state != ClientState.OPEN:
            taken = ours if ours.state == ClientState.PAIRED else theirs
            raise Conflict(f"{taken.name} already has a counterpart.", "Take that pair back first.")
        how = next((why for number, why in ours.suggestions if number == target_id), CHOSEN)
        _between(pairing).where(ClientPair.source_remote_id == source_id).execute()
        _write_pair(pairing, source_id, target_id, how, user)
        _set_state(ours, ClientState.PAIRED)
        _set_state(theirs, ClientState.PAIRED)
        _note(pairing, user, "pairing.paired", f"{ours.name} with {theirs.name}")


def reject(pairing: ClientPairing, source_id: int, target_id: int, user: User | None) -> None:
    """Rule a suggestion out. It is not suggested again."""
    with db.atomic():
        _lock(pairing)
        ours, theirs = client(pairing, pairing.source_id, source_id), client(pairing, pairing.target_id, target_id)
        if ours.state not in UNDECIDED:
            raise Conflict(f"{ours.name} has been decided already.", "Take that decision back first.")
        ours.suggestions = [each for each in ours.suggestions if each[0] != target_id]
        ours.rejected = sorted({*ours.rejected, target_id})
        ours.state = ClientState.LIKELY if ours.suggestions else ClientState.NONE
        ours.save()
        _note(pairing, user, "pairing.rejected", f"{ours.name} with {theirs.name}")


def mark_without(pairing: ClientPairing, source_id: int, user: User | None) -> None:
    """Decide that a client has no counterpart."""
    with db.atomic():
        _lock(pairing)
        ours = client(pairing, pairing.source_id, source_id)
        if ours.state not in UNDECIDED:
            raise Conflict(f"{ours.name} has been decided already.", "Take that decision back first.")
        _write_pair(pairing, source_id, None, "", user)
        _set_state(ours, ClientState.WITHOUT)
        _note(pairing, user, "pairing.without", ours.name)


def undo(pairing: ClientPairing, source_id: int, user: User | None) -> None:
    """Take a decision back. Does nothing if there is none."""
    with db.atomic():
        _lock(pairing)
        ours = client(pairing, pairing.source_id, source_id)
        mine = (ClientPair.source == pairing.source_id) & (ClientPair.target == pairing.target_id)
        decided: ClientPair | None = ClientPair.get_or_none(mine, ClientPair.source_remote_id == source_id)
        if decided is None:
            return
        decided.delete_instance()
        if decided.target_remote_id is not None:
            _set_state(client(pairing, pairing.target_id, decided.target_remote_id), ClientState.OPEN)
        _set_state(ours, ClientState.LIKELY if ours.suggestions else ClientState.NONE)
        _note(pairing, user, "pairing.undone", ours.name)


def accept_sure(pairing: ClientPairing, user: User | None) -> int:
    """Accept all sure suggestions, some in each transaction; returns how many pairs that made.

    A sure suggestion whose counterpart was taken meanwhile becomes a likely one.
    """
    accepted = 0
    while True:
        with db.atomic():
            _lock(pairing)
            found = _accept_some(pairing, user)
            if found is None:
                break
            accepted += found
    if accepted:
        with db.atomic():
            _note(pairing, user, "pairing.accepted", f"{accepted:,} {'pair' if accepted == 1 else 'pairs'}")
    return accepted


def _accept_some(pairing: ClientPairing, user: User | None) -> int | None:
    """Accept a batch; None if no sure suggestion is left."""
    ours = _side(pairing, pairing.source_id) & (PairingClient.state == ClientState.SURE)
    columns = (PairingClient.id, PairingClient.remote_id, PairingClient.suggestions)
    sure = list(PairingClient.select(*columns).where(ours).limit(BATCH))
    if not sure:
        return None
    theirs = _side(pairing, pairing.target_id) & (PairingClient.state == ClientState.OPEN)
    wanted = {row.suggestions[0][0]: row for row in sure if row.suggestions}
    query: Any = PairingClient.select(PairingClient.remote_id).where(theirs)
    free = {number for (number,) in query.where(PairingClient.remote_id.in_(list(wanted))).tuples()}
    pairs = {target: row for target, row in wanted.items() if target in free}
    rows.write_pairs(pairing, user, [(row.remote_id, target, row.suggestions[0][1]) for target, row in pairs.items()])
    taken = {row.id for row in pairs.values()}
    PairingClient.update(state=ClientState.PAIRED).where(PairingClient.id.in_(list(taken))).execute()
    PairingClient.update(state=ClientState.PAIRED).where(theirs, PairingClient.remote_id.in_(list(pairs))).execute()
    left = [row.id for row in sure if row.id not in taken]
    PairingClient.update(state=ClientState.LIKELY).where(PairingClient.id.in_(left)).execute()
    return len(pairs)


def _side(pairing: ClientPairing, integration_id: int) -> Any:
    return (PairingClient.pairing == pairing) & (PairingClient.integration == integration_id)


def _between(pairing: ClientPairing) -> Any:
    return ClientPair.delete().where(ClientPair.source == pairing.source_id, ClientPair.target == pairing.target_id)


def _write_pair(pairing: ClientPairing, source_id: int, target_id: int | None, how: str, user: User | None) -> None:
    ClientPair.create(
        account=pairing.account,
        source=pairing.source_id,
        source_remote_id=source_id,
        target=pairing.target_id,
        target_remote_id=target_id,
        how=how,
        decided_by=user,
    )


def _set_state(one: PairingClient, state: ClientState) -> None:
    PairingClient.update(state=state).where(PairingClient.id == one.id).execute()


def _lock(pairing: ClientPairing) -> None:
    """Make other decisions wait until the transaction ends: on PostgreSQL, this update locks the row."""
    ClientPairing.update(page=ClientPairing.page).where(ClientPairing.id == pairing.id).execute()


def _note(pairing: ClientPairing, user: User | None, action: str, detail: str) -> None:
    """Record the decision, and keep the setup that it is about from being forgotten as stale."""
    audit_log.record(pairing.account, user, action, detail)
    sides = Integration.id.in_([pairing.source_id, pairing.target_id])
    Integration.update(touched_at=clock.now()).where(sides).execute()
