"""The connection test's verdicts as a table: what goes wrong at which stage, and what people are told."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from portal.errors import PsaError, PsaRateLimited, PsaUnavailable
from portal.halo import auth, client
from portal.halo.connection import check
from portal.outbound import Limits
from portal.sandbox.halo import HaloSandbox
from tests.halo.conftest import credentials
from tests.servers import listening, silent

SLOW = {"what": "slow", "seconds": 5.0}
HUGE = {"what": "huge"}
TOKEN_FAULTS: list[tuple[dict[str, Any], str | None, str, str]] = [
    ({"what": "status", "status": 401}, "client_secret", "does not accept this Client ID", "Regenerate the secret"),
    ({"what": "status", "status": 400}, "client_secret", "does not accept this Client ID", "Regenerate the secret"),
    ({"what": "status", "status": 400, "body": '{"error":"invalid_scope"}'}, None, "permissions", "Permissions tab"),
    ({"what": "status", "status": 400, "body": '{"error":"invalid_request"}'}, "tenant", "a page", "Tenant Name"),
    ({"what": "status", "status": 403}, "tenant", "a page instead of a token", "Tenant Name"),
    ({"what": "status", "status": 404}, "auth_server", "does not hand out tokens", "Leave Auth Server"),
    ({"what": "redirect"}, "auth_server", "does not hand out tokens", "Leave Auth Server"),
    ({"what": "html"}, "tenant", "a page instead of a token", "Tenant Name"),
    ({"what": "truncated"}, "tenant", "a page instead of a token", "Tenant Name"),
    ({"what": "empty"}, "tenant", "a page instead of a token", "Tenant Name"),
    ({"what": "status", "status": 500}, None, "a problem of its own (status 500)", "try again"),
    ({"what": "status", "status": 503}, None, "a problem of its own (status 503)", "try again"),
    ({"what": "rate_limit"}, None, "limit of requests", "goes on by itself"),
    (SLOW, "auth_server", "did not answer in time", "try again"),
    ({"what": "drip", "seconds": 0.05}, "auth_server", "did not answer in time", "try again"),
    ({"what": "reset"}, "auth_server", "broke off its answer", "try again"),
    (HUGE, "auth_server", "too large to be Halo's", "Resource Server"),
]
AGENT_FAULTS: list[tuple[dict[str, Any], str | None, str, str]] = [
    ({"what": "status", "status": 401}, None, "does not let this application read", "Login Type to Agent"),
    ({"what": "status", "status": 403}, None, "does not let this application read", "Permissions tab"),
    ({"what": "status", "status": 404}, "base_url", "status 404", "Resource Server"),
    ({"what": "redirect"}, "base_url", "status 302", "Resource Server"),
    ({"what": "html"}, "base_url", "does not look like Halo", "Resource Server"),
    ({"what": "truncated"}, "base_url", "does not look like Halo", "Resource Server"),
    ({"what": "empty"}, "base_url", "does not look like Halo", "Resource Server"),
    ({"what": "status", "status": 200, "body": "[]"}, "base_url", "does not look like Halo", "Resource Server"),
    ({"what": "status", "status": 504}, None, "a problem of its own (status 504)", "try again"),
    ({"what": "rate_limit"}, None, "limit of requests", "goes on by itself"),
    (SLOW, "base_url", "did not answer in time", "try again"),
    ({"what": "drip", "seconds": 0.05}, "base_url", "did not answer in time", "try again"),
    ({"what": "reset", "size": 40}, "base_url", "broke off its answer", "try again"),
    (HUGE, "base_url", "too large to be Halo's", "Resource Server"),
]
Check = Callable[..., PsaError]


@pytest.fixture
def refused(halo: HaloSandbox, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Test a connection that must fail, with little patience; returns the error."""
    monkeypatch.setattr(auth, "LIMITS", Limits(seconds=0.3, size=100_000))
    monkeypatch.setattr(client, "PROFILE_LIMITS", Limits(seconds=0.3, size=1_000_000))

    def fails(**changed: str) -> PsaError:
        with pytest.raises(PsaError) as error:
            check(credentials(halo, **changed))
        return error.value

    return fails


def names(table: list[tuple[dict[str, Any], str | None, str, str]]) -> list[str]:
    return [" ".join(str(value) for value in fault.values()) for fault, *_ in table]


def test_a_connection_that_works_names_its_agent(halo: HaloSandbox) -> None:
    assert check(credentials(halo)).name == "API Sync"
    assert halo.counts()["by_kind"] == {"token": 1, "agent": 1}


@pytest.mark.parametrize(
    ("profile", "name"),
    [({"name": None}, "api@acme.example"), ({"name": "", "email": None}, "agent 42"), ({"id": 42.0}, "API Sync")],
)
def test_an_agent_without_a_name_is_called_something(profile: dict[str, Any], name: str, halo: HaloSandbox) -> None:
    halo.turn(profile=profile)
    assert check(credentials(halo)).name == name


def test_a_huge_profile_is_read(halo: HaloSandbox) -> None:
    halo.turn(profile={"claims": [{"type": "permission", "value": "x" * 2_000_000}]})
    assert check(credentials(halo)).is_api_only


@pytest.mark.parametrize(("fault", "field", "problem", "remedy"), TOKEN_FAULTS, ids=names(TOKEN_FAULTS))
def test_a_fault_of_the_token_page(
    fault: dict[str, Any], field: str | None, problem: str, remedy: str, halo: HaloSandbox, refused: Check
) -> None:
    halo.fault(on="token", times=None, **fault)
    error = refused()
    assert (error.field, problem in error.problem, remedy in error.remedy) == (field, True, True), error.problem


@pytest.mark.parametrize(("fault", "field", "problem", "remedy"), AGENT_FAULTS, ids=names(AGENT_FAULTS))
def test_a_fault_of_the_agent_page(
    fault: dict[str, Any], field: str | None, problem: str, remedy: str, halo: HaloSandbox, refused: Check
) -> None:
    halo.fault(on="agent", times=None, **fault)
    error = refused()
    assert (error.field, problem in error.problem, remedy in error.remedy) == (field, True, True), error.problem


@pytest.mark.parametrize("changed", [{"client_id": "other"}, {"client_secret": "wrong"}, {"client_secret": ""}])
def test_wrong_credentials_are_named_so(changed: dict[str, str], refused: Check) -> None:
    error = refused(**changed)
    assert (error.field, error.retryable) == ("client_secret", False)


def test_a_test_does_not_repeat_what_fails(halo: HaloSandbox, refused: Check) -> None:
    halo.fault("status", status=500, on="agent", times=None)
    refused()
    assert halo.counts()["by_kind"]["agent"] == 1


@pytest.mark.parametrize(
    ("mode", "seconds"), [("off", None), ("seconds", 90.0), ("date", None)], ids=["none", "seconds", "date"]
)
def test_a_rate_limit_says_when_it_ends_if_halo_does(
    mode: str, seconds: float | None, halo: HaloSandbox, refused: Check
) -> None:
    halo.turn(retry_after=mode)
    halo.fault("rate_limit", on="agent", seconds=90.0, times=None)
    error = refused()
    assert isinstance(error, PsaRateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize("field", ["auth_server", "base_url"])
def test_a_host_that_is_down_refuses(field: str, refused: Check) -> None:
    with listening(silent) as listener:
        closed = listener.url
    error = refused(**{field: closed})
    assert (error.field, error.problem) == (field, "127.0.0.1 refused the connection.")
    assert isinstance(error, PsaUnavailable)


@pytest.mark.parametrize("field", ["auth_server", "base_url"])
@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://127.0.0.2", "cannot be reached from the internet"),
        ("http://halo.example", "is not an https address"),
        ("https://no-such-halo.example", "There is no host named no-such-halo.example"),
        ("https://acme..halopsa.com", "There is no host named acme..halopsa.com"),
    ],
)
def test_an_address_that_is_not_called(
    address: str, problem: str, field: str, refused: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo

    def offline(host: str, *rest: Any, **named: Any) -> Any:
        if host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return lookup(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    error = refused(**{field: address})
    assert (error.field, problem in error.problem) == (field, True), error.problem
