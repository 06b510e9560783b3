"""Fetching a signing key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest

from portal import guard
from portal.connectwise.webhooks import signing_keys
from portal.connectwise.webhooks.signing_keys import fetch
from portal.errors import PsaError
from portal.outbound import CallLimits, OutboundClient
from tests.connectwise.webhooks.callbacks import KEY, KeyServer, key_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))
    with key_server() as served:
        yield served


def fetched(server: KeyServer, address: str = "", **connection: str) -> str:
    given = {"site": server.url, "company_id": "Cobalt", "public_key": "pub", "private_key": "priv", "client_id": "c"}
    with OutboundClient() as client:
        return fetch(client, given | connection, address or server.key_url)


def test_a_key_is_fetched_without_credentials(server: KeyServer) -> None:
    assert fetched(server) == KEY
    assert [authorization for _, authorization in server.calls] == [""]


def test_credentials_are_sent_if_the_own_host_asks_for_them(server: KeyServer) -> None:
    server.open_to_all = False
    assert fetched(server) == KEY
    assert [authorization for _, authorization in server.calls] == [
        "",
        f"Basic {base64.b64encode(b'Cobalt+pub:priv').decode()}",
    ]


def test_credentials_are_never_sent_to_another_host(server: KeyServer) -> None:
    server.open_to_all = False
    with pytest.raises(PsaError, match="status 401"):
        fetched(server, site="https://cw.example.com")
    assert [authorization for _, authorization in server.calls] == [""]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<html>Sign in</html>",
        b"[]",
        b'"key"',
        b"{}",
        b'{"signing_key": null}',
        b'{"signing_key": ""}',
        b'{"signing_key": 7}',
        json.dumps({"signing_key": "k" * 5_000}).encode(),
        b"\xff",
    ],
)
def test_an_answer_without_a_key_is_none(server: KeyServer, body: bytes) -> None:
    server.body = body
    with pytest.raises(PsaError, match="has no key"):
        fetched(server)


@pytest.mark.parametrize("status", [204, 400, 403, 404, 429, 500, 503])
def test_any_other_status_is_a_refusal(server: KeyServer, status: int) -> None:
    server.status = status
    with pytest.raises(PsaError, match=f"status {status}"):
        fetched(server)


def test_a_redirect_is_not_followed(server: KeyServer) -> None:
    server.status, server.location = 302, f"{server.url}/elsewhere"
    with pytest.raises(PsaError, match="redirected"):
        fetched(server)
    assert len(server.calls) == 1


def test_a_huge_answer_is_cut_off(server: KeyServer) -> None:
    server.body = b'{"signing_key": "' + b"k" * 1_000_000 + b'"}'
    with pytest.raises(PsaError, match="too large"):
        fetched(server)


def test_a_slow_server_is_given_up(server: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_keys, "LIMITS", CallLimits(seconds=0.2, size=1024))
    server.held.clear()
    with pytest.raises(PsaError, match="didn't respond in time"):
        fetched(server)


def test_nobody_there_is_explained_with_what_to_do(server: KeyServer) -> None:
    with pytest.raises(PsaError) as raised:
        fetched(server, f"http://127.0.0.1:1{'/system/callbackkey/x'}")
    assert "can't be reached" in raised.value.problem
    assert "127.0.0.1" in raised.value.remedy
