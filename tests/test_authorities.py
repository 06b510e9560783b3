"""Trusted certificate authorities; an invalid setting stops the start with a message that names it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import guard
from portal.authorities import Authorities
from portal.certificates import Fault
from portal.errors import ConfigError
from portal.outbound import CallLimits, OutboundClient, OutboundError
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.authority import Authority

LIMITS = CallLimits(seconds=5)
NAMES = ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PORTAL_CA_FILE"]
FILES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PORTAL_CA_FILE"]


@pytest.fixture
def company(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    (tmp_path / "stranger").mkdir()
    return Authority(tmp_path / "stranger", "Stranger")


@pytest.fixture
def halo(company: Authority) -> Iterator[HaloSandbox]:
    """Serve https with a certificate of the company's own authority."""
    certfile, keyfile = company.certificate("localhost")
    settings = Settings(tenants=[TenantSettings(sizes={})], certfile=certfile, keyfile=keyfile)
    with running(HaloSandbox(settings)) as halo:
        yield halo


@pytest.fixture(autouse=True)
def _near_host_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"localhost"}))
    monkeypatch.setattr(guard, "_authorities", Authorities())


def fault(halo: HaloSandbox, **environ: str) -> Fault | None:
    """Call Halo with the authorities that this environment names; returns what is wrong with its certificate."""
    guard.bind(frozenset({"localhost"}), Authorities.from_env(environ))
    with OutboundClient() as client:
        try:
            client.get(halo.url.replace("127.0.0.1", "localhost") + "/api/authinfo", limits=LIMITS)
        except OutboundError as error:
            return error.certificate.fault if error.certificate else Fault.OTHER
    return None


def test_a_companys_own_authority_is_not_trusted_by_default(halo: HaloSandbox) -> None:
    assert fault(halo) == Fault.UNKNOWN_ISSUER


@pytest.mark.parametrize("name", FILES)
def test_an_authority_in_the_environment_is_trusted(name: str, halo: HaloSandbox, company: Authority) -> None:
    assert fault(halo, **{name: str(company.root)}) is None


def test_one_file_may_hold_several_authorities(
    halo: HaloSandbox, company: Authority, stranger: Authority, tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text(f"Ours:\n{stranger.root.read_text()}\nAnd this:\n{company.root.read_text()}")
    assert fault(halo, PORTAL_CA_FILE=str(both)) is None


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs `openssl rehash`")
@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_a_folder_of_authorities_is_accepted(
    name: str, halo: HaloSandbox, company: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    shutil.copy(company.root, folder)
    with pytest.raises(ConfigError, match=f"{name} has no certificate that OpenSSL finds; run `openssl rehash"):
        Authorities.from_env({name: str(folder)})
    subprocess.run(["openssl", "rehash", str(folder)], check=True)  # noqa: S607  # the system's own
    assert fault(halo, **{name: str(folder)}) is None
    (tmp_path / "empty").mkdir()
    assert fault(halo, SSL_CERT_DIR=f"{tmp_path / 'empty'}:{folder}") is None


def test_another_authority_does_not_help(halo: HaloSandbox, stranger: Authority) -> None:
    assert fault(halo, PORTAL_CA_FILE=str(stranger.root)) == Fault.UNKNOWN_ISSUER


def test_another_authority_of_the_same_name_does_not_help(halo: HaloSandbox, tmp_path: Path) -> None:
    (tmp_path / "renewed").mkdir()
    assert fault(halo, PORTAL_CA_FILE=str(Authority(tmp_path / "renewed").root)) == Fault.UNKNOWN_ISSUER


def test_the_portals_own_file_is_added_and_the_others_replace(company: Authority, stranger: Authority) -> None:
    def names(**environ: str) -> int:
        return len(Authorities.from_env(environ).context().get_ca_certs())

    public = names()
    assert public > 100
    assert names(PORTAL_CA_FILE=str(company.root)) == public + 1
    assert names(SSL_CERT_FILE=str(company.root)) == 1
    assert names(SSL_CERT_FILE=str(company.root), PORTAL_CA_FILE=str(stranger.root)) == 2
    assert names(SSL_CERT_FILE=str(company.root), REQUESTS_CA_BUNDLE=str(stranger.root)) == 2


def test_an_added_authority_changes_nothing_about_names_and_dates(company: Authority) -> None:
    certfile, keyfile = company.certificate("elsewhere.example")
    settings = Settings(tenants=[TenantSettings(sizes={})], certfile=certfile, keyfile=keyfile)
    with running(HaloSandbox(settings)) as halo:
        assert fault(halo, PORTAL_CA_FILE=str(company.root)) == Fault.OTHER_NAME


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "text", ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_a_certificate_is_refused_by_name(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(ConfigError, match=f"^{name} must be a PEM file with one or more certificates; .*ca.pem is"):
        Authorities.from_env({name: str(tmp_path / "ca.pem")})


def test_a_file_with_a_valid_and_a_broken_certificate_is_refused(company: Authority, tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text(company.root.read_text() + company.root.read_text().replace("M", "-", 1))
    with pytest.raises(ConfigError, match="must be a PEM file"):
        Authorities.from_env({"PORTAL_CA_FILE": str(broken)})


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} cannot be read: No such file or directory"):
        Authorities.from_env({name: "/nowhere/ca.pem"})


def test_the_portals_own_setting_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORTAL_CA_FILE must be a file, not a folder"):
        Authorities.from_env({"PORTAL_CA_FILE": str(tmp_path)})


def test_an_empty_setting_is_none() -> None:
    assert Authorities.from_env(dict.fromkeys(NAMES, "")) == Authorities()
