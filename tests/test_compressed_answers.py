"""Compressed responses: only gzip is accepted, and no response takes more memory than its limit allows."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import stamina

from portal import guard, gzipped
from portal.errors import PsaError
from portal.halo.client import PROFILE_LIMITS, HaloClient
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import connection_test
from portal.outbound import CallLimits, OutboundClient, OutboundError, TransportFailure
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.servers import answering, listening

MEGABYTE = 1024 * 1024
LIMITS = CallLimits(seconds=10, size=256 * 1024)
BLANKS = bytes(100 * MEGABYTE)
ENCODINGS = ["gzip_twice", "brotli", "deflate"]
# A packed body, and how its encoding is written.
BOMBS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "gzip": lambda: (gzip.compress(BLANKS), "gzip"),
    "gzip twice": lambda: (gzip.compress(gzip.compress(BLANKS)), "gzip, gzip"),
    "gzip three times": lambda: (gzip.compress(gzip.compress(gzip.compress(BLANKS))), "gzip, gzip, gzip"),
    "in two headers": lambda: (gzip.compress(gzip.compress(BLANKS)), "gzip\r\nContent-Encoding: gzip"),
    "brotli": lambda: (brotli.compress(BLANKS, quality=1), "br"),
    "deflate": lambda: (zlib.compress(BLANKS), "deflate"),
}


@pytest.fixture(autouse=True)
def _near_host_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient() as client:
        yield client


@pytest.fixture
def halo() -> Iterator[HaloSandbox]:
    settings = Settings(tenants=[TenantSettings(sizes={"clients": 30})])
    with running(HaloSandbox(settings)) as halo, stamina.set_testing(True, attempts=2, cap=True):
        yield halo


def credentials(halo: HaloSandbox) -> Credentials:
    right = halo.credentials()
    return Credentials(halo.url, f"{halo.url}/auth", "", right.client_id, right.client_secret)


def answer(body: bytes, encoding: str) -> bytes:
    headers = f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + body


def body_of(client: OutboundClient, body: bytes, encoding: str, limits: CallLimits = LIMITS) -> bytes:
    with listening(answering(answer(body, encoding))) as listener:
        return client.get(listener.url, limits=limits).body


def failure_of(client: OutboundClient, body: bytes, encoding: str, limits: CallLimits = LIMITS) -> TransportFailure:
    with pytest.raises(OutboundError) as failed:
        body_of(client, body, encoding, limits)
    return failed.value.failure


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_response_cannot_exhaust_memory(name: str, client: OutboundClient) -> None:
    body, encoding = BOMBS[name]()
    assert len(body) < MEGABYTE
    tracemalloc.start()
    try:
        failure = failure_of(client, body, encoding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failure == (TransportFailure.TOO_LARGE if name == "gzip" else TransportFailure.ENCODING)
    assert peak < len(body) + MEGABYTE


def test_a_large_response_takes_little_more_memory_than_its_limit(client: OutboundClient) -> None:
    limits = CallLimits(seconds=20, size=20 * MEGABYTE)
    packed = gzip.compress(bytes(limits.size))
    tracemalloc.start()
    try:
        body = body_of(client, packed, "gzip", limits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(body) == limits.size
    assert peak < limits.size * 1.2 + MEGABYTE  # the buffer grows by an eighth at a time


def test_only_gzip_is_requested(client: OutboundClient) -> None:
    with listening(answering(answer(b"", "gzip"))) as listener:
        client.get(listener.url, limits=LIMITS)
        read = listener.asked.lower()
        client.post_form(listener.url, {}, limits=LIMITS)
    assert b"accept-encoding: gzip\r\n" in read
    assert b"accept-encoding: gzip\r\n" in listener.asked.lower()


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_decompressed(encoding: str, client: OutboundClient) -> None:
    assert body_of(client, gzip.compress(b'{"a":1}'), encoding) == b'{"a":1}'


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_an_uncompressed_response_arrives_unchanged(encoding: str, client: OutboundClient) -> None:
    assert body_of(client, b"{}", encoding) == b"{}"


def test_several_gzip_members_are_one_response(client: OutboundClient) -> None:
    assert body_of(client, gzip.compress(b"[1,") + gzip.compress(b"") + gzip.compress(b"2]"), "gzip") == b"[1,2]"


def test_an_empty_response_labelled_gzip_is_empty(client: OutboundClient) -> None:
    assert body_of(client, b"", "gzip") == b""


def test_a_compressed_response_of_exactly_the_limit_arrives(client: OutboundClient) -> None:
    incompressible = bytes(range(256)) * (LIMITS.size // 256)
    assert body_of(client, gzip.compress(incompressible, compresslevel=0), "gzip") == incompressible


@pytest.mark.parametrize("end", [1, 9, -9, -1])
def test_truncated_gzip_is_a_broken_response(end: int, client: OutboundClient) -> None:
    assert failure_of(client, gzip.compress(b"x" * 1000)[:end], "gzip") == TransportFailure.BROKEN


@pytest.mark.parametrize(
    "body",
    [b"{}", zlib.compress(b"{}"), gzip.compress(b"{}") + b"more", gzip.compress(b"{}")[:-8] + bytes(8)],
    ids=["plain", "deflate", "more behind it", "wrong checksum"],
)
def test_a_response_wrongly_labelled_gzip_is_broken(body: bytes, client: OutboundClient) -> None:
    assert failure_of(client, body, "gzip") == TransportFailure.BROKEN


@pytest.mark.parametrize(
    "encoding", ["br", "deflate", "zstd", "compress", "gzip, br", "br, gzip", "identity, gzip", "x"]
)
def test_every_other_encoding_is_refused_unread(encoding: str, client: OutboundClient) -> None:
    assert failure_of(client, b"{}", encoding) == TransportFailure.ENCODING


def test_endless_empty_gzip_members_are_refused(client: OutboundClient) -> None:
    assert failure_of(client, gzip.compress(b"") * 20_000, "gzip") == TransportFailure.TOO_LARGE


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 200_000])
def test_decompressing_in_pieces_loses_nothing(size: int) -> None:
    body = bytes(size)
    packed = gzip.compress(body)
    for step in (1, 7, len(packed)):
        pieces = [packed[start : start + step] for start in range(0, len(packed), step)]
        unpacked = list(gzipped.unpacked(pieces))
        assert b"".join(unpacked) == body
        assert max(map(len, unpacked)) <= gzipped.PIECE_BYTES


@pytest.mark.parametrize(("place", "field"), [("token", "auth_server"), ("agent", "base_url")])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_connection_test_says_that_the_compression_is_wrong(
    place: str, field: str, encoding: str, halo: HaloSandbox
) -> None:
    halo.fault(encoding, on=place, times=None)
    found = connection_test.check(credentials(halo))
    assert (found.ok, found.field) == (False, field)
    assert found.problem == "127.0.0.1 compressed its response in a way that the portal doesn't accept."
    assert "proxy or firewall" in found.remedy


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_connection_test_says_which_list_has_the_wrong_compression(encoding: str, halo: HaloSandbox) -> None:
    halo.fault(encoding, on="clients", times=None)
    assert "compressed" in connection_test.check(credentials(halo)).lists["clients"].problem


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_discovery_is_optional(encoding: str, halo: HaloSandbox) -> None:
    halo.fault(encoding, on="authinfo", times=None)
    assert connection_test.check(credentials(halo)).ok


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_sync_reports_an_unsupported_compression(encoding: str, halo: HaloSandbox) -> None:
    halo.fault(encoding, on="clients", times=None)
    with HaloClient(credentials(halo)) as client, pytest.raises(PsaError, match="compressed") as failed:
        client.page("clients", 1)
    assert "proxy or firewall" in failed.value.remedy


@pytest.mark.parametrize("place", ["authinfo", "token", "agent", "clients"])
def test_a_halo_that_compresses_its_responses_works_everywhere(place: str, halo: HaloSandbox) -> None:
    halo.fault("gzip", on=place, times=None)
    assert connection_test.check(credentials(halo)).ok
    with HaloClient(credentials(halo)) as client:
        assert len(client.page("clients", 1).rows) == 30


@pytest.mark.parametrize("place", ["token", "agent", "clients", "/api/client/1"])
@pytest.mark.parametrize("encoding", ["gzip", "gzip_twice"])
def test_a_decompression_bomb_fails_every_kind_of_call(encoding: str, place: str, halo: HaloSandbox) -> None:
    halo.fault(encoding, on=place, times=None, size=80 * MEGABYTE)
    with pytest.raises(PsaError, match=r"too large|compressed"):
        _read_everything(halo)


def _read_everything(halo: HaloSandbox) -> None:
    with HaloClient(credentials(halo)) as client:
        client.lookup("Agent/me", PROFILE_LIMITS)
        client.page("clients", 1)
        client.record("clients", 1)
