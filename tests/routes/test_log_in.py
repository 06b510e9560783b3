"""Log-in, log-out, passwords, two-factor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import Account, RoleName, User
from portal.routes.web.login.security import Person
from portal.services.accounts import recovery_codes, users
from portal.vault import Secret
from tests.conftest import PASSWORD, browser
from tests.routes.phone import half_logged_in, protected


def test_a_person_made_by_the_operator_can_log_in(client: FlaskClient, northwind: Account) -> None:
    users.create(northwind, "new@northwind.example", Secret(PASSWORD), RoleName.ADMIN)
    response = client.post("/login", data={"email": "New@northwind.example", "password": PASSWORD})
    assert response.location.endswith("/integrations")


@pytest.mark.parametrize("email", ["alice@northwind.example", "nobody@northwind.example"])
def test_a_wrong_password_and_an_unknown_person_look_the_same(client: FlaskClient, alice: User, email: str) -> None:
    page = client.post("/login", data={"email": email, "password": "a wrong password"})
    assert page.status_code == 200
    assert "Incorrect email or password." in page.text


def test_a_person_who_was_switched_off_cannot_log_in(client: FlaskClient, alice: User) -> None:
    User.update(active=False).execute()
    client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert client.get("/integrations").status_code == 302


def test_a_person_who_is_switched_off_is_out_at_once(as_alice: FlaskClient) -> None:
    assert as_alice.get("/integrations").status_code == 200
    User.update(active=False).execute()
    assert as_alice.get("/integrations").status_code == 302


def test_logging_in_leads_to_the_page_that_was_asked_for(client: FlaskClient, alice: User) -> None:
    asked = client.get("/change")
    response = client.post(asked.location, data={"email": alice.email, "password": PASSWORD})
    assert response.location.endswith("/change")


def test_nobody_is_sent_to_another_site_after_logging_in(client: FlaskClient, alice: User) -> None:
    response = client.post("/login?next=https://evil.example/", data={"email": alice.email, "password": PASSWORD})
    assert "evil" not in response.headers.get("Location", "")


def test_logging_out_ends_the_session(as_alice: FlaskClient) -> None:
    as_alice.post("/logout")
    assert as_alice.get("/integrations").status_code == 302


def test_htmx_of_an_ended_session_sends_the_window_to_the_log_in(client: FlaskClient) -> None:
    response = client.get("/integrations", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login"


def test_a_token_in_the_address_logs_nobody_in(app: Flask, client: FlaskClient, alice: User) -> None:
    with app.app_context():
        token = Person.get_by_id(alice.id).get_auth_token()
    assert client.get("/integrations", query_string={"auth_token": token}).status_code == 302


def test_a_change_without_the_pages_token_is_refused(app: Flask, alice: User) -> None:
    client = browser(app, alice)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    page = client.post("/logout")
    assert page.status_code == 400
    assert "This page has expired." in page.text


def test_a_short_new_password_is_refused(as_alice: FlaskClient) -> None:
    page = as_alice.post(
        "/change", data={"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"}
    )
    assert "at least 12 characters" in page.text


@pytest.mark.parametrize("end", [users.disable, users.remove, users.reset_two_factor])
def test_what_the_operator_does_ends_the_persons_sessions_at_once(
    end: Callable[[User], None], as_alice: FlaskClient, alice: User
) -> None:
    assert as_alice.get("/integrations").status_code == 200
    end(alice)
    assert as_alice.get("/integrations").status_code == 302


def test_a_session_that_was_ended_stays_so_when_the_person_is_enabled_again(
    as_alice: FlaskClient, client: FlaskClient, alice: User
) -> None:
    users.disable(alice)
    users.enable(alice)
    assert as_alice.get("/integrations").status_code == 302
    assert client.post("/login", data={"email": alice.email, "password": PASSWORD}).location.endswith("/integrations")


@pytest.mark.parametrize("end", [users.disable, users.remove])
def test_a_person_who_has_left_cannot_log_in(end: Callable[[User], None], client: FlaskClient, alice: User) -> None:
    end(alice)
    page = client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert page.status_code == 200
    assert client.get("/integrations").status_code == 302


def test_a_log_in_that_waits_for_its_code_ends_too(app: Flask, alice: User) -> None:
    protected(alice)
    (code, *_) = recovery_codes.make(alice)
    waiting = half_logged_in(app, alice)
    users.disable(User.get_by_id(alice.id))
    waiting.post("/mf-recovery", data={"code": code})
    assert waiting.get("/integrations").status_code == 302


def test_after_a_reset_the_password_alone_logs_in(client: FlaskClient, alice: User) -> None:
    protected(alice)
    recovery_codes.make(alice)
    users.reset_two_factor(User.get_by_id(alice.id))
    client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert client.get("/integrations").status_code == 200
