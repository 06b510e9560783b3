"""Pasted addresses: how they are corrected, the notes about it, and the URLs that are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo.addresses import auth_server_of, normalize_auth_server, normalize_base_url, parse_address, token_url

PLAIN = "https://acme.halopsa.com"
MUENCHEN = "https://xn--mnchen-3ya.example"
INVISIBLE = "spaces and invisible characters were removed"
MARKS = "the marks around it were removed"
ADDED = "https:// was added"
SMALL = "capital letters were changed to lowercase"
PAGE = "the path after the address was removed"
SLASH = "the trailing slash was removed"

PASTED: list[tuple[str, str, tuple[str, ...]]] = [
    (PLAIN, PLAIN, ()),
    ("acme.halopsa.com", PLAIN, (ADDED,)),
    ("http://acme.halopsa.com", PLAIN, ("http was changed to https",)),
    ("http://acme.halopsa.com:80/", PLAIN, ("http was changed to https", ":80 was removed", SLASH)),
    ("https:/acme.halopsa.com", PLAIN, ("https:// was corrected",)),
    ("https;//acme.halopsa.com", PLAIN, ("https:// was corrected",)),
    ("HTTPS://Acme.HaloPSA.com", PLAIN, (SMALL,)),
    ("HTTPS://acme.halopsa.com?", PLAIN, ("the format was normalized",)),
    (f"{PLAIN}/", PLAIN, (SLASH,)),
    (f"{PLAIN}///", PLAIN, (SLASH,)),
    (f"{PLAIN}.", PLAIN, (MARKS,)),
    (f"{PLAIN}./api", PLAIN, ("the trailing dot was removed", "/api was removed")),
    (f"{PLAIN}:443", PLAIN, (":443 was removed",)),
    (f"{PLAIN}:", PLAIN, (": was removed",)),
    (f"{PLAIN}/api", PLAIN, ("/api was removed",)),
    (f"{PLAIN}/API/", PLAIN, ("/API was removed",)),
    (f"{PLAIN}/api/authinfo", PLAIN, ("/api/authinfo was removed",)),
    (f"{PLAIN}/auth", PLAIN, ("/auth was removed",)),
    (f"{PLAIN}/auth/auth", PLAIN, ("/auth/auth was removed",)),
    (f"{PLAIN}/auth/token", PLAIN, ("/auth/token was removed",)),
    (f"{PLAIN}/api/Client/12", PLAIN, (PAGE,)),
    (f"{PLAIN}/tickets?area=1#x", PLAIN, (PAGE,)),
    (f"{PLAIN}/some/page/of/theirs", PLAIN, (PAGE,)),
    (f"{PLAIN}?tenant=acme", PLAIN, (PAGE,)),
    (f"{PLAIN}/#/login", PLAIN, (PAGE,)),
    (f"{PLAIN}/customers?search=one two", PLAIN, (PAGE,)),
    (f"  {PLAIN}\n", PLAIN, (INVISIBLE,)),
    (f"\ufeff{PLAIN}\u200b", PLAIN, (INVISIBLE,)),
    ("https://acme\u200b.halopsa\u00ad.com", PLAIN, (INVISIBLE,)),
    ("https://acme\u00a0.halopsa. com", PLAIN, (INVISIBLE,)),
    ("https:// acme.halopsa.com /api", PLAIN, (INVISIBLE, "/api was removed")),
    ("\u202ahttps://acme.halopsa.com\u202c", PLAIN, (INVISIBLE,)),
    (f'"{PLAIN}"', PLAIN, (MARKS,)),
    (f"<{PLAIN}>", PLAIN, (MARKS,)),
    (f"“{PLAIN}/api”,", PLAIN, (MARKS, "/api was removed")),
    ("https://münchen.example", MUENCHEN, ("münchen.example is written xn--mnchen-3ya.example",)),
    ("https://MÜNCHEN.example", MUENCHEN, (SMALL, "münchen.example is written xn--mnchen-3ya.example")),
    (MUENCHEN, MUENCHEN, ("xn--mnchen-3ya.example reads münchen.example",)),
    ("https://acme。halopsa．com", PLAIN, ("acme。halopsa．com is written acme.halopsa.com",)),
    ("https://halo.example:8443/api", "https://halo.example:8443", ("/api was removed",)),
    ("https://halo.example/psa/api/", "https://halo.example/psa", ("/api was removed",)),
    ("https://halo.example/psa/tickets?id=5", "https://halo.example/psa", (PAGE,)),
    ("https://halo.example/grapi", "https://halo.example/grapi", ()),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ()),
    ("http://10.0.0.1:8080", "https://10.0.0.1:8080", ("http was changed to https",)),
    ("https://[2606:4700::1]:8443/api", "https://[2606:4700::1]:8443", ("/api was removed",)),
]


@pytest.mark.parametrize(("typed", "address", "notes"), PASTED, ids=[repr(row[0]) for row in PASTED])
def test_a_pasted_address_is_corrected_with_notes(typed: str, address: str, notes: tuple[str, ...]) -> None:
    assert parse_address(typed) == (address, notes)
    assert normalize_base_url(typed) == address
    assert normalize_auth_server(typed) == f"{address}/auth"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200b",
        "https://",
        "https:///api",
        "//acme",
        "ftp://acme.halopsa.com",
        "mailto:admin@acme.example",
        "javascript://acme",
        "https://admin:secret@acme.halopsa.com",
        "https://acme.halopsa.com@elsewhere.example",
        "https://acme.halopsa.com\\@elsewhere.example",
        "https://acme halopsa com",
        "https://acme.halopsa.com Tenant: acme",
        f"{PLAIN} https://zenith.halopsa.com",
        f"{PLAIN}\nhttps://zenith.halopsa.com",
        f"{PLAIN}, zenith.halopsa.com",
        f"{PLAIN};zenith.halopsa.com",
        f"{PLAIN}/tickets?id=5 https://zenith.halopsa.com",
        "https://acme..halopsa.com",
        "https://.halopsa.com",
        "https://acme.halopsa.com:port",
        "https://acme.halopsa.com:70000",
        "https://acme.halopsa.com%00.example",
        "https://\u2603\u0338.example",
        "https://[::1",
        "https://[::1%25lo]",
    ],
)
def test_a_text_without_a_single_host_is_refused(typed: str) -> None:
    for tidy in (normalize_base_url, normalize_auth_server):
        with pytest.raises(ValueError, match=r".*"):
            tidy(typed)


@given(st.text() | st.from_regex(r"\A(https?://)?[\wäß%:@\[\]\s./?#-]{1,30}\Z"))
def test_any_text_is_parsed_stably_or_refused(typed: str) -> None:
    try:
        address, notes = parse_address(typed)
    except ValueError:
        return
    assert parse_address(address).address == address
    assert notes or address == typed


def test_the_auth_server_is_guessed_on_the_same_host() -> None:
    assert auth_server_of(PLAIN) == f"{PLAIN}/auth"


@pytest.mark.parametrize(
    ("tenant", "query"), [("", ""), ("acme", "?tenant=acme"), ("a&b=c d/é", "?tenant=a%26b%3Dc+d%2F%C3%A9")]
)
def test_the_tenant_goes_into_the_query_of_the_token_url(tenant: str, query: str) -> None:
    assert token_url(f"{PLAIN}/auth", tenant) == f"{PLAIN}/auth/token{query}"
