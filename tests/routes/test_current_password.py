"""Whoever sits at somebody else's session cannot guess the password there either."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.models.accounts import User
from portal.services.accounts.password_guesses import PER_SESSION
from tests.conftest import PASSWORD, browser

NEW = "umbrella granite walnut 7"


def change(client: FlaskClient, now: str, new: str = NEW) -> TestResponse:
    return client.post("/change", data={"password": now, "new_password": new, "new_password_confirm": new})


def test_the_current_password_can_be_guessed_eight_times_on_the_page_that_changes_it(as_alice: FlaskClient) -> None:
    statuses = [change(as_alice, f"guess {each}").status_code for each in range(PER_SESSION.most + 1)]
    assert statuses == [200] * PER_SESSION.most + [429]
    page = change(as_alice, PASSWORD)
    assert page.status_code == 429
    assert "Try again in" in page.text


def test_guesses_at_both_pages_count_together(as_alice: FlaskClient) -> None:
    statuses = [change(as_alice, "guess").status_code for _ in range(5)]
    statuses += [as_alice.post("/verify", data={"password": "guess"}).status_code for _ in range(5)]
    assert statuses.count(200) == PER_SESSION.most


def test_a_thief_in_one_session_does_not_keep_the_owner_from_changing_the_password(
    app: Flask, as_alice: FlaskClient, alice: User
) -> None:
    for _ in range(20):
        change(browser(app, alice), "guess")
    assert change(as_alice, PASSWORD).status_code == 302


def test_a_thief_of_one_session_does_not_slow_down_the_log_in(
    as_alice: FlaskClient, client: FlaskClient, alice: User
) -> None:
    for _ in range(20):
        change(as_alice, "guess")
    assert client.post("/login", data={"email": alice.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("new", ["short", "passwordpassword"])
def test_a_weak_new_password_is_no_guess_at_the_current_one(as_alice: FlaskClient, new: str) -> None:
    for _ in range(12):
        assert change(as_alice, PASSWORD, new).status_code == 200
    assert change(as_alice, PASSWORD).status_code == 302


def test_two_new_passwords_that_differ_are_no_guess(as_alice: FlaskClient) -> None:
    typed = {"password": "guess", "new_password": NEW, "new_password_confirm": "something else"}
    for _ in range(12):
        assert as_alice.post("/change", data=typed).status_code == 200
    assert change(as_alice, PASSWORD).status_code == 302


def test_confirming_it_is_me_gives_the_attempts_back(as_alice: FlaskClient) -> None:
    for _ in range(12):
        assert as_alice.post("/verify", data={"password": PASSWORD}).status_code == 302


def test_a_weak_new_password_is_explained_at_its_field(as_alice: FlaskClient) -> None:
    page = change(as_alice, PASSWORD, "alice@northwind.example").text
    assert "too easy to guess" in page
    assert "four or more unrelated words" in page
