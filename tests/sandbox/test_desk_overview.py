"""The desk's overview and list of requests: presets, clock, quota, values for the wizard."""

from __future__ import annotations

from typing import Any

import pytest

from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.sandbox.halo.desk.presets import PRESETS
from tests.sandbox.desk import Desk
from tests.sandbox.visitor import Visitor


@pytest.mark.parametrize("character", PRESETS, ids=lambda each: each.id)
def test_a_preset_is_applied_and_removed_with_one_click(character: Any) -> None:
    knobs = Knobs(latency=0.001, caps={"sites": 7})
    settings = Settings(tenants=[TenantSettings(sizes={"clients": 9, "contacts": 90})], knobs=knobs)
    with running(HaloSandbox(settings)) as sandbox, Desk(sandbox) as desk:
        before, tenant = sandbox.settings(), sandbox.call("GET", "/tenants/acme")
        sandbox.turn(quota=5)
        sandbox.fault("html")
        sandbox.change_tenant(refused=["assets"], client_secret="rotated")
        assert 'aria-pressed="true"' not in desk.see()

        desk.do("", "become", character=character.id)
        assert f'value="{character.id}" aria-pressed="true"' in desk.see()
        assert sandbox.settings()["latency"] == 0.001
        assert len(sandbox.faults()) == len(character.faults)
        assert (sandbox.settings() != before or bool(sandbox.faults())) is (character.id != "behaves")
        assert sandbox.call("GET", "/tenants/acme") == tenant | {"client_secret": "rotated"}

        desk.do("", "become", character="behaves")
        assert (sandbox.settings(), sandbox.faults()) == (before, [])


def test_bad_characters_meet_records_that_exist(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    desk.do("", "become", character="odd_text")
    assert rb"\ud83d" in visitor.get("Client").content
    assert desk.see("/records/clients")


def test_now_and_then_is_one_answer_in_five(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    desk.do("", "become", character="falls_over")
    codes = [visitor.get("Client", count=1).status_code for _ in range(17)]
    assert codes.count(503) == 1
    assert sum(each["fired"] for each in sandbox.faults()) == 3


@pytest.mark.parametrize("character", ["", "nobody"])
def test_an_unknown_preset_is_refused(desk: Desk, character: str) -> None:
    assert "character doesn't exist" in desk.refused("", "become", character=character)


@pytest.mark.parametrize(
    ("amount", "unit", "seconds"), [("5", "minutes", 300), ("2", "hours", 7200), ("1", "days", 86400)]
)
def test_the_clock_moves_forward(sandbox: HaloSandbox, desk: Desk, amount: str, unit: str, seconds: int) -> None:
    before = sandbox.about()["now"]
    assert amount in desk.do("", "advance", amount=amount, unit=unit)
    assert seconds <= sandbox.about()["now"] - before < seconds + 60


@pytest.mark.parametrize(
    ("amount", "unit"), [("-1", "hours"), ("0", "hours"), ("1", "years"), ("x", "hours"), ("99999", "days"), ("", "")]
)
def test_the_clock_refuses_what_is_no_time(sandbox: HaloSandbox, desk: Desk, amount: str, unit: str) -> None:
    before = sandbox.about()["now"]
    desk.refused("", "advance", amount=amount, unit=unit)
    assert sandbox.about()["now"] - before < 60


def test_tokens_end_and_the_window_empties(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    visitor.get("Client")
    assert "1 of 700" in desk.see()
    desk.do("", "clear_quota")
    assert "0 of 700" in desk.see()
    desk.do("", "end_tokens")
    assert visitor.get("Client").status_code == 401


def test_the_values_for_the_wizard_are_those_that_halo_tells(sandbox: HaloSandbox, desk: Desk) -> None:
    page = desk.see()
    told = desk.http.get("/api/authinfo").json()
    for value in (sandbox.url, *sandbox.credentials(), *told.values()):
        assert f'data-copy="{value}"' in page
    assert page.count("filled in for you") == 2


def test_the_latest_requests_are_listed_and_forgotten(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    visitor.get("Client", count=3)
    visitor.http.post("/api/Client")
    page = desk.see("/requests")
    assert page.index("/api/Client") < page.index("/auth/token")
    assert "?count=3" in page
    assert "1 attempt to write" in page
    desk.do("/requests", "forget_requests")
    assert "No requests yet." in desk.see("/requests")
    assert sandbox.counts()["total"] == 0


def test_only_the_last_hundred_requests_are_shown(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    for number in range(105):
        visitor.get("Status", number=number)
    page = desk.see("/requests")
    assert "number=104<" in page
    assert "number=5<" in page
    assert "number=4<" not in page
