"""The connection test against the simulated ConnectWise, in each way that a real one may answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis.connection_test import check
from portal.psa.diagnosis import Access
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, TenantSettings, running
from tests.connectwise_fixtures import SIZES


@pytest.fixture
def sandbox() -> Iterator[ConnectWiseSandbox]:
    settings = Settings(tenants=[TenantSettings(sizes=SIZES)], knobs=Knobs(quota=0))
    with running(ConnectWiseSandbox(settings)) as sandbox:
        yield sandbox


def entered(sandbox: ConnectWiseSandbox, **changed: str) -> Credentials:
    return Credentials(**{"site": sandbox.url, **sandbox.credentials()._asdict(), **changed})


@pytest.mark.parametrize(
    ("knobs", "changed", "field"),
    [
        ({}, {"company_id": "nobody"}, "company_id"),
        ({"unknown_company": "not_found"}, {"company_id": "nobody"}, "company_id"),
        ({"wrong_company": "unauthorized"}, {"company_id": "nobody"}, "company_id"),
        ({"wrong_company": "not_found"}, {"company_id": "nobody"}, "company_id"),
        ({}, {"company_id": "ACME"}, "company_id"),
        ({}, {"private_key": "old"}, "private_key"),
        ({}, {"public_key": "old"}, "private_key"),
        ({"wrong_key": "user_not_authenticated"}, {"private_key": "old"}, "private_key"),
        ({"wrong_key": "empty"}, {"private_key": "old"}, "private_key"),
        ({"wrong_key": "html"}, {"private_key": "old"}, "private_key"),
        ({"wrong_key": "not_found"}, {"private_key": "old"}, "private_key"),
        ({"info_needs_login": False}, {"private_key": "old"}, "private_key"),
        ({"client_id_error": 403}, {"client_id": ""}, "client_id"),
        ({"client_id_error": 401}, {"client_id": "unknown"}, "client_id"),
        ({"client_id_error": 400}, {"client_id": "unknown"}, "client_id"),
        ({"ssl_required": 401}, {}, "site"),
        ({"ssl_required": 403}, {}, "site"),
    ],
)
def test_each_way_to_refuse_a_login_blames_the_same_field(
    sandbox: ConnectWiseSandbox, knobs: dict[str, Any], changed: dict[str, str], field: str
) -> None:
    sandbox.turn(**knobs)
    found = check(entered(sandbox, **changed))
    assert (found.ok, found.field) == (False, field), found


@pytest.mark.parametrize(
    "knobs",
    [
        {"cloud_text": False},
        {"site_url": ""},
        {"codebase": "v2017_3/"},
        {"info_needs_login": False},
        {"checks_client_id": False},
        {"link": "none", "count": {"clients": "missing", "contacts": "missing"}},
    ],
)
def test_what_differs_between_servers_does_not_matter(sandbox: ConnectWiseSandbox, knobs: dict[str, Any]) -> None:
    sandbox.turn(**knobs)
    found = check(entered(sandbox))
    assert (found.ok, {access.access for access in found.lists.values()}) == (True, {Access.GRANTED}), found


def test_refused_and_hidden_types_are_told_apart(sandbox: ConnectWiseSandbox) -> None:
    sandbox.change_tenant(refused=["contracts"], unseen=["assets"], mine=["contacts"])
    found = check(entered(sandbox))
    assert found.ok
    assert found.lists["contracts"].access == Access.REFUSED
    assert found.lists["assets"].access == Access.EMPTY
    assert any("Inquire is My instead of All on" in each.problem for each in found.advice)
    sandbox.change_tenant(refused_security=True)
    assert check(entered(sandbox)).advice == ()


def test_without_companies_the_test_fails(sandbox: ConnectWiseSandbox) -> None:
    sandbox.change_tenant(refused=["clients"])
    found = check(entered(sandbox))
    assert (found.ok, found.field) == (False, None)
    assert "Inquire = All on Companies > Company Maintenance" in found.remedy


def test_a_throttled_test_says_when_to_test_again(sandbox: ConnectWiseSandbox) -> None:
    sandbox.turn(quota=1)
    found = check(entered(sandbox))
    assert not found.ok or {Access.UNKNOWN} <= {access.access for access in found.lists.values()}
