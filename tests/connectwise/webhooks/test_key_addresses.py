"""Which addresses a signing key may be fetched from: only ConnectWise's own, of this company."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal import guard
from portal.connectwise.webhooks.key_addresses import address_of, is_own_host
from tests.connectwise.webhooks.callbacks import callback

CLOUD = {"site": "https://na.myconnectwise.net", "company_id": "Cobalt"}
OWN = {"site": "https://cw.example.com", "company_id": "Cobalt"}
OWN_PORT = {"site": "https://cw.example.com:8443", "company_id": "Cobalt"}
LOCAL = {"site": "http://127.0.0.1:8080", "company_id": "Cobalt"}
KEY = "/v2025_1//system/callbackkey/index.rails"
QUERY = "?companyName=Cobalt&id=5b"


@pytest.mark.parametrize(
    ("connection", "key_url"),
    [
        (CLOUD, f"https://na.myconnectwise.net{KEY}{QUERY}"),
        (CLOUD, f"https://api-na.myconnectwise.net{KEY}{QUERY}"),
        (CLOUD, f"https://sandbox-na.myconnectwise.net{KEY}{QUERY}"),
        (CLOUD, f"https://api-au.myconnectwise.net{KEY}{QUERY}"),
        (CLOUD, f"https://staging.connectwisedev.com{KEY}{QUERY}"),
        (OWN, f"https://cw.example.com{KEY}{QUERY}"),
        (OWN, f"https://api-cw.example.com{KEY}{QUERY}"),
        (OWN, f"https://cw.example.com{KEY}?id=5b"),
        (OWN, f"https://cw.example.com{KEY}"),
        (OWN, f"https://eu.myconnectwise.net{KEY}{QUERY}"),
        (OWN_PORT, f"https://cw.example.com:8443{KEY}{QUERY}"),
    ],
)
def test_a_key_of_this_company_may_be_fetched(connection: dict[str, str], key_url: str) -> None:
    assert address_of(connection, callback(key_url)) == key_url


@pytest.mark.parametrize(
    ("key_url", "called"),
    [
        (f"HTTPS://NA.MyConnectWise.Net:443{KEY}{QUERY}#x", f"https://na.myconnectwise.net{KEY}{QUERY}"),
        (f"https://na.myconnectwise.net.{KEY}{QUERY}", f"https://na.myconnectwise.net{KEY}{QUERY}"),
        (f"https://na.myconnectwise.net{KEY}?companyName=cobalt", f"https://na.myconnectwise.net{KEY}?companyName=cobalt"),
        (f"https://na.myconnectwise.net{KEY}?companyname=%43obalt", f"https://na.myconnectwise.net{KEY}?companyname=Cobalt"),
    ],
)  # fmt: skip
def test_an_address_is_called_in_one_spelling(key_url: str, called: str) -> None:
    assert address_of(CLOUD, callback(key_url)) == called


@pytest.mark.parametrize(
    "key_url",
    [
        "",
        "x",
        "https://",
        "https:///system/callbackkey/x",
        f"http://na.myconnectwise.net{KEY}{QUERY}",
        f"ftp://na.myconnectwise.net{KEY}{QUERY}",
        f"//na.myconnectwise.net{KEY}{QUERY}",
        f"https://evil.example{KEY}{QUERY}",
        f"https://evil-na.myconnectwise.net{KEY}{QUERY}",
        f"https://na.myconnectwise.net.evil.example{KEY}{QUERY}",
        f"https://evil.example/na.myconnectwise.net{KEY}{QUERY}",
        f"https://evil.example#na.myconnectwise.net{KEY}{QUERY}",
        f"https://evil.example\\@na.myconnectwise.net{KEY}{QUERY}",
        f"https://na.myconnectwise.net@evil.example{KEY}{QUERY}",
        f"https://user:pass@na.myconnectwise.net{KEY}{QUERY}",
        f"https://na.myconnectwise.net:8443{KEY}{QUERY}",
        f"https://na.myconnectwise.net:99999{KEY}{QUERY}",
        f"https://127.0.0.1{KEY}{QUERY}",
        f"https://[::1]{KEY}{QUERY}",
        f"https://[::1{KEY}{QUERY}",
        f"https://169.254.169.254{KEY}{QUERY}",
        f"https://cw.example.com{KEY}{QUERY}",
        f"https://api-api-na.myconnectwise.net{KEY}{QUERY}",
        f"https://na.myconnectwise.net/{QUERY}",
        f"https://na.myconnectwise.net/system/callbackkeys{QUERY}",
        "https://na.myconnectwise.net/?companyName=Cobalt&x=/system/callbackkey/",
        f"https://na.myconnectwise.net/system/callbackkey/../../admin{QUERY}",
        f"https://na.myconnectwise.net/system/callbackkey/%2e%2e/admin{QUERY}",
        f"https://na.myconnectwise.net/system/callbackkey/\\evil{QUERY}",
        f"https://na.myconnectwise.net{KEY}?id=5b",
        f"https://na.myconnectwise.net{KEY}?companyName=Evil&id=5b",
        f"https://na.myconnectwise.net{KEY}?companyName=Cobalt&companyName=Evil",
        f"https://na.myconnectwise.net{KEY}?companyName=Cobalt&COMPANYNAME=Evil",
        f"https://na.myconnectwise.net{KEY}?companyName=Cobalt{'&a=b' * 20}",
        f"https://na.myconnectwise.net{KEY}?companyName=Cobalt&id={'5' * 600}",
    ],
)
def test_any_other_address_is_never_called(key_url: str) -> None:
    assert address_of(CLOUD, callback(key_url)) is None


def test_a_private_host_and_plain_http_are_the_operators_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    key_url = f"http://127.0.0.1:8080{KEY}{QUERY}"
    monkeypatch.setattr(guard, "_allowed", frozenset())
    assert address_of(LOCAL, callback(key_url)) is None
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1:8080"}))
    assert address_of(LOCAL, callback(key_url)) == key_url
    assert address_of(LOCAL, callback(f"http://127.0.0.1:8081{KEY}{QUERY}")) is None
    assert address_of(CLOUD, callback(key_url)) is None


@pytest.mark.parametrize("company", ["Evil", "", " ", "Cobalt2", None, 7, ["Cobalt"], {"a": 1}])
def test_a_callback_of_another_company_has_no_key(company: Any) -> None:
    assert address_of(CLOUD, callback(f"https://na.myconnectwise.net{KEY}{QUERY}", CompanyId=company)) is None


@pytest.mark.parametrize("company", ["cobalt", " Cobalt "])
def test_capitals_and_blanks_of_the_company_do_not_matter(company: str) -> None:
    assert address_of(CLOUD, callback(f"https://na.myconnectwise.net{KEY}{QUERY}", CompanyId=company))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{",
        b"not json",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        json.dumps({"CompanyId": "Cobalt"}).encode(),
        json.dumps({"CompanyId": "Cobalt", "Metadata": None}).encode(),
        json.dumps({"CompanyId": "Cobalt", "Metadata": "x"}).encode(),
        json.dumps({"CompanyId": "Cobalt", "Metadata": {"key_url": 7}}).encode(),
        json.dumps({"CompanyId": "Cobalt", "Metadata": {"KEY_URL": "x"}}).encode(),
    ],
)
def test_a_body_that_is_no_callback_has_no_key(body: bytes) -> None:
    assert address_of(CLOUD, body) is None


@pytest.mark.parametrize("connection", [{}, {"site": "", "company_id": ""}, {"site": "x", "company_id": "Cobalt"}])
def test_a_connection_that_is_not_entered_yet_has_no_key(connection: dict[str, str]) -> None:
    for site in ("na.myconnectwise.net", "evil.example"):
        assert address_of(connection, callback(f"https://{site}{KEY}{QUERY}", CompanyId="")) is None
        assert address_of(connection, callback(f"https://{site}{KEY}{QUERY}")) is None


@pytest.mark.parametrize(
    ("address", "site", "is_own"),
    [
        ("https://na.myconnectwise.net/x", "https://na.myconnectwise.net", True),
        ("https://api-na.myconnectwise.net/x", "https://na.myconnectwise.net", True),
        ("https://na.myconnectwise.net/x", "https://api-na.myconnectwise.net", True),
        ("https://eu.myconnectwise.net/x", "https://na.myconnectwise.net", False),
        ("http://na.myconnectwise.net:443/x", "https://na.myconnectwise.net", False),
        ("https://na.myconnectwise.net:8443/x", "https://na.myconnectwise.net", False),
        ("https://na.myconnectwise.net/x", "", False),
    ],
)
def test_credentials_go_only_to_the_connections_own_host(address: str, site: str, *, is_own: bool) -> None:
    assert is_own_host(address, site) is is_own
