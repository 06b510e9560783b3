"""Libraries that call `requests` on their own get nowhere but where the portal itself may go."""

from __future__ import annotations

import socket
import tracemalloc
from typing import Any

import pytest
import requests

from portal import allowed_hosts, foreign_calls, guard, guarded_requests
from portal.outbound import TransportFailure
from tests.servers import answering, listening
from tests.test_compressed_answers import BOMBS, MEGABYTE

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard the sessions of one test, with no host allowed."""
    monkeypatch.setattr(guard, "_allowed", frozenset())
    monkeypatch.setattr("requests.sessions.HTTPAdapter", guarded_requests.GuardedAdapter)


def allow(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    monkeypatch.setattr(guard, "_allowed", allowed_hosts.parsed(",".join(hosts)))


def failure(url: str, **options: Any) -> TransportFailure | None:
    with foreign_calls.noticed() as outcome, pytest.raises(requests.ConnectionError) as caught:
        requests.post(url, timeout=60, **options)
    assert "secret" not in str(caught.value)
    return outcome.failure


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "2130706433", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]", "localhost"]
)
def test_private_addresses_are_refused(host: str) -> None:
    assert failure(f"https://{host}/secret") == TransportFailure.PRIVATE_ADDRESS


def test_a_public_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as server:
        answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
        assert failure(f"https://hooks.acme.example:{server.port}/secret") == TransportFailure.PRIVATE_ADDRESS
        assert server.connections == 0


def test_plain_http_is_refused_where_it_is_not_allowed() -> None:
    assert failure("http://hooks.acme.example/secret") == TransportFailure.NOT_HTTPS


def test_an_allowed_host_may_be_private_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        with foreign_calls.noticed() as outcome:
            assert requests.post(server.url, timeout=5).text == "ok"
    assert outcome.http_status == 200


def test_a_redirect_is_returned_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as inner:
        head = f"HTTP/1.1 307 Moved\r\nLocation: {inner.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        with listening(answering(head)) as server:
            allow(monkeypatch, "127.0.0.1")
            answer = requests.post(server.url, timeout=5, allow_redirects=True)
        assert (answer.status_code, inner.connections) == (307, 0)


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    length = guarded_requests.LARGEST_ANSWER + 1
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
    with listening(answering(head + b"x" * length)) as server:
        allow(monkeypatch, "127.0.0.1")
        assert failure(server.url) == TransportFailure.TOO_LARGE


@pytest.mark.parametrize("kind", BOMBS)
def test_a_decompression_bomb_takes_no_memory(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body, encoding = BOMBS[kind]()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with listening(answering(head + body)) as server:
        allow(monkeypatch, "127.0.0.1")
        tracemalloc.start()
        try:
            failed = failure(server.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert failed == (TransportFailure.TOO_LARGE if encoding == "gzip" else TransportFailure.ENCODING)
    assert peak < 4 * MEGABYTE


def test_only_gzip_is_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as server:
        allow(monkeypatch, "127.0.0.1")
        answer = requests.post(server.url, headers={"Accept-Encoding": "br, zstd"}, timeout=5)
    assert answer.request.headers["Accept-Encoding"] == "gzip"


def test_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as proxy, listening(answering(OK)) as server:
        allow(monkeypatch, "127.0.0.1")
        monkeypatch.setenv("http_proxy", proxy.url)
        requests.post(server.url, timeout=5, proxies={"http": proxy.url})
        assert (proxy.connections, server.connections) == (0, 1)


def test_a_server_without_tls_is_refused_although_its_caller_checks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(OK)) as server:
        allow(monkeypatch, "127.0.0.1")
        address = server.url.replace("http:", "https:")
        assert failure(address, verify=False) == TransportFailure.TLS
