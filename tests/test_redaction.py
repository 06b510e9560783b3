"""No secret is left in a text, in whatever form it comes, and the rest is left alone."""

from __future__ import annotations

import json
import re
import time
from random import Random
from urllib.parse import quote, urlencode

import pytest

from portal import log
from portal.redaction import BLANK, blanked_address, blanked_text

NAMES = [
    "access_token",
    "refresh_token",
    "Token",
    "client_secret",
    "clientSecret",
    "CLIENT-SECRET",
    "password",
    "new_password",
    "passwd",
    "pwd",
    "passphrase",
    "api_key",
    "apiKey",
    "X-API-Key",
    "private_key",
    "privateKey",
    "PORTAL_VAULT_KEY",
    "Authorization",
    "authorisation",
    "Set-Cookie",
]
HARD = ["hush", "hu sh", "hu,sh", "hu&sh", "hu}sh", 'hu"sh', "hu\\sh", "hu=sh", "hüsh", "hush==", "hu%sh", "hu'sh"]


def parts(secret: str) -> list[str]:
    """Return what must not be left of a secret: its words."""
    return re.findall(r"\w+", secret)


def assert_hidden(text: str, secret: str = HARD[0]) -> None:
    left = blanked_text(text), blanked_address(text), str(log.redact(None, "info", {"event": text})["event"])
    assert [each for each in left for piece in parts(secret) if piece in each.lower()] == []
    assert all(BLANK in each for each in left)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "https://halo.example/api/Client?{}=hush&page=2",
        "https://halo.example/api/Client?page=2&{}=hush",
        "/api/Client?{}=hush",
        "{}=hush",
        "grant_type=client_credentials&{}=hush&scope=all",
        '{{"page": 2, "{}": "hush", "last": true}}',
        '{{"{}":"hush"}}',
        '{{"{}" : "hush"',
        "{{'{}': 'hush', 'page': 2}}",
        "{{'{}': b'hush', 'page': 2}}",
        '{{\\"{}\\": \\"hush\\"}}',
        'answered {{"{}": ["hush", "hush"]}}',
        '{{"{}": {{"value": "hush"}}}}',
        '{{"{}": 4hush4}}',
    ],
)
def test_a_value_with_a_secrets_name_is_hidden(name: str, form: str) -> None:
    assert_hidden(form.format(name))


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hush",
        "authorization: bearer hush",
        "AUTHORIZATION:Basic hush",
        "Authorization: Token hush",
        'Authorization: Digest username="ada", nonce="hush", response="hush"',
        "Proxy-Authorization: Basic hush",
        "Cookie: session=hush; remember_me=hush",
        "Set-Cookie: session=hush; Path=/",
        "X-Auth-Token: hush",
        "X-Api-Key: hush",
        "clientId: 7\r\nX-Ledger-Key: hush\r\nAccept: */*",
        "('authorization', 'Bearer hush')",
        "sent Bearer\thush to Halo",
        "sent bEaReR  hush",
        "sent Bearer%20hush",
        "sent Basic+hush",
        '{"header": "Bearer hush"}',
    ],
)
def test_what_headers_prove_a_login_with_is_hidden(text: str) -> None:
    assert_hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://ada:hush@halo.example/api",
        "https://:hush@halo.example",
        "HTTPS://ADA:HUSH@HALO.EXAMPLE",
        "postgresql://portal:hush@db/portal",
        "redis://:hush@127.0.0.1:6379/0",
        "mailtos://ada:hu@sh@mail.example",
        "https://ada:hu:sh@halo.example",
        "could not reach https://ada:hush@halo.example, tried twice",
        "https%3A%2F%2Fada%3Ahush%40halo.example",
    ],
)
def test_passwords_in_addresses_are_hidden_and_hosts_are_not(text: str) -> None:
    assert_hidden(text)
    assert text.lower().rpartition("@")[2].rpartition("%40")[2] in blanked_address(text).lower()


@pytest.mark.parametrize("secret", HARD)
def test_no_sign_in_a_secret_ends_it_early(secret: str) -> None:
    for text in (
        json.dumps({"client_secret": secret, "page": 2}),
        json.dumps({"client_secret": secret, "page": 2}, ensure_ascii=False),
        json.dumps({"body": json.dumps({"client_secret": secret})}),
        repr({"client_secret": secret, "page": 2}),
        urlencode({"client_secret": secret, "page": 2}),
        f"https://halo.example/api?{urlencode({'token': secret})}",
        f"https://ada:{quote(secret, safe='')}@halo.example/",
    ):
        assert_hidden(text, secret)


@pytest.mark.parametrize("secret", ["hu sh", "hu sh hush", 'hu" sh'])
def test_a_secret_in_an_address_may_have_blanks(secret: str) -> None:
    assert blanked_address(f"/api/Client?token={secret}&page_no=2") == f"/api/Client?token={BLANK}&page_no=2"


@pytest.mark.parametrize("times", [1, 2])
def test_an_encoded_address_hides_its_secrets_however_often_it_is_encoded_up_to_twice(times: int) -> None:
    for inner in (
        "https://halo.example/?access_token=hush&page=2",
        "https://ada:hush@halo.example/",
        "client_secret=hush",
        '{"password":"hush"}',
        "api_key=hush",
        "Bearer hush",
    ):
        text = inner
        for _ in range(times):
            text = quote(text, safe="")
        assert_hidden(f"https://portal.example/log-in?next={text}&lang=en")
        assert blanked_address(f"/log-in?next={text}&lang=en").endswith("&lang=en")


@pytest.mark.parametrize(
    "whole",
    [
        '{"access_token": "hush hush", "expires_in": 3600}',
        'posted {"password": "hu\\"sh"}',
        "grant_type=client_credentials&client_secret=hushhush",
        "Authorization: Basic hushhush",
        "https://halo.example/api?token=hushhush",
        "{'client_secret': 'hush hush'}",
        '{\\"client_secret\\": \\"hush hush\\"}',
    ],
)
def test_a_text_that_is_cut_off_anywhere_hides_what_is_left(whole: str) -> None:
    for end in range(whole.index("hu"), len(whole) + 1):
        text = whole[:end]
        assert "hu" not in blanked_text(text)
        assert "hu" not in blanked_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "page stored",
        "https://halo.example/api/Client?page_no=1&page_size=1000",
        "https://halo.example:8443/users/@ada?to=ada@example.com",
        "/auth/token?tenant=acme",
        "/v4_6_release/apis/3.0/company/companies?conditions=lastUpdated>[2026-11-28T00:00:00Z]&orderBy=id asc",
        '{"name": "Basically", "bearer": 1, "id": 12}',
        "The PSA granted no token.",
        "12:30:00 ada@example.com logged in",
        "Größe: 12 — “Käse & Brot”",
    ],
)
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert (blanked_text(text), blanked_address(text)) == (text, text)


def test_what_surrounds_a_secret_stays() -> None:
    text = 'POST /auth/token: {"scope": "all", "client_secret": "hush", "tenant": "acme"} took 12 ms'
    assert blanked_text(text) == text.replace('"hush"', BLANK)
    address = "https://ada:hush@halo.example:8443/api?page_no=1&token=hush&page_size=50"
    assert blanked_address(address) == address.replace("hush", BLANK)


def test_an_object_whose_text_has_a_secret_is_hidden_too() -> None:
    error = ValueError("refused Authorization: Basic hush")
    found = log.redact(None, "info", {"cause": error, "body": b'{"password": "hush"}', "names": {"token=hush"}})
    assert "hush" not in str(found)
    kept = {"at": 12.5, "ids": [1, 2], "none": None, "ok": True}
    assert log.redact(None, "info", dict(kept)) == kept


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "&",
        '"',
        "\\",
        "%",
        " ",
        "token",
        "token_",
        'token":',
        "token=",
        "://",
        "://a:",
        "%3A%2F%2Fa%3A",
        "basic ",
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    began = time.monotonic()
    blanked_address(text)
    assert time.monotonic() - began < 5


def test_no_random_mixture_leaves_the_secret() -> None:
    random = Random(7)  # noqa: S311  # nothing here is secret
    for number in range(500):
        name = random.choice(NAMES)
        around = "".join(random.choice(["&", " ", ",", "{", '"', "a=1", "?", "x"]) for _ in range(number % 9))
        assert "hush" not in blanked_text(f"{around}&{name}=hush&{around}")
