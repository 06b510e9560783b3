"""Planning faults at the desk."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from portal.sandbox.desk.faults.words import FIELDS, GROUPS
from portal.sandbox.desk.switches.controls import OTHER
from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo.desk.faults import FAULTS
from portal.sandbox.halo.faults import KINDS, PLACES, Fault
from tests.sandbox.desk import Desk
from tests.sandbox.visitor import Visitor


@pytest.mark.parametrize("what", sorted(KINDS))
def test_every_fault_has_a_sentence_and_a_group(what: str) -> None:
    assert what in FAULTS, f"explain the fault {what!r} in portal/sandbox/halo/desk/faults.py"
    assert FAULTS[what].sentence.endswith(".")
    assert FAULTS[what].group in {each.id for each in GROUPS} - {OTHER}


@pytest.mark.parametrize("name", [each.name for each in msgspec.structs.fields(Fault) if each.name != "what"])
def test_every_field_of_a_fault_has_a_sentence(name: str) -> None:
    assert FIELDS[name].sentence


def test_no_sentence_explains_what_is_gone() -> None:
    assert set(FAULTS) == KINDS
    assert set(FIELDS) == {each.name for each in msgspec.structs.fields(Fault)} - {"what"}


@pytest.mark.parametrize("what", sorted(KINDS))
def test_every_fault_is_planned_by_its_button_with_the_form_as_it_is(
    sandbox: HaloSandbox, desk: Desk, what: str
) -> None:
    assert f'name="what" value="{what}"' in desk.see("/faults")
    assert desk.send("/faults", desk.form("/faults", do="plan") | {"what": [what]}).startswith("Planned")
    assert sandbox.faults() == [{"fault": msgspec.to_builtins(Fault(what)), "seen": 0, "fired": 0, "until": None}]


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_can_be_chosen(sandbox: HaloSandbox, desk: Desk, place: str) -> None:
    assert f'<option value="{place}"' in desk.see("/faults")
    desk.do("/faults", "plan", what="html", on=place)
    assert sandbox.faults()[0]["fault"]["on"] == place


def test_place_and_frequency_apply_and_are_shown(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    said = desk.do("/faults", "plan", what="status", on="clients", after="1", every="2", times="2", status="502")
    assert said == "Planned: an error status. Clients, after 1, one in 2, 2 times, status 502."
    assert [visitor.get("Client").status_code for _ in range(6)] == [200, 502, 200, 502, 200, 200]
    page = desk.see("/faults")
    assert "clients, after 1, one in 2, 2 times" in page
    assert "used up" in page


def test_a_path_wins_over_a_place(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.do("/faults", "plan", what="status", on="assets", path="/api/Client/12", times="")
    fault = sandbox.faults()[0]["fault"]
    assert (fault["on"], fault["times"]) == ("/api/client/12", None)


def test_all_are_cleared_by_one_button(sandbox: HaloSandbox, desk: Desk) -> None:
    sandbox.fault("slow")
    sandbox.fault("html")
    desk.do("/faults", "clear_faults")
    assert sandbox.faults() == []
    assert "No faults planned." in desk.see("/faults")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "no fault"),
    ({"what": "flood"}, "no fault"),
    ({"what": "html", "on": "tickets"}, "isn't a known place"),
    ({"what": "html", "path": "api/client"}, "isn't a known place"),
    ({"what": "html", "times": "0"}, "at least 1"),
    ({"what": "html", "times": "twice"}, "must be a whole number"),
    ({"what": "html", "after": "-1"}, "at least 0"),
    ({"what": "html", "every": "0"}, "at least 1"),
    ({"what": "slow", "seconds": "nan"}, "must be a number"),
    ({"what": "slow", "seconds": "-1"}, "at least 0"),
    ({"what": "status", "status": "42"}, "at least 200"),
    ({"what": "status", "status": ""}, "must be a whole number"),
]


@pytest.mark.parametrize(("form", "reason"), REFUSED)
def test_nonsense_plans_nothing(sandbox: HaloSandbox, desk: Desk, form: dict[str, Any], reason: str) -> None:
    assert reason in desk.refused("/faults", "plan", **form)
    assert sandbox.faults() == []


def test_the_plan_does_not_grow_without_end(sandbox: HaloSandbox, desk: Desk) -> None:
    sandbox.call("POST", "/faults", [{"what": "html"}] * 200)
    assert "Clear them first" in desk.refused("/faults", "plan", what="html")
