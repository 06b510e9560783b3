"""Writing many rows of a pairing: Peewee builds one long statement; passing tuples to the driver is much faster."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from portal import clock
from portal.db import execute_many, placeholder, timestamp_value
from portal.models.accounts import User
from portal.models.switching import UNDECIDED, ClientPairing, ClientState
from portal.services.switching.matching import Client, Suggestion

# {0} stands for the placeholder.
CLIENT: Final = (
    "INSERT INTO pairing_client (pairing_id, integration_id, remote_id, name, domains, phones, state, suggestions,"
    " rejected, reading) VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, '[]', '[]', {0})"
    " ON CONFLICT (pairing_id, integration_id, remote_id) DO UPDATE SET name = excluded.name,"
    " domains = excluded.domains, phones = excluded.phones, reading = excluded.reading"
)
VERDICT: Final = (
    "UPDATE pairing_client SET state = {0}, suggestions = {0}"
    " WHERE pairing_id = {0} AND integration_id = {0} AND remote_id = {0} AND state IN ({0}, {0}, {0})"
)
PAIR: Final = (
    "INSERT INTO client_pair (account_id, source_id, target_id, source_remote_id, target_remote_id, how,"
    " decided_by_id, decided_at) VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})"
)


def write_clients(pairing: ClientPairing, integration_id: int, state: ClientState, found: Iterable[Client]) -> None:
    """Insert clients in this state, or update what they are compared by."""
    _write(
        CLIENT,
        [
            (
                pairing.id,
                integration_id,
                each.remote_id,
                each.name,
                json.dumps(each.domains),
                json.dumps(each.phones),
                state.value,
                pairing.reading,
            )
            for each in found
        ],
    )


def write_verdicts(
    pairing: ClientPairing, verdicts: Iterable[tuple[int, ClientState, tuple[Suggestion, ...]]]
) -> None:
    """Write the states and suggestions of clients without a decision, by remote id."""
    _write(
        VERDICT,
        [
            (
                state.value,
                json.dumps([[each.remote_id, each.why] for each in suggestions]),
                pairing.id,
                pairing.source_id,
                remote_id,
                *(each.value for each in UNDECIDED),
            )
            for remote_id, state, suggestions in verdicts
        ],
    )


def write_pairs(pairing: ClientPairing, user: User | None, pairs: Iterable[tuple[int, int, str]]) -> None:
    """Insert pairs: ids of the source and the target, and how they were found."""
    account_id, by, at = pairing.account.id, user.id if user else None, timestamp_value(clock.now())
    between = (account_id, pairing.source_id, pairing.target_id)
    _write(PAIR, [(*between, source_id, target_id, how, by, at) for source_id, target_id, how in pairs])


def _write(statement: str, values: list[tuple[object, ...]]) -> None:
    if values:
        execute_many(statement.format(placeholder()), values)
