"""Pairs, and clients without a counterpart, as CSV files, streamed line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from portal.db import connected
from portal.models.switching import ClientPair, ClientPairing, PairingClient
from portal.psa.registry import NAMES
from portal.services.pages.pairing_pages import STATES, Show, side_of
from portal.services.records.spreadsheets import harmless

BATCH: Final = 500


def pairs(pairing: ClientPairing) -> Iterator[str]:
    """Yield a heading, and a line for each pair."""
    ours, theirs = NAMES[pairing.source.psa].name, NAMES[pairing.target.psa].name
    sides = [f"{psa} {column}" for psa in (ours, theirs) for column in ("number", "name")]
    yield _line([*sides, "found by", "decided by", "decided at"])
    between = (ClientPair.source == pairing.source_id) & (ClientPair.target == pairing.target_id)
    last = 0
    while True:
        # Each batch opens its own connection: the request's is closed before the response has been sent.
        with connected():
            query = ClientPair.select().where(between, ClientPair.target_remote_id.is_null(is_null=False))
            batch = list(query.where(ClientPair.id > last).order_by(ClientPair.id).limit(BATCH))
            lines = [_line(each) for each in _cells(pairing, batch)]
        if not batch:
            return
        yield "".join(lines)
        last = batch[-1].id


def unpaired(pairing: ClientPairing) -> Iterator[str]:
    """Yield a heading, and a line for each client of either PSA that has no counterpart."""
    yield _line(["PSA", "number", "name", "domain", "phone", "decision"])
    for show in (Show.ONLY_SOURCE, Show.ONLY_TARGET):
        side, last = side_of(pairing, show), -1
        mine = (PairingClient.pairing == pairing) & (PairingClient.integration == side)
        while True:
            with connected():
                query = PairingClient.select().where(mine, PairingClient.state.in_(STATES[show]))
                query = query.where(PairingClient.remote_id > last).order_by(PairingClient.remote_id)
                batch = list(query.limit(BATCH))
            if not batch:
                break
            yield "".join(_line(_unpaired_cells(NAMES[side.psa].name, each)) for each in batch)
            last = batch[-1].remote_id


def _unpaired_cells(psa: str, client: PairingClient) -> list[object]:
    decision = "no counterpart" if client.state == "without" else ""
    return [psa, client.remote_id, client.name, _first(client.domains), _first(client.phones), decision]


def _cells(pairing: ClientPairing, batch: list[ClientPair]) -> Iterator[list[object]]:
    ours = _names(pairing, pairing.source_id, [each.source_remote_id for each in batch])
    theirs = _names(pairing, pairing.target_id, [each.target_remote_id or 0 for each in batch])
    for each in batch:
        by = each.decided_by
        yield [
            each.source_remote_id,
            ours.get(each.source_remote_id, ""),
            each.target_remote_id,
            theirs.get(each.target_remote_id or 0, ""),
            each.how,
            by.email if by is not None else "",
            each.decided_at.isoformat(),
        ]


def _names(pairing: ClientPairing, integration_id: int, remote_ids: list[int]) -> dict[int, str]:
    mine = (PairingClient.pairing == pairing) & (PairingClient.integration == integration_id)
    query: Any = PairingClient.select(PairingClient.remote_id, PairingClient.name)
    return dict(query.where(mine, PairingClient.remote_id.in_(remote_ids)).tuples())


def _first(values: list[str]) -> str:
    return values[0] if values else ""


def _line(cells: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()
