"""Certificates are always checked: a Halo with one of its own making gets no secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.errors import PsaError, PsaUnavailable
from portal.halo.connection import check
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.conftest import credentials


def certificate(folder: Path) -> tuple[str, str]:
    """Make a certificate for 127.0.0.1 that nobody else vouches for; returns its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certfile, keyfile = folder / "cert.pem", folder / "key.pem"
    certfile.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    keyfile.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certfile), str(keyfile)


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[HaloSandbox]:
    certfile, keyfile = certificate(tmp_path)
    tenants = [TenantSettings(sizes={"clients": 1})]
    with running(HaloSandbox(Settings(tenants=tenants, certfile=certfile, keyfile=keyfile))) as sandbox:
        yield sandbox


def test_a_certificate_that_nobody_vouches_for_is_refused(self_signed: HaloSandbox) -> None:
    with pytest.raises(PsaError) as refused:
        check(credentials(self_signed))
    assert (refused.value.field, refused.value.retryable) == ("auth_server", False)
    assert "no valid SSL certificate" in refused.value.problem
    assert "public authority" in refused.value.remedy
    assert self_signed.counts()["total"] == 0


def test_tls_to_a_plain_http_port_is_no_certificate_either(halo: HaloSandbox) -> None:
    with pytest.raises(PsaError) as refused:
        check(credentials(halo, auth_server=halo.url.replace("http:", "https:")))
    assert not isinstance(refused.value, PsaUnavailable)
    assert halo.counts()["total"] == 0
