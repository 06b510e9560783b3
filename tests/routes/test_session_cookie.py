"""The cookie that all tabs share: its name and flags, who sets it, and tabs that get into each other's way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import create_app, db
from portal.config import Config
from portal.models.accounts import User
from portal.models.sessions import LoginSession
from tests.conftest import PASSWORD
from tests.cookies import Jar, log_in, token_of
from tests.routes.phone import protected
from tests.routes.test_every_route import TABLE

PUBLIC = "https://portal.example.com"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
CODE_PAGES = ["/tf-validate", "/mf-recovery"]


@pytest.fixture
def over_https(config: Config, alice: User) -> Flask:
    connected = db.db.obj
    app = create_app(replace(config, public_url=PUBLIC))
    db.db.initialize(connected)
    return app


def cookie_lines(app: Flask, **more: str) -> list[str]:
    answer = log_in(Jar(app), "alice@northwind.example", PASSWORD, **more)
    assert answer.status_code == 302
    return [line for line in answer.headers.getlist("Set-Cookie") if "portal-device" not in line]


def answers_that_set_it(jar: Jar, headers: dict[str, str], *, token: str) -> list[str]:
    """Ask for everything but the log-in page."""
    found = []
    for (endpoint, method), (address, *_) in TABLE.items():
        if endpoint != "security.login":
            with jar.send(method, address, X_CSRFToken=token, **headers) as answer:
                found += [f"{method} {address}" for _ in answer.headers.getlist("Set-Cookie")]
    return found


def test_over_https_the_cookie_is_bound_to_its_host(over_https: Flask) -> None:
    (line,) = cookie_lines(over_https)
    assert line.startswith("__Host-portal=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == set(line.split("; ")[1:])


def test_over_http_it_has_a_plain_name(app: Flask, alice: User) -> None:
    (line,) = cookie_lines(app)
    assert line.startswith("portal=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} == set(line.split("; ")[1:])


@pytest.mark.parametrize("secure", [False, True])
def test_only_a_device_that_is_to_be_remembered_keeps_it(
    app: Flask, over_https: Flask, alice: User, *, secure: bool
) -> None:
    (line,) = cookie_lines(over_https if secure else app, remember="y")
    assert "Expires=" in line
    assert "Domain" not in line


@pytest.mark.parametrize("headers", [{}, HTMX, {"HX-History-Restore-Request": "true"}], ids=["plain", "htmx", "back"])
@pytest.mark.parametrize("cookies", [{}, {"portal": "nonsense"}, {"remember_token": "a|b"}])
def test_no_answer_to_a_stranger_sets_the_cookie(
    app: Flask, cookies: dict[str, str], headers: dict[str, str]
) -> None:
    assert answers_that_set_it(Jar(app, cookies), headers, token="made up") == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_no_answer_beside_an_open_log_in_page_sets_the_cookie(app: Flask, headers: dict[str, str]) -> None:
    jar = Jar(app)
    assert answers_that_set_it(jar, headers, token=token_of(jar.get("/login").text)) == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_no_answer_to_an_ended_session_sets_the_cookie(app: Flask, alice: User, headers: dict[str, str]) -> None:
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD)
    token = token_of(jar.get("/integrations").text)
    LoginSession.delete().execute()
    assert answers_that_set_it(jar, headers, token=token) == []


@pytest.mark.parametrize("path", ["/nothing-here", "/static/nothing", "/integrations/halo/webhook/x", "/favicon.ico"])
def test_no_error_sets_the_cookie(app: Flask, path: str) -> None:
    jar = Jar(app)
    jar.get("/login")
    for method in ("GET", "POST"):
        assert jar.send(method, path).headers.getlist("Set-Cookie") == []


def test_a_page_that_is_only_looked_at_sets_nothing(app: Flask, alice: User) -> None:
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD)
    for path in ("/integrations", "/activity", "/sessions", "/change"):
        assert jar.get(path).headers.getlist("Set-Cookie") == []


def test_the_log_in_page_sets_it_once(app: Flask) -> None:
    jar = Jar(app)
    assert jar.get("/login").headers.getlist("Set-Cookie") != []
    assert jar.get("/login").headers.getlist("Set-Cookie") == []


def test_an_old_tab_cannot_spoil_the_log_in_of_a_new_one(app: Flask, alice: User) -> None:
    """The old tab's answers arrive last, after the log-in page of the new tab."""
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD)
    jar.cookies.clear()
    late = [jar.send("GET", "/integrations", **HTMX), jar.send("POST", "/sessions/end-others", **HTMX)]
    jar.arrive(jar.send("POST", "/integrations/halo/sync"))
    late += [jar.send("GET", "/integrations", **HTMX), jar.send("GET", "/tf-validate"), jar.send("GET", "/none")]
    page = jar.get("/login").text
    for answer in late:
        jar.arrive(answer)
    form = {"email": alice.email, "password": PASSWORD, "csrf_token": token_of(page)}
    assert jar.post("/login", form).location == "/integrations"


def test_of_two_log_in_pages_the_older_works_at_the_second_press(app: Flask, alice: User) -> None:
    jar = Jar(app)
    first, second = jar.send("GET", "/login"), jar.send("GET", "/login")
    jar.arrive(first), jar.arrive(second)  # each came without a cookie; the later one is kept
    form = {"email": alice.email, "password": PASSWORD, "remember": "y"}
    page = jar.post("/login?next=/activity", {**form, "csrf_token": token_of(first.text)})
    assert page.status_code == 400
    assert "This page had expired. Enter your password again." in page.text
    assert f'value="{alice.email}"' in page.text
    assert "checked" in page.text
    assert PASSWORD not in page.text
    assert "keep its cookies" not in page.text
    again = jar.post("/login?next=/activity", {**form, "csrf_token": token_of(page.text)})
    assert again.location == "/activity"


def test_a_form_that_no_longer_fits_tells_nothing_of_the_password(app: Flask, alice: User) -> None:
    jar = Jar(app)
    pages = [
        jar.post("/login", {"email": alice.email, "password": password, "csrf_token": "old"}).text
        for password in (PASSWORD, "wrong")
    ]
    assert ["This page had expired" in page for page in pages] == [True, True]
    assert LoginSession.select().count() == 0


@pytest.mark.parametrize("email", ['"><script>', "x" * 5000, ""])
def test_what_was_typed_as_an_address_is_only_text(app: Flask, email: str) -> None:
    page = Jar(app).post("/login", {"email": email, "password": "x", "csrf_token": "old"})
    assert page.status_code == 400
    assert "<script>" not in page.text.replace("<script src", "")


def test_a_browser_without_cookies_is_told_about_them(app: Flask) -> None:
    page = Jar(app).send("POST", "/login", {"email": "a@b.example", "password": "x"})
    assert "let your browser keep its cookies" in page.text


def test_a_form_of_before_leads_on_when_another_tab_has_logged_in(app: Flask, alice: User) -> None:
    jar = Jar(app)
    old = token_of(jar.get("/login").text)
    jar.post("/login", {"email": alice.email, "password": PASSWORD, "csrf_token": old})
    answer = jar.post("/login?next=/activity", {"email": alice.email, "password": PASSWORD, "csrf_token": old})
    assert (answer.status_code, answer.location) == (303, "/integrations")
    assert jar.get(answer.location).status_code == 200


@pytest.mark.parametrize("path", CODE_PAGES)
def test_the_form_for_the_code_comes_again_too(app: Flask, alice: User, path: str) -> None:
    protected(alice)
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD)
    answer = jar.post(path, {"code": "123456", "csrf_token": "old"})
    assert (answer.status_code, answer.location) == (303, path)
    assert "This page had expired. Enter the code again." in jar.get(path).text


@pytest.mark.parametrize("path", CODE_PAGES)
def test_without_a_password_before_it_the_code_leads_to_the_log_in(app: Flask, path: str) -> None:
    jar = Jar(app)
    for answer in (jar.post(path, {"code": "123456", "csrf_token": "old"}), jar.get(path)):
        assert answer.location == "/login?why=interrupted"
    assert "Logging in was interrupted. Start again." in jar.get("/login?why=interrupted").text


@pytest.mark.parametrize("why", ["<script>", "nothing", "", "interrupted&why=unsaved"])
def test_only_our_own_reasons_are_shown(client: FlaskClient, why: str) -> None:
    page = client.get(f"/login?why={why}")
    assert page.status_code == 200
    assert "<script>" not in page.text
