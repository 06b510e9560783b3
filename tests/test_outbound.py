"""The outbound client has two verbs, follows no redirects, and limits the time and size of every answer."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import guard
from portal.outbound import USER_AGENT, CallLimits, OutboundClient, OutboundError, TransportFailure
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.servers import Listener, Talk, answering, dripping, listening, silent

PATIENT = CallLimits(seconds=5)
HASTY = CallLimits(seconds=0.2)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
JSON = HEAD + b"Connection: close\r\n\r\n{}"
Try = Callable[[Talk, CallLimits], TransportFailure]


@pytest.fixture(autouse=True)
def _near_host_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient() as client:
        yield client


@pytest.fixture
def why(client: OutboundClient) -> Try:
    """Return why a call to a server that talks like this fails."""

    def failure(talk: Talk, limits: CallLimits) -> TransportFailure:
        with listening(talk) as listener, pytest.raises(OutboundError) as failed:
            client.get(listener.url, limits=limits)
        return failed.value.failure

    return failure


def test_its_only_verbs_are_get_and_post_form() -> None:
    verbs = {
        name for name in dir(OutboundClient) if not name.startswith("_") and callable(getattr(OutboundClient, name))
    }
    assert verbs == {"get", "post_form", "close"}


def test_it_sends_a_user_agent_and_accepts_json(client: OutboundClient) -> None:
    with listening(answering(JSON)) as listener:
        answer = client.get(f"{listener.url}/api/Client", params={"page_no": "1"}, token="t0ken", limits=PATIENT)
    head = listener.asked.decode().lower()
    assert head.startswith("get /api/client?page_no=1 http/1.1\r\n")
    assert f"user-agent: {USER_AGENT.lower()}\r\n" in head
    assert "accept: application/json\r\n" in head
    assert "authorization: bearer t0ken\r\n" in head
    assert (answer.status, answer.body, answer.is_json) == (200, b"{}", True)


def test_a_call_without_a_token_carries_none(client: OutboundClient) -> None:
    with listening(answering(JSON)) as listener:
        client.get(listener.url, limits=PATIENT)
    assert b"authorization" not in listener.asked.lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_returned_and_not_followed(client: OutboundClient, status: int) -> None:
    with listening(answering(b"")) as elsewhere:
        moved = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url}\r\nConnection: close\r\n\r\n".encode()
        with listening(answering(moved)) as listener:
            assert client.get(listener.url, token="t0ken", limits=PATIENT).status == status
            assert client.post_form(listener.url, {"client_secret": "s"}, limits=PATIENT).status == status
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "talk",
    [
        silent,
        dripping(b"HTTP/1.1 200 "),
        dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        dripping(HEAD + b"\r\n"),
        dripping(HEAD + b"Content-Length: 100000\r\n\r\n"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n"),
    ],
    ids=["silence", "status", "headers", "endless body", "counted body", "chunk"],
)
def test_a_trickle_of_bytes_does_not_extend_the_deadline(why: Try, talk: Talk) -> None:
    began = time.monotonic()
    assert why(talk, HASTY) == TransportFailure.TIMED_OUT
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("head", [b"Content-Length: 5000000\r\n\r\n", b"\r\n"])
def test_a_body_that_is_too_large_is_aborted(why: Try, head: bytes) -> None:
    assert (
        why(answering(HEAD + head + b"x" * 5_000_000), CallLimits(seconds=5, size=1000)) == TransportFailure.TOO_LARGE
    )


def test_a_body_of_exactly_the_limit_arrives(client: OutboundClient) -> None:
    with listening(answering(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000)) as listener:
        assert len(client.get(listener.url, limits=CallLimits(seconds=5, size=1000)).body) == 1000


def test_the_size_limit_applies_to_the_decompressed_body(why: Try) -> None:
    packed = gzip.compress(b" " * 10_000_000)
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    assert why(answering(head + packed), CallLimits(seconds=5, size=1_000_000)) == TransportFailure.TOO_LARGE


@pytest.mark.parametrize("chunked", [True, False])
def test_no_more_than_the_limit_is_read_of_three_gigabytes(client: OutboundClient, *, chunked: bool) -> None:
    settings = Settings(tenants=[TenantSettings(sizes={"clients": 1})])
    with running(HaloSandbox(settings)) as halo:
        halo.fault("huge", on="instanceinfo", chunked=chunked)
        began = time.monotonic()
        with pytest.raises(OutboundError) as failed:
            client.get(f"{halo.url}/api/InstanceInfo", limits=CallLimits(seconds=20, size=1_000_000))
    assert failed.value.failure == TransportFailure.TOO_LARGE
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "ssh", "tls", "half", "chunk", "length", "gzip", "head"],
)
def test_invalid_or_truncated_http_is_broken(why: Try, data: bytes) -> None:
    assert why(answering(data), PATIENT) == TransportFailure.BROKEN


def test_a_closed_port_refuses(client: OutboundClient) -> None:
    with listening(silent) as listener:
        closed = listener.url
    with pytest.raises(OutboundError) as failed:
        client.get(closed, limits=PATIENT)
    assert (failed.value.failure, failed.value.host) == (TransportFailure.REFUSED, "127.0.0.1")


def test_calls_without_a_response_count_too(client: OutboundClient) -> None:
    with listening(answering(JSON)) as listener:
        client.get(listener.url, limits=PATIENT)
        client.post_form(listener.url, {}, limits=PATIENT)
    with pytest.raises(OutboundError):
        client.get(listener.url, limits=PATIENT)
    assert client.calls == 3


def test_an_error_names_the_host_but_nothing_else_of_the_call(client: OutboundClient) -> None:
    with listening(answering(b"")) as listener, pytest.raises(OutboundError) as failed:
        client.post_form(f"{listener.url}/auth/token?tenant=t", {"client_secret": "hush"}, limits=PATIENT)
    assert "127.0.0.1" in failed.value.problem
    assert "hush" not in str(failed.value) + repr(failed.value) + repr(failed.value.__cause__)


def test_a_call_without_an_answer_is_kept_once_with_its_repetitions(client: OutboundClient) -> None:
    with listening(silent) as listener:
        for _ in range(3):
            with pytest.raises(OutboundError):
                client.get(f"{listener.url}/api/Client", params={"page_no": "2"}, token="hush", limits=HASTY)
    (call,) = client.unanswered.take()
    assert (call.method, call.path, call.retries) == ("GET", "/api/Client?page_no=2", 2)
    assert call.error.failure == TransportFailure.TIMED_OUT
    assert HASTY.seconds <= call.seconds < 2
    assert client.unanswered.take() == ()


def test_a_call_that_is_answered_in_the_end_is_not_kept(client: OutboundClient) -> None:
    def late(listener: Listener, peer: socket.socket) -> None:
        peer.sendall(b"" if listener.connections == 1 else b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n")

    with listening(late) as listener:
        with pytest.raises(OutboundError):
            client.get(listener.url, limits=PATIENT)
        assert client.get(listener.url, limits=PATIENT).status == 503
    assert client.unanswered.take() == ()


def test_each_thread_has_its_own_calls_without_an_answer(client: OutboundClient) -> None:
    def call() -> int:
        with pytest.raises(OutboundError):
            client.get("http://127.0.0.1:1", limits=HASTY)
        return len(client.unanswered.take())

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(call).result() == 1
    assert client.unanswered.take() == ()
