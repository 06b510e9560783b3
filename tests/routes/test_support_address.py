"""Where people ask for help: on the connect step after a failed test, on error pages, and in the footer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import support_address
from portal.config import Config
from portal.models.integrations import Integration
from portal.services.connecting import connections
from portal.vault import Secret

CONNECT = "/integrations/halo/setup/connect"
EMAIL = "mailto:help@msp.example"
PAGE = "https://help.msp.example/new"


def ask_at(app: Flask, address: str) -> None:
    config: Config = app.config["PORTAL"]
    app.config["PORTAL"] = replace(config, support_address=support_address.parse(address))


def test_without_an_address_nothing_is_offered(as_alice: FlaskClient, typed: dict[str, str]) -> None:
    for page in (
        as_alice.get("/integrations"),
        as_alice.get("/nowhere"),
        as_alice.post(f"{CONNECT}/test", data=typed | {"client_secret": "wrong"}),
    ):
        assert "Still stuck" not in page.text
        assert "Contact support" not in page.text


def test_a_failed_test_leads_to_support_with_its_error_id(
    app: Flask, as_alice: FlaskClient, typed: dict[str, str]
) -> None:
    ask_at(app, EMAIL)
    page = as_alice.post(f"{CONNECT}/test", data=typed | {"client_secret": "wrong"}).text
    shown = re.search(r"Error ID (\w+):", page)
    assert shown is not None
    assert (
        f'Still stuck? Email <a href="{EMAIL}?subject=Scopable%20error%20ID%20{shown[1]}">help@msp.example</a>'
        in page
    )
    assert "Still stuck" not in as_alice.get(CONNECT).text
    assert "Still stuck" not in as_alice.post(f"{CONNECT}/test", data=typed).text


def test_error_pages_lead_to_support(app: Flask, as_alice: FlaskClient) -> None:
    ask_at(app, PAGE)
    page = as_alice.get("/nowhere").text
    assert f'Still stuck? <a href="{PAGE}">Contact support</a> with a screenshot of the error and error ID ' in page


def test_a_failure_of_the_portal_shows_its_error_id_once(
    app: Flask, as_alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_at(app, PAGE)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "integrations.index", broken)
    page = as_alice.get("/integrations").text
    assert "Still stuck?" in page
    assert page.count("error ID") == 1


@pytest.mark.parametrize("address", [EMAIL, PAGE])
def test_the_footer_leads_to_support(app: Flask, as_alice: FlaskClient, address: str) -> None:
    ask_at(app, address)
    assert f'<a href="{address}">Contact support</a>' in as_alice.get("/integrations").text


def test_people_who_cannot_log_in_find_support(app: Flask, client: FlaskClient) -> None:
    ask_at(app, EMAIL)
    assert f'<a href="{EMAIL}">Contact support</a>' in client.get("/login").text
    error = client.get("/static/nowhere.css").text
    assert "Still stuck? Email" in error
    assert "Contact support" not in error


def test_a_connection_that_fails_later_leads_to_support_too(
    app: Flask, as_alice: FlaskClient, halo: Integration
) -> None:
    ask_at(app, EMAIL)
    halo.credentials = connections.with_secrets(halo, {"client_secret": Secret("wrong")})
    halo.save()
    page = as_alice.post("/integrations/halo/configuration/test").text
    assert "Still stuck? Email" in page
