"""Certificates are always verified: a Halo with an invalid one never gets the secret, and the message says why."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import guard
from portal.authorities import Authorities
from portal.halo.diagnosis.connection_test import check
from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.authority import DAY, Authority
from tests.halo.conftest import credentials

HOST = "halo.example"
NAMES = {HOST: "127.0.0.1", "acme.example": "127.0.0.1"}
Make = Callable[[Authority], tuple[str, str]]
MANY = [f"{number}.example" for number in range(9)]

REFUSED: list[tuple[str, Make, str, str, str | None]] = [
    ("expired", lambda a: a.certificate(HOST, end=-DAY / 2), "has expired", "Renew it", None),
    ("not yet valid", lambda a: a.certificate(HOST, start=DAY / 2), "is not valid yet", "Check its start date", None),
    ("self-signed", lambda a: a.self_signed(HOST), "is self-signed", "one that browsers trust", None),
    ("other name", lambda a: a.certificate("acme.example"), "is for acme.example.", "Enter", "acme.example"),
    ("two names", lambda a: a.certificate("a.example", "b.example"), "for a.example, b.example.", "this name", None),
    ("a wildcard", lambda a: a.certificate("*.acme.example"), "is for *.acme.example.", "this name", None),
    ("many names", lambda a: a.certificate(*MANY), "1.example, 2.example and 6 more names.", "this name", None),
    ("other name, expired", lambda a: a.certificate("a.example", end=-DAY / 2), "is for another name.", "this", None),
]  # fmt: skip


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Return an authority that is trusted, in a world in which the names above lead here."""
    authority = Authority(tmp_path)

    lookup = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **named: Any) -> Any:
        return lookup(NAMES.get(host, host), *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(guard, "_authorities", Authorities(added=str(authority.root)))
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1", *NAMES}))
    return authority


@pytest.fixture
def serve() -> Iterator[Callable[[tuple[str, str]], HaloSandbox]]:
    with ExitStack() as stack:

        def start(files: tuple[str, str]) -> HaloSandbox:
            tenants = [TenantSettings(sizes={"clients": 1})]
            settings = Settings(tenants=tenants, certfile=files[0], keyfile=files[1])
            return stack.enter_context(running(HaloSandbox(settings)))

        yield start


def at(halo: HaloSandbox, host: str = HOST) -> dict[str, str]:
    address = halo.url.replace("127.0.0.1", host)
    return {"base_url": address, "auth_server": f"{address}/auth"}


@pytest.mark.parametrize(
    ("make", "problem", "remedy", "meant"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_wrong_certificate_is_refused_and_explained(
    make: Make, problem: str, remedy: str, meant: str | None, authority: Authority, serve: Callable[..., HaloSandbox]
) -> None:
    halo = serve(make(authority))
    found = check(credentials(halo, **at(halo)))
    assert (found.ok, found.field) == (False, "base_url")
    assert problem in found.problem
    assert remedy in found.remedy
    assert "must be reachable from the internet, with a valid SSL certificate" in found.remedy
    assert (found.fix.changes if found.fix else None) == ({"base_url": f"https://{meant}"} if meant else None)
    assert halo.counts()["total"] == 0


def test_a_certificate_for_the_name_is_accepted(authority: Authority, serve: Callable[..., HaloSandbox]) -> None:
    halo = serve(authority.certificate(HOST, end=timedelta(days=9)))
    assert check(credentials(halo, **at(halo))).ok


def test_an_unknown_authority_is_reported(tmp_path: Path, serve: Callable[..., HaloSandbox]) -> None:
    halo = serve(Authority(tmp_path).certificate("127.0.0.1"))
    found = check(credentials(halo))
    assert "is signed by an authority that this portal doesn't know" in found.problem
    assert "intermediate certificates" in found.remedy
    assert "ask the operator of this portal to name its authority in PORTAL_CA_FILE" in found.remedy


def test_an_unknown_authority_that_sends_its_root_along_is_not_called_self_signed(
    tmp_path: Path, serve: Callable[..., HaloSandbox]
) -> None:
    authority = Authority(tmp_path)
    certfile, keyfile = authority.certificate("127.0.0.1")
    Path(certfile).write_bytes(Path(certfile).read_bytes() + authority.root.read_bytes())
    found = check(credentials(serve((certfile, keyfile))))
    assert "is signed by an authority that this portal doesn't know" in found.problem


def test_a_port_without_tls_is_reported(halo: HaloSandbox) -> None:
    address = halo.url.replace("http:", "https:")
    found = check(credentials(halo, base_url=address, auth_server=f"{address}/auth"))
    assert (found.field, found.problem) == ("base_url", "127.0.0.1 doesn't use https on this port.")
    assert halo.counts()["total"] == 0
