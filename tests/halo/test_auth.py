"""Tokens are cached, renewed before they expire, and replaced once if Halo rejects one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRefusedCredentials, PsaUnreachable
from portal.halo.auth import TokenSource
from portal.halo.client import PROFILE_LIMITS
from portal.halo.credentials import Credentials
from portal.halo.diagnosis.causes import WRONG_CREDENTIALS
from portal.outbound import OutboundClient
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.conftest import Connect, credentials
from tests.halo.scripted import TOKEN, scripted

NOT_PERMITTED = "The application in Halo doesn't have the requested permissions."
NO_TENANT = "Halo responded with status 410 instead of a token. It needs to know the tenant."
NO_SECRETS = "The application in Halo isn't set up to log in with a Client Secret."
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def tokens_asked(halo: HaloSandbox) -> int:
    return int(halo.counts()["by_kind"].get("token", 0))


def source_of(answer: Any) -> Callable[[], str]:
    """Return what asks a Halo for a token whose token page says `answer`."""

    def ask() -> str:
        with scripted(lambda *_: answer) as credentials, OutboundClient() as client:
            return TokenSource(client, credentials).token()

    return ask


def test_one_token_serves_many_calls(halo: HaloSandbox, connect: Connect) -> None:
    client = connect()
    for _ in range(3):
        client.lookup("Agent/me", PROFILE_LIMITS)
    assert tokens_asked(halo) == 1
    assert client.requests == 4


def test_a_token_is_renewed_before_it_expires(halo: HaloSandbox, connect: Connect) -> None:
    client, now = connect(), NOON
    with clock.using(lambda: now):
        client.lookup("Agent/me", PROFILE_LIMITS)
        now += timedelta(minutes=58)
        client.lookup("Agent/me", PROFILE_LIMITS)
        assert tokens_asked(halo) == 1
        now += timedelta(minutes=2)
        client.lookup("Agent/me", PROFILE_LIMITS)
    assert tokens_asked(halo) == 2


def test_a_refused_token_is_replaced_and_the_call_repeated(halo: HaloSandbox, connect: Connect) -> None:
    client = connect()
    client.lookup("Agent/me", PROFILE_LIMITS)
    halo.reset(tokens=True)
    client.lookup("Agent/me", PROFILE_LIMITS)
    assert halo.counts()["by_kind"] == {"agent": 2, "token": 1}


def test_a_second_refusal_is_final(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("status", status=401, on="agent", times=None)
    assert connect().lookup("Agent/me", PROFILE_LIMITS).status == 401
    assert halo.counts()["by_kind"] == {"agent": 2, "token": 2}


def test_if_a_list_rejects_new_tokens_only_that_list_fails(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("status", status=401, on="assets", times=None)
    with pytest.raises(PsaListError) as refused:
        connect().page("assets", 1)
    assert refused.value.problem == "Halo accepts the credentials, but not for assets (status 401)."


@pytest.mark.parametrize(
    ("fault", "problem", "field"),
    [
        ({"what": "refused_client"}, WRONG_CREDENTIALS, "client_secret"),
        ({"what": "refused_client", "status": 400}, WRONG_CREDENTIALS, "client_secret"),
        ({"what": "status", "status": 403}, WRONG_CREDENTIALS, "client_secret"),
        ({"what": "status", "status": 404}, "The Auth Server doesn't issue tokens.", "auth_server"),
        ({"what": "redirect"}, "The Auth Server doesn't issue tokens.", "auth_server"),
        ({"what": "status", "status": 400, "body": '{"error":"invalid_scope"}'}, NOT_PERMITTED, None),
        ({"what": "status", "status": 400, "body": '{"error":"unauthorized_client"}'}, NO_SECRETS, None),
        (
            {"what": "status", "status": 410},
            "Halo responded with status 410 instead of a token. It needs to know the tenant.",
            "tenant",
        ),
    ],
)
def test_every_refusal_by_the_token_endpoint_refuses_the_credentials(
    fault: dict[str, Any], problem: str, field: str | None, halo: HaloSandbox, connect: Connect
) -> None:
    halo.fault(on="token", **fault)
    with pytest.raises(PsaRefusedCredentials) as refused:
        connect().log_in()
    assert (refused.value.problem, refused.value.field) == (problem, field)


@pytest.mark.parametrize("fault", [{"what": "html"}, {"what": "empty"}, {"what": "status"}, {"what": "reset"}])
def test_a_failing_token_endpoint_is_unreachable(fault: dict[str, Any], halo: HaloSandbox, connect: Connect) -> None:
    halo.fault(on="token", **fault)
    with pytest.raises(PsaUnreachable):
        connect().log_in()


def test_many_threads_share_one_renewal(halo: HaloSandbox) -> None:
    with OutboundClient() as client:
        source = TokenSource(client, credentials(halo))
        refused = source.token()
        together = Barrier(6)

        def renew(_: int) -> str:
            together.wait(5)
            with source.renewed(refused) as (token, _):
                return token

        with ThreadPoolExecutor(6) as threads:
            renewed = set(threads.map(renew, range(6)))
    assert len(renewed) == 1
    assert refused not in renewed
    assert tokens_asked(halo) == 2


def test_a_token_that_expires_at_once_is_requested_every_time(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(token_calls=1)
    client = connect()
    for _ in range(3):
        client.lookup("Agent/me", PROFILE_LIMITS)
    assert halo.counts()["by_status"] == {"200": 6, "401": 2}


@pytest.mark.parametrize("lifetime", [None, 0, -5, 1e300, 10**12, "3600"])
def test_an_odd_lifetime_counts_as_an_hour(lifetime: Any) -> None:
    asked = 0

    def script(*_: Any) -> Any:
        nonlocal asked
        asked += 1
        return {**TOKEN, "expires_in": lifetime}

    now = NOON
    with scripted(script) as credentials, OutboundClient() as client, clock.using(lambda: now):
        source = TokenSource(client, credentials)
        source.token()
        now += timedelta(minutes=58)
        source.token()
        assert asked == 1
        now += timedelta(minutes=2)
        source.token()
    assert asked == 2


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({}, "tenant"),
        ([], "tenant"),
        (b"", "auth_server"),
        (b"null", "tenant"),
        (b"<html>Log in</html>", "tenant"),
        (b'{"access_token":"t0k', "auth_server"),
        (b'{"access_token":"\xff"}', "auth_server"),
        (b'{"a":' * 10_000, "auth_server"),
        ({"access_token": ""}, "tenant"),
        ({"access_token": None}, "tenant"),
        ({"access_token": 5}, "tenant"),
        ({"access_token": "two\r\nlines"}, "tenant"),
        ({"access_token": "ключ"}, "tenant"),
    ],
)
def test_an_invalid_token_is_not_accepted(answer: Any, field: str) -> None:
    with pytest.raises(PsaError) as refused:
        source_of(answer)()
    assert (refused.value.field, refused.value.retryable) == (field, True)


def test_the_tenant_is_sent_where_it_is_filled_in() -> None:
    tenants = [TenantSettings(name=name, sizes={"clients": 1}) for name in ("acme", "zenith")]
    with running(HaloSandbox(Settings(tenants=tenants, hosted=True))) as hosted, OutboundClient() as client:
        assert TokenSource(client, credentials(hosted, tenant="acme")).token()
        for wrong in ("", "acmee"):
            with pytest.raises(PsaError) as refused:
                TokenSource(client, credentials(hosted, tenant=wrong)).token()
            assert refused.value.field == "tenant"


def test_credentials_do_not_show_their_secret() -> None:
    assert "hush" not in repr(Credentials("https://x", "https://x/auth", "", "id", "hush"))
