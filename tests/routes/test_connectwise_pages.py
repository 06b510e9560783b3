"""The wizard's first step and the Sync Filters tab of ConnectWise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from portal.config import Config
from portal.models.accounts import Account
from portal.models.integrations import Integration
from tests.connectwise.scripted import Asked, ScriptedServer, scripted

SETUP = "/integrations/connectwise/setup"


def answered(asked: Asked) -> Any:
    if asked.path.startswith(("/login/", "system/info")):
        return None
    if asked.path == "company/companies/types":
        return [{"id": 4, "name": "Managed"}]
    return {"count": 3} if asked.path.endswith("/count") else [{"id": 12, "name": "Acme"}]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted(answered) as server:
        yield server


@pytest.fixture
def config(config: Config, server: ScriptedServer) -> Config:
    allowed = frozenset({urlsplit(server.url).netloc})
    return replace(config, outbound_allow=allowed, vendor_ids=(("connectwise", "our-id"),))


@pytest.fixture
def allowed(northwind: Account) -> Account:
    northwind.enabled_psas = ["halo", "connectwise"]
    northwind.save()
    return northwind


@pytest.fixture
def values(server: ScriptedServer) -> dict[str, str]:
    return {"site": server.url, "company_id": "acme", "public_key": "pub", "private_key": "s3cr3t-key"}


def test_the_first_step_asks_for_what_connectwise_calls_its_keys(as_alice: FlaskClient, allowed: Account) -> None:
    page = unescape(as_alice.get(f"{SETUP}/connect").text)
    for words in ("Company ID", "Public Key", "Private Key", "Client ID", "System → Members → API Members"):
        assert words in page
    for words in ("Halo", "Auth Server", "Tenant Name", "Client Secret"):
        assert words not in page.split('id="wizard"')[1]


def test_a_pasted_site_is_corrected_in_words(as_alice: FlaskClient, allowed: Account) -> None:
    typed = {"site": "https://na.myconnectwise.net/v4_6_release/ConnectWise.aspx"}
    page = unescape(as_alice.post(f"{SETUP}/connect/addresses", data=typed).text)
    assert "https://api-na.myconnectwise.net" in page
    assert "the host of its API" in page


def test_a_test_that_passes_leads_on_and_shows_what_can_be_read(
    as_alice: FlaskClient, allowed: Account, values: dict[str, str], server: ScriptedServer
) -> None:
    page = as_alice.post(f"{SETUP}/connect/test", data=values, follow_redirects=True)
    assert "What Scopable can read" in page.text
    assert "Acme Technology" in page.text
    stored = Integration.get(Integration.psa == "connectwise")
    assert stored.limit_key.endswith("/acme")
    assert "private_key" not in stored.connection
    assert "s3cr3t-key" not in page.text
    assert {each.headers.get("clientid") for each in server.asked if each.path == "system/info"} == {"our-id"}


def test_the_filters_say_what_connectwise_calls_them(
    as_alice: FlaskClient, allowed: Account, values: dict[str, str]
) -> None:
    as_alice.post(f"{SETUP}/connect/test", data=values)
    Integration.update(state="active", record_types=["clients", "contacts"]).execute()
    page = unescape(as_alice.get("/integrations/connectwise/filters/").text)
    assert "ConnectWise calls them territories." in page
    assert "Managed" in page
    assert "service accounts" not in page
    assert "General Users" not in page
    data = {"record_types": ["clients", "contacts"], "relationships": ["4"], "active_only": "y"}
    assert as_alice.post("/integrations/connectwise/filters/", data=data).status_code == 303
    assert Integration.get().filters["relationships"] == [4]
