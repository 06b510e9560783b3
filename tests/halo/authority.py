"""A certificate authority for test servers whose certificates are valid, or invalid in one respect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """Its own certificate is in `root`, for those who are to trust it."""

    def __init__(self, folder: Path, name: str = "Authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = folder / "root.pem"
        self.root.write_bytes(_pem(self._signed(self._builder(self._name, self._key, -DAY, DAY, ca=True))))

    def certificate(self, *names: str, start: timedelta = -DAY, end: timedelta = DAY) -> tuple[str, str]:
        """Make a certificate for these names; returns its file and its key's."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        builder = self._builder(subject, key, start, end, ca=False)
        hosts = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        return self._stored(self._signed(builder.add_extension(hosts, critical=False)), key)

    def self_signed(self, name: str) -> tuple[str, str]:
        stranger = Authority.__new__(Authority)
        stranger._folder, stranger._key = self._folder, ec.generate_private_key(ec.SECP256R1())
        stranger._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = stranger._builder(stranger._name, stranger._key, -DAY, DAY, ca=False)
        return stranger._stored(stranger._signed(builder), stranger._key)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: timedelta, end: timedelta, *, ca: bool
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + start)
            .not_valid_after(now + end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )

    def _signed(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        return builder.sign(self._key, hashes.SHA256())

    def _stored(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> tuple[str, str]:
        certfile, keyfile = self._folder / "cert.pem", self._folder / "key.pem"
        certfile.write_bytes(_pem(certificate))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        keyfile.write_bytes(private)
        return str(certfile), str(keyfile)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
