"""Discovery of the Auth Server and tenant, and the fallback if it fails."""

from __future__ import annotations

from typing import Any

import pytest

from portal.halo.discovery import AuthInfo, discover
from portal.outbound import OutboundClient
from portal.sandbox.halo import HaloSandbox
from tests.halo.scripted import scripted


def asked(halo: HaloSandbox) -> AuthInfo:
    with OutboundClient() as client:
        return discover(client, halo.url)


def test_halo_names_its_auth_server_and_tenant(halo: HaloSandbox) -> None:
    halo.turn(authinfo={"auth_url": "https://auth.halo.example/auth/", "tenant_id": "acme"})
    assert asked(halo) == AuthInfo("https://auth.halo.example/auth", "acme")


@pytest.mark.parametrize("tenant", [None, ""])
def test_a_halo_without_tenants_names_none(tenant: str | None, halo: HaloSandbox) -> None:
    halo.turn(authinfo={"auth_url": halo.url, "tenant_id": tenant, "more": [1]})
    assert asked(halo) == AuthInfo(f"{halo.url}/auth", "")


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "status", "status": 404},
        {"what": "status", "status": 500},
        {"what": "html"},
        {"what": "truncated"},
        {"what": "empty"},
        {"what": "redirect"},
        {"what": "reset"},
        {"what": "huge"},
    ],
    ids=lambda fault: fault["what"],
)
def test_a_failure_leaves_the_guess(fault: dict[str, Any], halo: HaloSandbox) -> None:
    halo.fault(on="authinfo", **fault)
    assert asked(halo) == AuthInfo(f"{halo.url}/auth", "")


@pytest.mark.parametrize(
    "answer",
    [
        {"auth_url": ""},
        {"auth_url": None},
        {"auth_url": 5},
        {"auth_url": "ftp://x"},
        {"auth_url": "https://user@elsewhere.example"},
        {"auth_url": "https://x:port"},
        {"tenant_id": 5},
        [],
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_an_odd_answer_leaves_the_guess(answer: Any) -> None:
    with scripted(lambda *_: answer) as credentials, OutboundClient() as client:
        assert discover(client, credentials.base_url) == AuthInfo(f"{credentials.base_url}/auth", "")


def test_a_host_that_is_away_leaves_the_guess() -> None:
    with OutboundClient() as client:
        assert discover(client, "https://127.0.0.2") == AuthInfo("https://127.0.0.2/auth", "")
