"""Private addresses are refused in every notation before anything is dialled."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal import allowed_hosts, dialling, guard
from portal.dialling import Address
from portal.outbound import CallLimits, OutboundClient, OutboundError, TransportFailure
from tests.servers import Listener, answering, listening

LIMITS = CallLimits(seconds=2)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PUBLIC = "93.184.215.14"
NAMES = {"localhost": "127.0.0.1", "localhost.": "127.0.0.1", "metadata.google.internal": "169.254.169.254"}
PRIVATE = """
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0x0.0x0.0x1 0177.0.0.1 017700000001 0 0.0.0.0
    127.255.255.254 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 198.18.0.1 224.0.0.1
    192.0.0.192 192.88.99.1 168.63.129.16 [3fff::1] [2620:4f:8000::1] [5f00::1]
    255.255.255.255 [::1] [::] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0:127.0.0.1]
    [64:ff9b::127.0.0.1] [64:ff9b:1::127.0.0.1] [2002:7f00:1::] [2001:0:7f00:1::] [2001:db8::1] [fc00::1]
    [fd00:ec2::254] [fe80::1] [fe80::1%25lo] [::1%25lo] [fec0::1] [ff02::1] localhost LOCALHOST localhost.
    127.0.0.1. user@127.0.0.1 halo.example@127.0.0.1 halo.example%40@127.0.0.1 127。0。0。1 127．0．0．1 １２７.0.0.1
    ①②⑦.⓪.⓪.① ⓛocalhost metadata.google.internal 127.0.0.1%00.halopsa.com 127.0.0.1\\@halopsa.com
""".split()  # noqa: SIM905  # as a list they would fill fifty lines


@pytest.fixture(autouse=True)
def _closed_and_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with no open host, and with names that are looked up here and not in the internet."""
    monkeypatch.setattr(guard, "_allowed", frozenset())
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **named: Any) -> Any:
        named["flags"] = socket.AI_NUMERICHOST
        return lookup(NAMES.get(str(host).lower(), host), port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening(answering(OK)) as listener:
        yield listener


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient() as client:
        yield client


def resolving(*answers: str) -> Callable[..., Any]:
    """Make a resolver that gives these addresses for whatever name it is asked."""

    def getaddrinfo(_: str, port: int, *__: Any, **___: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port)) for answer in answers]

    return getaddrinfo


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch, listener: Listener) -> list[str]:
    """Note every address that is dialled, and lead all of them to the listener."""
    noted: list[str] = []
    begun = dialling._start_connecting

    def redirected(address: Address) -> socket.socket:
        noted.append(address.ip)
        return begun(Address(socket.AF_INET, ("127.0.0.1", listener.port)))

    monkeypatch.setattr(dialling, "_start_connecting", redirected)
    return noted


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_however_it_is_written(
    host: str, listener: Listener, client: OutboundClient
) -> None:
    with pytest.raises(OutboundError) as refused:
        client.get(f"https://{host}:{listener.port}/", limits=LIMITS)
    assert refused.value.failure in {TransportFailure.PRIVATE_ADDRESS, TransportFailure.HOST_NOT_FOUND}
    assert listener.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_plain_http_is_refused_before_a_name_is_looked_up(
    host: str, listener: Listener, client: OutboundClient
) -> None:
    with pytest.raises(OutboundError) as refused:
        client.get(f"http://{host}:{listener.port}/", limits=LIMITS)
    assert (refused.value.failure, listener.connections) == (TransportFailure.NOT_HTTPS, 0)


@pytest.mark.parametrize("address", ["ftp://halo.example/", "file:///etc/passwd", "//halo.example", "", "gopher:x"])
def test_other_schemes_are_refused(address: str, client: OutboundClient) -> None:
    with pytest.raises(OutboundError) as refused:
        client.get(address, limits=LIMITS)
    assert refused.value.failure == TransportFailure.NOT_HTTPS


def test_the_operator_may_allow_a_single_private_host(listener: Listener, client: OutboundClient) -> None:
    guard.bind(frozenset({"127.0.0.1"}))
    assert client.get(listener.url, limits=LIMITS).body == b"ok"
    with pytest.raises(OutboundError):
        client.get(f"http://127.0.0.2:{listener.port}", limits=LIMITS)


def test_the_operator_may_allow_a_single_port(listener: Listener, client: OutboundClient) -> None:
    guard.bind(frozenset({f"127.0.0.1:{listener.port}"}))
    assert client.get(listener.url, limits=LIMITS).body == b"ok"
    with pytest.raises(OutboundError) as refused:
        client.get("http://127.0.0.1:9", limits=LIMITS)
    assert refused.value.failure == TransportFailure.NOT_HTTPS


@pytest.mark.parametrize("entry", ["[::1]", "[::1]:{port}", "::1", "[0:0::1]:{port}", "[0000:0000::0001]"])
def test_the_operator_may_allow_an_ipv6_address(entry: str, client: OutboundClient) -> None:
    with listening(answering(OK), "::1") as listener:
        guard.bind(allowed_hosts.parsed(entry.format(port=listener.port)))
        assert client.get(listener.url, limits=LIMITS).body == b"ok"
        assert client.get(f"http://[0::1]:{listener.port}", limits=LIMITS).body == b"ok"


@pytest.mark.parametrize("entry", ["[::1]:9", "[::2]", "[fd00::5]", "[::ffff:127.0.0.1]"])
def test_allowing_an_ipv6_address_allows_no_other(entry: str, client: OutboundClient) -> None:
    with listening(answering(OK), "::1") as listener:
        guard.bind(allowed_hosts.parsed(entry))
        with pytest.raises(OutboundError) as refused:
            client.get(f"https://[::1]:{listener.port}", limits=LIMITS)
    assert (refused.value.failure, listener.connections) == (TransportFailure.PRIVATE_ADDRESS, 0)


def test_allowing_a_host_does_not_allow_lookalikes(listener: Listener, client: OutboundClient) -> None:
    guard.bind(frozenset({"127.0.0.1"}))
    for host in ("2130706433", "127.0.0.1.nip.io", "localhost", "[::ffff:127.0.0.1]", "127.1"):
        with pytest.raises(OutboundError):
            client.get(f"https://{host}:{listener.port}/", limits=LIMITS)
    assert listener.connections == 0


@pytest.mark.parametrize(
    "answers", [("127.0.0.1",), (PUBLIC, "10.0.0.1"), ("10.0.0.1", PUBLIC), (PUBLIC, "::1"), ("fe80::1%eth0", PUBLIC)]
)
def test_a_name_with_one_private_answer_is_refused(
    answers: tuple[str, ...], client: OutboundClient, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(*answers))
    with pytest.raises(OutboundError) as refused:
        client.get("https://halo.example/", limits=LIMITS)
    assert (refused.value.failure, dialled) == (TransportFailure.PRIVATE_ADDRESS, [])


def test_dns_rebinding_is_harmless_because_the_checked_address_is_dialled(
    client: OutboundClient, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([resolving(PUBLIC), resolving("127.0.0.1")])
    looked_up: list[str] = []
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **named: Any) -> Any:
        if host != "halo.example":
            return lookup(host, *rest, **named)
        looked_up.append(host)
        return next(answers)(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(OutboundError) as broken:  # the listener speaks no TLS
        client.get("https://halo.example/", limits=LIMITS)
    assert (dialled, len(looked_up)) == ([PUBLIC], 1)
    assert broken.value.failure != TransportFailure.PRIVATE_ADDRESS


@pytest.mark.parametrize("host", ["acme..halopsa.com", ".halopsa.com", f"{'a' * 64}.halopsa.com", "acme.invalid"])
def test_an_impossible_name_is_not_found(host: str, client: OutboundClient) -> None:
    with pytest.raises(OutboundError) as refused:
        client.get(f"https://{host}/", limits=LIMITS)
    assert refused.value.failure == TransportFailure.HOST_NOT_FOUND
