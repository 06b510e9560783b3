"""A working connection: advice, permissions, the duration of the test, and where the secret is sent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from portal import guard
from portal.halo import auth, discovery
from portal.halo.diagnosis import probe
from portal.halo.diagnosis.connection_test import check
from portal.halo.diagnosis.permissions import LEAST_PRIVILEGE
from portal.outbound import CallLimits
from portal.psa.diagnosis import Access
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.conftest import SIZES, credentials
from tests.servers import answering, listening

LOGIN_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Log in</html>"


def advised(halo: HaloSandbox) -> str:
    return " ".join(f"{each.problem} {each.remedy}" for each in check(credentials(halo)).advice)


def test_least_privilege_and_an_api_only_agent_need_no_advice(halo: HaloSandbox) -> None:
    halo.change_tenant(scopes=list(LEAST_PRIVILEGE))
    found = check(credentials(halo))
    assert (found.ok, found.advice) == (True, ())
    assert {look.access for look in found.lists.values()} == {Access.GRANTED}


@pytest.mark.parametrize("scopes", [["all"], ["admin", "read:customers"], ["edit:assets", "read:customers"]])
def test_a_token_that_can_write_gets_advice_on_least_privilege(scopes: list[str], halo: HaloSandbox) -> None:
    halo.change_tenant(scopes=scopes)
    advice = advised(halo)
    assert f"can write to Halo ({', '.join(sorted(scopes))}). Scopable only reads." in advice
    assert "read:customers, read:items, read:assets, read:contracts, read:sales, read:crm" in advice


def test_an_opaque_token_gives_no_advice(halo: HaloSandbox) -> None:
    halo.turn(opaque_tokens=True)
    assert not check(credentials(halo)).advice


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"isapiagent": False}, "API Sync isn't an API-only agent, so it uses a license."),
        ({"isapiagent": None}, "choose API Sync, and check API Only Agent."),
        ({"id": 1, "name": "Unassigned"}, "logs in as Halo's Unassigned agent"),
    ],
)
def test_an_unsuitable_agent_gets_advice(profile: dict[str, Any], words: str, halo: HaloSandbox) -> None:
    halo.turn(profile=profile)
    assert words in advised(halo)


def test_a_refused_list_names_the_missing_permission(halo: HaloSandbox) -> None:
    halo.change_tenant(scopes=["read:customers", "read:assets"], refused=["assets"], unseen=["sites"])
    found = check(credentials(halo))
    assert found.ok
    assert {each for each, look in found.lists.items() if look.access == Access.REFUSED} == {
        "products",
        "assets",
        "opportunities",
        "contracts",
    }
    assert "grant read:items on its Permissions tab" in found.lists["products"].remedy
    assert "the role of its agent API Sync does not" in found.lists["assets"].remedy
    assert found.lists["sites"].access == Access.EMPTY


def test_a_refused_list_of_an_opaque_token_names_both_permissions(halo: HaloSandbox) -> None:
    halo.turn(opaque_tokens=True)
    halo.change_tenant(refused=["contracts"])
    remedy = check(credentials(halo)).lists["contracts"].remedy
    assert "Permissions tab" in remedy
    assert "The role of the agent it logs in as must allow it too. The permission is called read:contracts." in remedy


def test_a_full_test_of_a_distant_halo_takes_two_seconds_at_most(halo: HaloSandbox) -> None:
    halo.turn(latency=0.15)
    began = time.monotonic()
    found = check(credentials(halo))
    assert time.monotonic() - began <= 2
    assert {each: look.total for each, look in found.lists.items()} == SIZES


def test_the_whole_test_has_one_limit(halo: HaloSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.5)
    halo.fault("drip", on="any", seconds=0.05, times=None)
    began = time.monotonic()
    assert "didn't respond in time" in check(credentials(halo)).problem
    assert time.monotonic() - began < 2


def test_slow_lists_are_unknown_and_do_not_fail_the_test(halo: HaloSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "LISTS_SECONDS", 0.6)
    halo.fault("slow", on="assets", seconds=5.0, times=None)
    found = check(credentials(halo))
    assert found.ok
    assert (found.lists["assets"].access, found.lists["clients"].access) == (Access.UNKNOWN, Access.GRANTED)


def test_the_secret_goes_only_where_it_was_typed_to_or_the_base_url_points(
    halo: HaloSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1", "localhost"}))
    with listening(answering(LOGIN_PAGE)) as redirecting, listening(answering(LOGIN_PAGE)) as typed:
        halo.fault("redirect", on="any", location=redirecting.url, times=None)
        found = check(credentials(halo, auth_server=f"{typed.url}/auth"))
        assert not found.ok
        assert redirecting.connections == 0
        assert typed.connections > 0
    asked = {entry["path"] for entry in halo.journal() if entry["method"] == "POST"}
    assert asked == {"/auth/token"}


def test_a_private_address_always_gets_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset())
    with listening(answering(LOGIN_PAGE)) as listener, running(_small()) as halo:
        told = set()
        for address in (
            f"https://127.0.0.1:{listener.port}",
            halo.url.replace("http:", "https:"),
            "https://127.0.0.1:9",
        ):
            found = check(credentials(halo, base_url=address, auth_server=f"{address}/auth"))
            told.add((found.field, found.problem, found.remedy, found.fix))
        assert len(told) == 1
        assert listener.connections == 0


def test_the_limits_are_those_that_the_guide_names() -> None:
    assert auth.LIMITS.seconds == discovery.LIMITS.seconds == 15
    assert isinstance(probe.FOLLOW_UP, CallLimits)
    assert probe.SECONDS < 60  # the web server's own limit


def _small() -> HaloSandbox:
    return HaloSandbox(Settings(tenants=[TenantSettings(sizes={"clients": 1})]))
