"""From a name to a connection: every address is tried, and none can use up all the time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal import dialling, guard
from portal.dialling import Address
from portal.outbound import CallLimits, OutboundClient, OutboundError, TransportFailure
from tests.servers import Listener, answering, listening

PATIENT = CallLimits(seconds=5)
HASTY = CallLimits(seconds=0.3)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
IPV4, IPV6 = "127.0.0.1", "::1"


@pytest.fixture(autouse=True)
def _name_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"halo.example"}))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening(answering(OK)) as listener:
        yield listener


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient() as client:
        yield client


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Open a port on 127.0.0.2 that lets callers wait: its queue is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.2", 0))
        server.listen(0)
        for _ in range(8):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def leading_to(*addresses: str) -> Any:
    def getaddrinfo(_: str, port: int, *__: Any, **___: Any) -> Any:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return getaddrinfo


def read(client: OutboundClient, port: int, limits: CallLimits = PATIENT) -> bytes:
    return client.get(f"http://halo.example:{port}/", limits=limits).body


@pytest.mark.parametrize(
    "addresses", [(IPV6, IPV4), (IPV4, IPV6), ("127.0.0.3", IPV4), (IPV6, "127.0.0.3", "127.0.0.4", IPV4)]
)
def test_one_address_that_answers_is_enough(
    addresses: tuple[str, ...], listener: Listener, client: OutboundClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to(*addresses))
    assert read(client, listener.port) == b"ok"


def test_an_ipv6_address_alone_is_enough(client: OutboundClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to(IPV4, IPV6))
    with listening(answering(OK), IPV6) as listener:
        assert read(client, listener.port) == b"ok"


def test_a_silent_address_delays_the_call_only_briefly(
    silent_port: int, client: OutboundClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.2", IPV4))
    with listening(answering(OK), IPV4, silent_port):
        began = time.monotonic()
        assert read(client, silent_port, CallLimits(seconds=20)) == b"ok"
    assert time.monotonic() - began < 2


def test_if_all_addresses_refuse_the_call_is_refused(client: OutboundClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.3", "127.0.0.4"))
    with pytest.raises(OutboundError) as stopped:
        read(client, 9)
    assert stopped.value.failure == TransportFailure.REFUSED


def test_silent_addresses_time_out_with_the_call(
    silent_port: int, client: OutboundClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.3", "127.0.0.2"))
    began = time.monotonic()
    with pytest.raises(OutboundError) as stopped:
        read(client, silent_port, HASTY)
    assert stopped.value.failure == TransportFailure.TIMED_OUT
    assert time.monotonic() - began < 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files through /proc")
def test_late_connections_are_closed(silent_port: int) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # a count, not paths
    addresses = [Address(socket.AF_INET, (host, silent_port)) for host in ("127.0.0.2", "127.0.0.3", IPV4)]
    with listening(answering(OK), IPV4, silent_port):
        dialling.dial(addresses, 5).close()
    with pytest.raises(OSError, match="no address answered"):
        dialling.dial(addresses[:1], 0.1)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_only_a_few_of_very_many_addresses_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Address] = []

    def begun(address: Address) -> socket.socket:
        noted.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(dialling, "_start_connecting", begun)
    with pytest.raises(ConnectionRefusedError):
        dialling.dial([Address(socket.AF_INET, (f"192.0.2.{each}", 443)) for each in range(200)], 5)
    assert len(noted) == dialling.MOST_ADDRESSES


def test_address_families_alternate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("::1", "::2", "::2", "::3", "10.0.0.1", "10.0.0.2"))
    found = dialling.look_up("halo.example", 443, 1)
    assert [address.ip for address in found] == ["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"]


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let every look-up hang until the test has ended; counts those under way."""
    done = threading.Event()
    asked: list[int] = []

    def getaddrinfo(_: str, port: int, *__: Any, **___: Any) -> Any:
        asked.append(port)
        done.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(dialling, "_lookups", threading.BoundedSemaphore(4))
    yield asked
    done.set()
    for thread in threading.enumerate():
        if thread.name == "name look-up":
            thread.join(5)


def test_a_hanging_name_look_up_times_out_with_the_call(hanging: list[int], client: OutboundClient) -> None:
    began = time.monotonic()
    with pytest.raises(OutboundError) as stopped:
        read(client, 443, HASTY)
    assert stopped.value.failure == TransportFailure.TIMED_OUT
    assert time.monotonic() - began < 2


def test_hanging_look_ups_use_a_limited_number_of_threads(hanging: list[int], client: OutboundClient) -> None:
    for _ in range(6):
        with pytest.raises(OutboundError) as stopped:
            read(client, 443, CallLimits(seconds=0.05))
        assert stopped.value.failure == TransportFailure.TIMED_OUT
    assert len(hanging) == 4
