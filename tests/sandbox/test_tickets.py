"""Ordinary tickets of the simulated Halo, which /Opportunities/{id} answers, too."""

from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.verbs import SandboxError
from tests.sandbox.receiver import Receiver
from tests.sandbox.visitor import Visitor


def test_opportunities_answer_ordinary_tickets_by_their_id(sandbox: HaloSandbox, visitor: Visitor) -> None:
    number = sandbox.tickets()[0]
    found = visitor.get(f"Opportunities/{number}").json()
    assert (found["id"], found["is_opportunity"], found["pipeline_stage_id"]) == (number, False, 1)
    assert (found["opptype"], found["oppcompanyname"], found["tickettype_id"]) == (" ", "", 25)
    assert number not in visitor.ids("opportunities")


def test_opportunities_say_that_they_are_some_unless_told_not_to(sandbox: HaloSandbox, visitor: Visitor) -> None:
    number, ticket = sandbox.truth("opportunities", ids=True)["active_ids"][0], sandbox.tickets()[0]
    assert visitor.get(f"Opportunities/{number}").json()["is_opportunity"] is True
    sandbox.turn(has_opportunity_flag=False)
    for each in (number, ticket):
        assert "is_opportunity" not in visitor.get(f"Opportunities/{each}").json()


def test_ticket_types_have_a_use_unless_told_not_to(sandbox: HaloSandbox, visitor: Visitor) -> None:
    assert [each["use"] for each in visitor.get("TicketType").json()] == ["ticket", "opportunity"]
    sandbox.turn(lists_ticket_types=False)
    assert all(each.keys() == {"id", "name"} for each in visitor.get("TicketType").json())


def test_a_ticket_becomes_an_opportunity_and_a_ticket_again(sandbox: HaloSandbox, visitor: Visitor) -> None:
    number = sandbox.tickets()[0]
    sandbox.convert_tickets([number])
    assert number not in sandbox.tickets()
    assert number in visitor.ids("opportunities")
    assert visitor.get(f"Opportunities/{number}").json()["is_opportunity"] is True
    sandbox.revert_to_tickets([number])
    assert number in sandbox.tickets()
    assert visitor.get(f"Opportunities/{number}").json()["is_opportunity"] is False
    sandbox.delete_tickets([number])
    assert visitor.get(f"Opportunities/{number}").status_code == 404


def test_webhooks_tell_of_tickets(sandbox: HaloSandbox) -> None:
    with Receiver() as receiver:
        sandbox.add_webhook(receiver.url, events=["tickets"])
        (number,) = sandbox.create_tickets()
        sandbox.change_tickets([number], fields={"status_id": 2})
        sandbox.convert_tickets([number])
        sandbox.revert_to_tickets([number])
        sandbox.delete_tickets([number])
        sandbox.flush_webhooks()
        assert receiver.events == [
            *("new ticket logged", "ticket status changed", "ticket type changed", "ticket type changed"),
            "ticket deleted",
        ]
        assert {each.json["ticket"]["id"] for each in receiver.arrivals} == {number}


def test_what_is_not_there_cannot_be_changed(sandbox: HaloSandbox) -> None:
    for verb in (sandbox.change_tickets, sandbox.convert_tickets, sandbox.revert_to_tickets, sandbox.delete_tickets):
        with pytest.raises(SandboxError, match="KeyError"):
            verb([999_999])
    number = sandbox.tickets()[0]
    with pytest.raises(SandboxError, match="exist already"):
        sandbox.create_tickets(ids=[number])
