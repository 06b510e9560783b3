"""The pages of the pairing assistant: lists of clients by what is known of their counterparts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from peewee import SQL, fn

from portal.models.integrations import Integration
from portal.models.switching import UNDECIDED, ClientPair, ClientPairing, ClientState, PairingClient
from portal.psa.registry import NAMES
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page

PAGE_CLIENTS: Final = 25
MOST_FOUND: Final = 20
BY_NAME: Final = Keys((PairingClient.name, PairingClient.remote_id))


class Show(StrEnum):
    """The lists. The last two are what has no counterpart, on either side."""

    SURE = "sure"
    LIKELY = "likely"
    NONE = "none"
    PAIRED = "paired"
    ONLY_SOURCE = "only_source"
    ONLY_TARGET = "only_target"


STATES: Final = {
    Show.SURE: (ClientState.SURE,),
    Show.LIKELY: (ClientState.LIKELY,),
    Show.NONE: (ClientState.NONE,),
    Show.PAIRED: (ClientState.PAIRED,),
    Show.ONLY_SOURCE: (*UNDECIDED, ClientState.WITHOUT),
    Show.ONLY_TARGET: (ClientState.OPEN,),
}


@dataclass(frozen=True)
class Candidate:
    """A possible counterpart, and why."""

    client: PairingClient
    why: str


@dataclass(frozen=True)
class PairRow:
    """A client with its suggestions, its counterpart, or the decision that it has none."""

    client: PairingClient
    suggestions: list[Candidate]
    counterpart: PairingClient | None
    decision: ClientPair | None


@dataclass(frozen=True)
class Progress:
    """`read` has the number of clients read so far of either PSA, by its name."""

    read: dict[str, int]


def side_of(pairing: ClientPairing, show: Show) -> Integration:
    side: Integration = pairing.target if show is Show.ONLY_TARGET else pairing.source
    return side


def counts(pairing: ClientPairing) -> dict[Show, int]:
    """Return how many clients each list has, from the index alone."""
    found: dict[tuple[int, str], int] = {}
    query: Any = PairingClient.select(PairingClient.integration, PairingClient.state, fn.COUNT(SQL("*")))
    mine = query.where(PairingClient.pairing == pairing)
    for integration_id, state, number in mine.group_by(PairingClient.integration, PairingClient.state).tuples():
        found[integration_id, state] = number
    return {
        show: sum(found.get((side_of(pairing, show).id, state), 0) for state in states)
        for show, states in STATES.items()
    }


def progress(pairing: ClientPairing) -> Progress:
    read = {}
    for side in (pairing.source, pairing.target):
        mine = (PairingClient.pairing == pairing) & (PairingClient.integration == side)
        read[NAMES[side.psa].name] = PairingClient.select().where(mine, _is_read(pairing)).count()
    return Progress(read)


def page(
    pairing: ClientPairing,
    show: Show,
    *,
    containing: str = "",
    before: int | None = None,
    after: int | None = None,
) -> Page[PairRow]:
    """Return a list's page after the client `after`, before the client `before`, or the first one."""
    side = side_of(pairing, show)
    edge_id = before if before is not None else after
    edge = find(pairing, side, edge_id) if edge_id is not None else None
    # The index alone yields names and ids. The other columns are read for one page only.
    query = PairingClient.select(*BY_NAME.columns).where(_of(pairing, side), PairingClient.state.in_(STATES[show]))
    if containing:
        query = query.where(PairingClient.name.contains(containing))
    keys = BY_NAME.edge(edge) if edge is not None else None
    found = keyset.page(query, BY_NAME, PAGE_CLIENTS, keys, backward=before is not None)
    return found.with_rows(_rows(pairing, _whole(pairing, side, [row.remote_id for row in found.rows])))


def row(pairing: ClientPairing, client: PairingClient) -> PairRow:
    """Return one client of the source."""
    return _rows(pairing, [client])[0]


def search(pairing: ClientPairing, containing: str) -> list[PairingClient]:
    """Find clients of the target without a counterpart, by a part of their name or domain, or by their number."""
    text = containing.strip()
    if not text:
        return []
    matches = PairingClient.name.contains(text) | PairingClient.domains.cast("text").contains(text.casefold())
    if text.isascii() and text.isdigit() and len(text) < 19:
        matches |= PairingClient.remote_id == int(text)
    query = PairingClient.select().where(_of(pairing, pairing.target), PairingClient.state == ClientState.OPEN)
    return list(query.where(matches).order_by(PairingClient.name, PairingClient.remote_id).limit(MOST_FOUND))


def find(pairing: ClientPairing, side: Integration, remote_id: int) -> PairingClient | None:
    found: PairingClient | None = PairingClient.get_or_none(_of(pairing, side), PairingClient.remote_id == remote_id)
    return found


def _whole(pairing: ClientPairing, side: Integration, remote_ids: list[int]) -> list[PairingClient]:
    query = PairingClient.select().where(_of(pairing, side), PairingClient.remote_id.in_(remote_ids))
    found = {each.remote_id: each for each in query}
    return [found[each] for each in remote_ids if each in found]


def _rows(pairing: ClientPairing, clients: list[PairingClient]) -> list[PairRow]:
    """Add what belongs to these clients, in two queries."""
    decisions = _decisions(pairing, [each.remote_id for each in clients if each.integration_id == pairing.source_id])
    wanted = {each.target_remote_id for each in decisions.values()}
    wanted |= {number for each in clients for number, _ in each.suggestions}
    theirs = {
        each.remote_id: each
        for each in PairingClient.select().where(
            _of(pairing, pairing.target), PairingClient.remote_id.in_([each for each in wanted if each is not None])
        )
    }
    return [_row(each, decisions.get(each.remote_id), theirs) for each in clients]


def _row(client: PairingClient, decision: ClientPair | None, theirs: dict[int, PairingClient]) -> PairRow:
    free = [
        Candidate(theirs[number], why)
        for number, why in client.suggestions
        if number in theirs and theirs[number].state == ClientState.OPEN
    ]
    paired_with = decision.target_remote_id if decision is not None else None
    counterpart = theirs.get(paired_with) if paired_with is not None else None
    return PairRow(client, free, counterpart, decision)


def _decisions(pairing: ClientPairing, remote_ids: list[int]) -> dict[int, ClientPair]:
    between = (ClientPair.source == pairing.source_id) & (ClientPair.target == pairing.target_id)
    query = ClientPair.select().where(between, ClientPair.source_remote_id.in_(remote_ids))
    return {each.source_remote_id: each for each in query}


def _of(pairing: ClientPairing, side: Integration) -> Any:
    return (PairingClient.pairing == pairing) & (PairingClient.integration == side)


def _is_read(pairing: ClientPairing) -> Any:
    return PairingClient.reading == pairing.reading
