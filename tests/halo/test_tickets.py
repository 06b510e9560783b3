"""Tickets are distinguished from opportunities by reliable keys, never by keys that all tickets have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.errors import PsaError, PsaRateLimited
from portal.halo import facts
from portal.halo.pages import Row
from portal.halo.tickets import TicketTypes, uses
from portal.outbound import Response

TYPES = [
    {"id": 25, "name": "Incident", "use": "ticket"},
    {"id": 30, "name": "Opportunity", "use": "Opportunity"},
    {"id": 31, "name": "Project", "use": "project"},
    {"id": 32, "name": "Odd", "use": "something new"},
    {"id": 33, "name": "Silent"},
]
# What every ticket has.
PIPELINE = {"pipeline_stage_id": 1, "opptype": " ", "oppcompanyname": "", "oppvalue": 0.0}


def row(**keys: Any) -> Row:
    payload = json.dumps({"id": 4242, **PIPELINE, **keys}).encode()
    return Row(facts.read("opportunities", payload), payload)


def halo(status: int = 200, types: Any = TYPES) -> tuple[TicketTypes, list[int]]:
    """Return the ticket types of a Halo that answers so, and a list that grows with each question."""
    asked: list[int] = []

    def ask() -> Response:
        asked.append(1)
        return Response(status, {}, types if isinstance(types, bytes) else json.dumps(types).encode(), 0.0)

    return TicketTypes(ask), asked


def told(types: TicketTypes, **keys: Any) -> bool | None:
    """Return what a ticket is taken for: True, False, or None where it stays open."""
    found = types.opportunity(row(**keys))
    if found is None:
        return False
    assert found.facts is not None
    return found.facts.is_opportunity


@pytest.mark.parametrize("said", [True, False])
def test_a_tickets_own_flag_decides(said: bool) -> None:  # noqa: FBT001  # a column
    types, asked = halo()
    assert told(types, is_opportunity=said, tickettype_id=25) is said
    assert asked == []


@pytest.mark.parametrize(
    ("ticket_type", "is_one"),
    [
        *((25, False), ("25", False), (30, True), (30.0, True), (31, False)),
        *((32, None), (33, None), (99, None)),
    ],
)
def test_otherwise_the_use_of_its_type_decides(ticket_type: Any, is_one: bool | None) -> None:  # noqa: FBT001  # a column
    types, asked = halo()
    for _ in range(3):
        assert told(types, tickettype_id=ticket_type) is is_one
    assert len(asked) == 1


@pytest.mark.parametrize("keys", [{}, {"tickettype_id": None}, {"tickettype_id": 0}, {"is_opportunity": None}])
def test_a_ticket_without_either_stays_unknown_at_no_cost(keys: dict[str, Any]) -> None:
    types, asked = halo()
    assert told(types, **keys) is None
    assert asked == []


@pytest.mark.parametrize(
    ("status", "types"),
    [
        *((403, b""), (404, b""), (500, b""), (200, b"<html>"), (200, {"rows": []}), (200, []), (200, [None, 5])),
        (200, [{"id": 25, "use": "ticket"}, {"id": 30, "use": "ticket"}]),
        (200, [{"id": 30, "use": "requesttype"}]),
        (200, [{"id": 30}, {"id": 25, "use": None}]),
    ],
)
def test_types_without_a_use_leave_it_unknown(status: int, types: Any) -> None:
    found, _ = halo(status, types)
    assert told(found, tickettype_id=30) is None
    assert told(found, tickettype_id=25) is None


def test_a_failed_lookup_leaves_it_unknown_but_a_rate_limit_is_raised() -> None:
    def refuse() -> Response:
        raise PsaError("Halo did not answer.")

    def wait() -> Response:
        raise PsaRateLimited("Too many.", retry_after=5)

    assert told(TicketTypes(refuse), tickettype_id=25) is None
    with pytest.raises(PsaRateLimited):
        told(TicketTypes(wait), tickettype_id=25)


def test_the_use_of_types_counts_only_if_some_are_opportunities() -> None:
    assert uses(TYPES) == {25: False, 30: True, 31: False}
    assert uses(TYPES[:1]) == {}
