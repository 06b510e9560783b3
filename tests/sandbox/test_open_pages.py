from __future__ import annotations

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import Visitor


def test_authinfo_says_where_to_get_a_token(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    assert stranger.get("/api/authinfo").json() == {"auth_url": f"{sandbox.url}/auth", "tenant_id": "acme"}


def test_authinfo_can_say_anything(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.turn(authinfo={"auth_url": "https://auth.example"})
    assert stranger.get("/api/authinfo").json() == {"auth_url": "https://auth.example"}


def test_instanceinfo_is_open(stranger: httpx.Client) -> None:
    assert stranger.get("/api/InstanceInfo").json()["app_name"] == "Halo PSA"


def test_the_agents_profile_needs_a_token(stranger: httpx.Client, visitor: Visitor) -> None:
    assert stranger.get("/api/Agent/me").status_code == 401
    assert visitor.get("Agent/me").json()["isapiagent"] is True


def test_the_agents_profile_can_be_changed(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(profile={"name": "Ingegärd", "isapiagent": False, "email": None})
    profile = visitor.get("Agent/me").json()
    assert (profile["name"], profile["isapiagent"]) == ("Ingegärd", False)
    assert "email" not in profile


@pytest.mark.parametrize("name", ["AssetType", "AssetGroup", "ItemGroup", "Status", "TicketType", "Agent"])
def test_small_lookups_are_bare_arrays(visitor: Visitor, name: str) -> None:
    assert {"id", "name"} <= visitor.get(name).json()[0].keys()


def test_some_lookups_have_an_envelope(visitor: Visitor) -> None:
    assert visitor.get("TopLevel").json()["tree"]
    assert visitor.get("Supplier").json()["suppliers"]
    assert visitor.get("Agent", pageinate="true").json()["results"][0] == {
        "id": 1,
        "name": "Unassigned",
        "isdisabled": False,
    }


def test_an_agents_token_is_neither_a_client_nor_a_contact(visitor: Visitor) -> None:
    assert visitor.get("Client/me").status_code == 401
    assert visitor.get("Users/me").status_code == 404


@pytest.mark.parametrize("path", ["Contract", "Client/1/sites", ""])
def test_other_pages_are_not_found(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.content) == (404, b"")
