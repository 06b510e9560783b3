from __future__ import annotations

import datetime
import socket
import ssl
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.sandbox.control_client import SandboxControl
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running


def talk(url: str, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65_536), b""))


def test_a_connection_serves_many_requests(sandbox: HaloSandbox) -> None:
    request = b"GET /api/InstanceInfo HTTP/1.1\r\nHost: x\r\n\r\n"
    assert talk(sandbox.url, request * 3).count(b"HTTP/1.1 200 OK\r\n") == 3


def test_connection_close_closes(sandbox: HaloSandbox) -> None:
    request = b"GET /api/InstanceInfo HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert talk(sandbox.url, request * 3).count(b"HTTP/1.1 200 OK\r\n") == 1


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /auth/token HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /auth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /auth/token HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_request(sandbox: HaloSandbox, data: bytes) -> None:
    assert talk(sandbox.url, data).startswith(b"HTTP/1.1 400 ")


def test_it_stops_with_connections_open() -> None:
    with httpx.Client() as client, running(HaloSandbox(Settings(tenants=[TenantSettings(sizes={})]))) as sandbox:
        assert client.get(f"{sandbox.url}/api/authinfo").is_success


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """For localhost, signed by nobody, valid for ever."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
    )
    certfile, keyfile = tmp_path / "cert.pem", tmp_path / "key.pem"
    certfile.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    keyfile.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certfile, keyfile


def test_it_speaks_tls_with_any_certificate(certificate: tuple[Path, Path]) -> None:
    certfile, keyfile = (str(path) for path in certificate)
    settings = Settings(tenants=[TenantSettings(sizes={})], certfile=certfile, keyfile=keyfile)
    with running(HaloSandbox(settings)) as sandbox:
        assert SandboxControl(sandbox.url).about()["url"] == sandbox.url
        trusting = ssl.create_default_context(cafile=certfile)
        trusting.check_hostname = False
        with httpx.Client(verify=trusting, trust_env=False) as client:
            assert client.get(f"{sandbox.url}/api/authinfo").json()["auth_url"].startswith("https://")
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
            client.get(f"{sandbox.url}/api/authinfo")
