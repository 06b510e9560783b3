"""What every answer carries, and what errors look like."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import request
from flask.testing import FlaskClient

from portal import create_app, db
from portal.config import Config
from portal.models.accounts import User
from portal.routes.web.assets import STATIC
from tests.conftest import browser

TEMPLATES = STATIC.parent / "templates"


def test_every_page_forbids_what_it_does_not_need(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_behind_https_cookies_are_secure_and_browsers_are_told_to_stay(config: Config, database: None) -> None:
    app = create_app(replace(config, public_url="https://portal.example.com"))
    response = app.test_client().get("/login", base_url="https://portal.example.com")
    assert "Strict-Transport-Security" in response.headers
    assert "Secure" in response.headers["Set-Cookie"]
    assert "SameSite=Lax" in response.headers["Set-Cookie"]


def test_behind_a_proxy_the_address_is_the_public_one_whatever_is_forwarded(config: Config, database: None) -> None:
    app = create_app(replace(config, public_url="https://portal.example.com:8443"))

    @app.get("/healthz/address", endpoint="home.address")
    def address() -> str:
        return f"{request.host_url} {request.scheme} {request.remote_addr}"

    app.before_request_funcs[None].clear()
    forged = {f"X-Forwarded-{name}": "evil.example" for name in ("Host", "Port", "Prefix", "Proto")}
    headers = {**forged, "Forwarded": "host=evil.example", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    answer = app.test_client().get("/healthz/address", base_url="http://evil.example:81", headers=headers)
    assert answer.text == "https://portal.example.com:8443/ https 198.51.100.7"


def test_without_a_proxy_nobody_can_pretend_to_be_one(client: FlaskClient) -> None:
    page = client.get("/integrations", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in page.location


def test_versioned_files_are_kept_for_a_year(client: FlaskClient) -> None:
    address = re.search(r"/static/css/theme\.css\?v=\w+", client.get("/login").text)
    assert address
    response = client.get(address[0])
    response.close()
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_style_sheets_and_scripts_travel_compressed_and_pages_do_not(client: FlaskClient, encoding: str) -> None:
    def length(address: str, accepted: str) -> int:
        response = client.get(address, headers={"Accept-Encoding": accepted})
        assert response.headers.get("Content-Encoding", "identity") == accepted
        assert "Accept-Encoding" in response.headers["Vary"]
        size = len(response.data)
        response.close()
        return size

    sheet = "/static/npm/tabler.min.css?v=1"
    assert length(sheet, encoding) < length(sheet, "identity") / 4
    page = client.get("/login", headers={"Accept-Encoding": encoding})
    assert "Content-Encoding" not in page.headers


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_an_inline_style_or_script(template: Path) -> None:
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! src=)|javascript:", template.read_text())


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_what_htmx_does_works_without_it_too(template: Path) -> None:
    for tag in re.findall(r"<(?:a|form)\b[^>]*hx-(?:get|post)[^>]*>", template.read_text()):
        assert "href=" in tag or "action=" in tag


def test_a_missing_page_is_told_in_plain_words(client: FlaskClient) -> None:
    page = client.get("/nothing/here")
    assert page.status_code == 404
    assert "Page not found." in page.text


def test_a_wrong_method_is_told_and_names_the_right_one(client: FlaskClient) -> None:
    response = client.get("/logout")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_too_much_at_once_is_refused(client: FlaskClient) -> None:
    page = client.post("/login", data={"email": "x" * 300_000})
    assert page.status_code == 413
    assert "This is too large." in page.text


def test_an_unforeseen_error_gets_an_id_and_shows_no_inside(config: Config, database: None) -> None:
    app = create_app(config)

    @app.get("/healthz/broken", endpoint="home.healthz2")
    def broken() -> str:
        raise RuntimeError("inside story")

    app.before_request_funcs[None].clear()
    page = app.test_client().get("/healthz/broken")
    assert page.status_code == 500
    assert re.search(r"error ID [0-9a-f]{8}", page.text)
    assert "inside story" not in page.text


def test_a_database_that_is_away_gets_a_page_with_an_error_id(config: Config, alice: User) -> None:
    working = db.db.obj
    app = create_app(replace(config, database_url="sqlite:////nowhere/portal.sqlite3"))
    away = db.db.obj
    db.db.initialize(working)
    client = browser(app, alice)
    db.db.initialize(away)
    page = client.get("/integrations")
    db.db.initialize(working)
    assert page.status_code == 500
    assert "error ID" in page.text


def test_a_queue_server_that_is_down_breaks_no_page(config: Config, database: None) -> None:
    app = create_app(replace(config, redis_url="redis://127.0.0.1:1/0"))
    assert app.test_client().get("/login").status_code == 200
