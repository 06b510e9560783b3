"""Whatever the parameters of an address or a form hold, the answer is a page or the sender's mistake, never a 500."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import RunState
from tests.conftest import PASSWORD
from tests.postgres import database
from tests.routes.conftest import make_run
from tests.routes.test_every_route import TABLE

__all__ = ["database"]  # each test runs on SQLite and on PostgreSQL

ABSURD: Final = {
    "400 digits": b"9" * 400,
    "a negative number of 400 digits": b"-" + b"9" * 400,
    "5,000 digits": b"9" * 5000,
    "one more than a column holds": str(2**63).encode(),
    "other digits": "\N{SUPERSCRIPT TWO}\N{ARABIC-INDIC DIGIT THREE}".encode(),
    "NUL": b"\0",
    "NUL inside": b"a\0b",
    "a lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "a lone surrogate inside": "a\udfffb".encode("utf-8", "surrogatepass"),
    "no UTF-8": b"\xff\xfe",
    "10,000 characters": b"x" * 10_000,
    "10,000 words": b"x " * 5_000,
    "a date without a year": b"0000-00-00T99:99",
    "the last day": b"9999-12-31T23:59",
    "the first day": b"0001-01-01T00:00",
    "no number": b"NaN",
    "patterns": b"%_*\"'()\\^~AND OR NOT NEAR",
    "a list": b"[]{},,;",
    "brackets of an address": b"https://[::1",
}

# Each of these costs a request for every parameter of the portal, so the sweeps are content with one of each kind.
SWEEP: Final = (
    *("400 digits", "one more than a column holds", "NUL inside", "a lone surrogate inside", "the last day"),
    "brackets of an address",
)
_ARGUMENT: Final = re.compile(r"<[^>]+>")
# Forms after which Alice is logged in no longer, or the integration is gone.
LEAVING: Final = ("security.logout", "configuration.disconnect.disconnect")

# What people can reach who are not logged in.
STRANGERS: Final = (
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/tf-validate"),
    ("POST", "/tf-rescue"),
    ("POST", "/mf-recovery"),
    ("GET", "/support-access/guessed"),
    ("POST", "/support-access/guessed"),
    ("POST", "/webhooks/halo/guessed"),
    ("GET", "/integrations"),
)
_READ: Final[set[str]] = set()


class Noting(ImmutableMultiDict[str, str]):
    """Notes which names a view asks for, whether they are there or not."""

    def __contains__(self, key: object) -> bool:
        _READ.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        _READ.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *args: Any, **options: Any) -> Any:
        _READ.add(key)
        return super().get(key, *args, **options)

    def getlist(self, key: str, *args: Any, **options: Any) -> Any:
        _READ.add(key)
        return super().getlist(key, *args, **options)


@pytest.fixture
def noting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer a failure with a 500, as in production, and note what views read."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Noting)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)


@pytest.fixture
def connected(halo: Integration) -> Integration:
    make_run(halo, RunState.SUCCEEDED)
    return halo


@pytest.mark.parametrize("kind", SWEEP)
def test_no_parameter_of_an_address_breaks_a_page(
    noting: None, as_alice: FlaskClient, connected: Integration, kind: str
) -> None:
    broken = []
    for (_, method), (address, *_) in TABLE.items():
        if method == "GET":
            path = address.partition("?")[0]
            broken += [
                f"{path}?{name}"
                for name in _read(as_alice, "GET", path)
                if _status(as_alice, "GET", f"{path}?{urlencode({name: ABSURD[kind]})}") >= 500
            ]
    assert not broken


@pytest.mark.parametrize("kind", SWEEP)
def test_no_field_of_a_form_breaks_a_page(
    noting: None, as_alice: FlaskClient, connected: Integration, kind: str
) -> None:
    broken = []
    for (endpoint, method), (address, *_) in TABLE.items():
        if method == "POST" and endpoint not in LEAVING:
            broken += [
                f"{address} {name}"
                for name in _read(as_alice, "POST", address)
                if _status(as_alice, "POST", address, urlencode({name: ABSURD[kind]})) >= 500
            ]
    assert not broken


@pytest.mark.parametrize("kind", SWEEP)
def test_a_stranger_breaks_no_page(noting: None, client: FlaskClient, halo: Integration, kind: str) -> None:
    broken = []
    for method, path in STRANGERS:
        names = sorted({*_read(client, method, path), "next"})
        for name in names:
            absurd = urlencode({name: ABSURD[kind]})
            broken += [
                f"{method} {path} {name}"
                for where in ((f"{path}?{absurd}", None), (path, absurd if method == "POST" else None))
                if _status(client, method, *where) >= 500
            ]
    assert not broken


@pytest.mark.parametrize("kind", ABSURD)
def test_where_to_go_next_breaks_no_log_in(noting: None, client: FlaskClient, alice: User, kind: str) -> None:
    form = urlencode({"email": alice.email, "password": PASSWORD})
    assert _status(client, "POST", f"/login?{urlencode({'next': ABSURD[kind]})}", form) < 500


@pytest.mark.parametrize("kind", ABSURD)
def test_no_part_of_a_path_breaks_a_page(
    noting: None, app: Flask, as_alice: FlaskClient, connected: Integration, kind: str
) -> None:
    absurd = quote(ABSURD[kind])
    paths = {
        (method, _ARGUMENT.sub(absurd, rule.rule.replace("<psa:psa>", "halo")))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.arguments - {"psa"}
    }
    assert not [each for each in paths if _status(as_alice, *each) >= 500]


def _read(client: FlaskClient, method: str, path: str) -> list[str]:
    """Ask once, and return the names of parameters that the view has asked for."""
    _READ.clear()
    _status(client, method, path)
    return sorted(_READ - {"csrf_token"})


def _status(client: FlaskClient, method: str, path: str, form: str | None = None) -> int:
    content_type = "application/x-www-form-urlencoded" if form is not None else None
    response = client.open(path, method=method, data=form, content_type=content_type)
    response.close()
    return response.status_code
