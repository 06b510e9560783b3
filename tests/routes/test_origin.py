"""Where a form comes from: the token is not all that is checked, and a missing Referer is no fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from portal import create_app, db
from portal.config import Config
from portal.models.accounts import User
from tests.conftest import browser

PUBLIC = "https://portal.example.com"


@pytest.fixture
def behind_proxy(config: Config, alice: User) -> FlaskClient:
    connected = db.db.obj
    app = create_app(replace(config, public_url=PUBLIC))
    db.db.initialize(connected)
    return browser(app, alice)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "SAME-ORIGIN", "?"])
def test_a_form_of_another_site_is_refused_with_or_without_a_public_url(
    site: str, as_alice: FlaskClient, behind_proxy: FlaskClient
) -> None:
    for client in (as_alice, behind_proxy):
        page = client.post("/logout", headers={"Sec-Fetch-Site": site})
        assert page.status_code == 400
        assert "This form was sent from another site." in page.text


@pytest.mark.parametrize("site", ["same-origin", "none"])
@pytest.mark.parametrize("origin", ["http://localhost", "https://behind.some.proxy", "null"])
def test_without_a_public_url_a_proxy_may_replace_the_host(site: str, origin: str, as_alice: FlaskClient) -> None:
    assert as_alice.post("/logout", headers={"Sec-Fetch-Site": site, "Origin": origin}).status_code == 302


@pytest.mark.parametrize("headers", [{}, {"Origin": PUBLIC}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}])
def test_a_form_without_a_referer_is_taken(headers: dict[str, str], behind_proxy: FlaskClient) -> None:
    assert behind_proxy.post("/logout", headers=headers).status_code == 302


@pytest.mark.parametrize(
    "opened",
    ["http://10.0.0.5:8000", "http://portal.example.com", "https://portal.example.com:8443", "https://other.example"],
)
def test_a_page_at_another_address_says_where_to_open_it(opened: str, behind_proxy: FlaskClient) -> None:
    page = behind_proxy.post("/logout", headers={"Origin": opened})
    assert page.status_code == 400
    assert f"This portal is set up for {PUBLIC}, but you opened {opened}." in page.text
    assert "Open it at that address, or change PORTAL_PUBLIC_URL." in page.text
    assert f'href="{PUBLIC}/integrations"' in page.text


def test_what_a_browser_calls_its_address_is_only_text(behind_proxy: FlaskClient) -> None:
    page = behind_proxy.post("/logout", headers={"Origin": "<script>" + "x" * 5000})
    assert "&lt;script&gt;" in page.text
    assert "x" * 300 not in page.text


def test_a_form_whose_origin_is_hidden_is_refused_over_https(behind_proxy: FlaskClient) -> None:
    page = behind_proxy.post("/logout", headers={"Origin": "null"})
    assert page.status_code == 400
    assert "say where this form came from" in page.text


def test_over_plain_http_nothing_can_be_said_of_a_hidden_origin(config: Config, alice: User) -> None:
    connected = db.db.obj
    app = create_app(replace(config, public_url="http://portal.internal"))
    db.db.initialize(connected)
    assert browser(app, alice).post("/logout", headers={"Origin": "null"}).status_code == 302


def test_the_token_is_needed_all_the_same(behind_proxy: FlaskClient) -> None:
    del behind_proxy.environ_base["HTTP_X_CSRFTOKEN"]
    headers = {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
    page = behind_proxy.post("/logout", headers=headers)
    assert page.status_code == 400
    assert "This page has expired." in page.text


def test_a_browser_without_the_cookie_is_told_where_to_open_the_page(behind_proxy: FlaskClient) -> None:
    fresh = behind_proxy.application.test_client()
    page = fresh.post("/login", data={"email": "a@b.example", "password": "x"})
    assert page.status_code == 400
    assert f"open {PUBLIC}, and let your browser keep its cookies" in page.text


def test_reading_is_never_stopped(behind_proxy: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert behind_proxy.get("/integrations", headers=headers).status_code == 200
