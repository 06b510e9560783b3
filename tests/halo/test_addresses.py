"""What people paste, and what is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo.addresses import auth_server_of, tidy_auth_server, tidy_base_url, token_url

PLAIN = "https://acme.halopsa.com"


@pytest.mark.parametrize(
    "typed",
    [
        PLAIN,
        "acme.halopsa.com",
        "  https://acme.halopsa.com/  ",
        "https://acme.halopsa.com///",
        "HTTPS://Acme.HaloPSA.com",
        "https://acme.halopsa.com/api",
        "https://acme.halopsa.com/API/",
        "https://acme.halopsa.com/api/authinfo",
        "https://acme.halopsa.com/auth",
        "https://acme.halopsa.com/auth/token",
        "https://acme.halopsa.com?tenant=acme",
        "https://acme.halopsa.com/#/login",
        "https://acme.halopsa.com:",
    ],
)
def test_a_base_url_loses_what_is_pasted_around_it(typed: str) -> None:
    assert tidy_base_url(typed) == PLAIN
    assert tidy_auth_server(typed) == f"{PLAIN}/auth"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("https://halo.example:8443/api", "https://halo.example:8443"),
        ("https://halo.example/psa/api/", "https://halo.example/psa"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://[2606:4700::1]:8443/api", "https://[2606:4700::1]:8443"),
        ("https://halo.example/grapi", "https://halo.example/grapi"),
    ],
)
def test_ports_folders_and_schemes_stay(typed: str, tidy: str) -> None:
    assert tidy_base_url(typed) == tidy


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
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
        "https://acme.halopsa.com:port",
        "https://acme.halopsa.com:70000",
        "https://[::1",
    ],
)
def test_what_names_no_host_is_refused(typed: str) -> None:
    for tidy in (tidy_base_url, tidy_auth_server):
        with pytest.raises(ValueError, match=r".*"):
            tidy(typed)


@given(st.text())
def test_any_text_is_tidied_for_good_or_refused(typed: str) -> None:
    try:
        tidy = tidy_base_url(typed)
    except ValueError:
        return
    assert tidy_base_url(tidy) == tidy


def test_the_auth_server_is_guessed_on_the_same_host() -> None:
    assert auth_server_of(PLAIN) == f"{PLAIN}/auth"


@pytest.mark.parametrize(
    ("tenant", "query"), [("", ""), ("acme", "?tenant=acme"), ("a&b=c d/é", "?tenant=a%26b%3Dc+d%2F%C3%A9")]
)
def test_the_tenant_goes_into_the_query_of_the_token_url(tenant: str, query: str) -> None:
    assert token_url(f"{PLAIN}/auth", tenant) == f"{PLAIN}/auth/token{query}"
