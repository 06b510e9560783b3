"""The code that a log-in takes besides the password: taken once, near its time, and not guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, create_app, db
from portal.config import Config
from portal.models.accounts import User
from portal.models.second_factor import Authenticator
from portal.services.accounts import users
from tests.conftest import browser
from tests.routes.phone import AT_ONCE, Phone, at_once, half_logged_in, is_in, protected, same_session

NOON = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC)  # ten seconds into a step


@pytest.fixture
def phone(alice: User) -> Phone:
    return protected(alice)


def enter(client: FlaskClient, code: str, address: str = "192.0.2.1") -> int:
    return client.post("/tf-validate", data={"code": code}, environ_base={"REMOTE_ADDR": address}).status_code


def other_portal(config: Config, **changes: object) -> Flask:
    """Make a portal with other keys on the same database."""
    connected = db.db.obj
    app = create_app(replace(config, **changes))  # type: ignore[arg-type]
    db.db.initialize(connected)
    return app


def test_the_password_alone_does_not_log_in(app: Flask, alice: User, phone: Phone) -> None:
    client = half_logged_in(app, alice)
    assert not is_in(client)
    assert "Lost your phone?" in client.get("/tf-validate").text


def test_a_code_logs_in_however_it_is_grouped(app: Flask, alice: User, phone: Phone) -> None:
    client, code = half_logged_in(app, alice), phone.code()
    assert enter(client, f" {code[:3]} {code[3:]} ") == 302
    assert is_in(client)


@pytest.mark.parametrize(
    ("offset", "is_taken"),
    [(-120, False), (-90, False), (-60, False), (-30, True), (0, True), (30, False), (60, False), (90, False)],
)
def test_only_the_current_code_and_the_one_before_are_taken(
    offset: int, app: Flask, alice: User, phone: Phone, *, is_taken: bool
) -> None:
    with clock.using(lambda: NOON):
        client = half_logged_in(app, alice)
        enter(client, phone.code(offset))
        assert is_in(client) is is_taken


def test_one_code_logs_in_once(app: Flask, alice: User, phone: Phone) -> None:
    with clock.using(lambda: NOON):
        enter(half_logged_in(app, alice), phone.code())
        second = half_logged_in(app, alice)
        page = second.post("/tf-validate", data={"code": phone.code()})
        assert "or it was already used" in page.text
        assert not is_in(second)
    with clock.using(lambda: NOON + timedelta(seconds=30)):
        enter(second, phone.code())
        assert is_in(second)


def test_an_older_code_is_refused_once_a_newer_one_was_taken(app: Flask, alice: User, phone: Phone) -> None:
    with clock.using(lambda: NOON):
        enter(half_logged_in(app, alice), phone.code())
        second = half_logged_in(app, alice)
        enter(second, phone.code(-30))
        assert not is_in(second)


def test_one_code_logs_in_once_when_it_is_sent_eight_times_at_once(app: Flask, alice: User, phone: Phone) -> None:
    with clock.using(lambda: NOON):
        clients = [half_logged_in(app, alice) for _ in range(AT_ONCE)]
        at_once([partial(enter, client, phone.code()) for client in clients])
        assert sum(is_in(client) for client in clients) == 1


def test_the_counter_alone_lets_one_of_eight_through(
    app: Flask, alice: User, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.accounts.two_factor.GUESSES", {})
    with clock.using(lambda: NOON):
        clients = [half_logged_in(app, alice) for _ in range(AT_ONCE)]
        at_once([partial(enter, client, phone.code()) for client in clients])
        assert sum(is_in(client) for client in clients) == 1


@pytest.mark.parametrize("together", [False, True])
def test_of_forty_guesses_from_forty_addresses_five_are_tried(
    app: Flask, alice: User, phone: Phone, *, together: bool
) -> None:
    with clock.using(lambda: NOON):
        clients = same_session(app, half_logged_in(app, alice), 40)
        actions = [
            partial(enter, client, phone.wrong(number), f"192.0.2.{number}") for number, client in enumerate(clients)
        ]
        statuses = at_once(actions) if together else [action() for action in actions]
        assert sorted(statuses) == [200] * 5 + [429] * 35


def test_then_even_the_right_code_waits_and_the_page_says_how_long(app: Flask, alice: User, phone: Phone) -> None:
    with clock.using(lambda: NOON):
        client = half_logged_in(app, alice)
        for number in range(5):
            enter(client, phone.wrong(number), f"192.0.2.{number}")
        page = client.post("/tf-validate", data={"code": phone.code()}, environ_base={"REMOTE_ADDR": "192.0.2.9"})
        assert (page.status_code, page.headers["Retry-After"]) == (429, "720")
        assert "Too many attempts." in page.text
        assert "12 minutes" in page.text
    with clock.using(lambda: NOON + timedelta(seconds=721)):
        assert enter(client, phone.code(), "192.0.2.9") == 302


def test_who_keeps_on_guessing_waits_longer(app: Flask, alice: User, phone: Phone) -> None:
    now, tried = NOON, 0
    client = half_logged_in(app, alice)
    with clock.using(lambda: now):
        for number in range(24 * 12):  # every five minutes for a day
            tried += enter(client, phone.wrong(number), f"198.51.{number // 250}.{number % 250}") == 200
            now += timedelta(minutes=5)
    assert tried <= 24


def test_a_new_app_after_a_reset_starts_with_a_clean_count(app: Flask, alice: User, phone: Phone) -> None:
    client = half_logged_in(app, alice)
    for number in range(6):
        enter(client, phone.wrong(number), f"192.0.2.{number}")
    users.reset_two_factor(User.get_by_id(alice.id))
    new = protected(User.get_by_id(alice.id))
    assert enter(half_logged_in(app, User.get_by_id(alice.id)), new.code()) == 302


def test_other_people_are_not_held_up(app: Flask, alice: User, sam: User, phone: Phone) -> None:
    client = half_logged_in(app, alice)
    for number in range(6):
        enter(client, phone.wrong(number), f"192.0.2.{number}")
    his = protected(sam)
    assert enter(half_logged_in(app, sam), his.code()) == 302


def test_a_stranger_without_the_password_uses_up_no_guesses(app: Flask, alice: User, phone: Phone) -> None:
    for number in range(20):
        client = browser(app)
        assert enter(client, phone.wrong(number), f"192.0.2.{number}") == 302
    assert enter(half_logged_in(app, alice), phone.code()) == 302


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34", "-", "9" * 5000])
def test_what_is_no_code_is_refused_and_is_no_guess(code: str, app: Flask, alice: User, phone: Phone) -> None:
    client = half_logged_in(app, alice)
    for number in range(7):
        assert enter(client, code, f"192.0.2.{number}") == 200
    assert enter(client, phone.code(), "192.0.2.99") == 302


def test_after_a_reset_a_log_in_that_waits_for_its_code_ends(app: Flask, alice: User, phone: Phone) -> None:
    client = half_logged_in(app, alice)
    users.reset_two_factor(User.get_by_id(alice.id))
    enter(client, phone.code())
    assert not is_in(client)


def test_a_replaced_secret_key_locks_nobody_out(config: Config, alice: User, phone: Phone) -> None:
    app = other_portal(config, secret_key="another secret key, after the first was lost")
    client = half_logged_in(app, alice)
    assert enter(client, phone.code()) == 302
    assert is_in(client)


def test_the_key_in_the_database_opens_for_its_person_alone(app: Flask, alice: User, sam: User, phone: Phone) -> None:
    protected(sam)
    stolen = Authenticator.get(Authenticator.user == alice).__data__["secret"]
    assert phone.key not in stolen
    Authenticator.update(secret=stolen).where(Authenticator.user == sam).execute()
    page = half_logged_in(app, sam).post("/tf-validate", data={"code": phone.code()})
    assert page.status_code == 409


def test_a_key_that_does_not_open_is_explained_with_the_way_out(config: Config, alice: User, phone: Phone) -> None:
    app = other_portal(config, vault_keys=(bytes(reversed(range(32))),))
    page = half_logged_in(app, alice).post("/tf-validate", data={"code": phone.code()})
    assert page.status_code == 409
    assert "read the key of your authenticator app" in page.text
    assert f"portal user reset-two-factor {alice.email}" in page.text


def test_the_old_addresses_lead_to_the_new_page(as_alice: FlaskClient) -> None:
    for method, address in (("GET", "/tf-setup"), ("POST", "/tf-setup/x"), ("POST", "/mf-recovery-codes")):
        response = as_alice.open(address, method=method)
        assert (response.status_code, response.location) == (303, "/two-factor")


def test_asking_for_a_code_does_not_log_out_somebody_who_is_in(as_alice: FlaskClient) -> None:
    assert as_alice.get("/tf-validate").location.endswith("/integrations")
    assert is_in(as_alice)


@pytest.mark.parametrize("state", ["validating_profile", "setup_from_login", "nonsense"])
def test_a_session_cannot_bring_its_own_key(state: str, app: Flask, alice: User, phone: Phone) -> None:
    """Flask-Security's own views would take the key out of the session."""
    own = json.dumps({"enckey": "x"})
    client = half_logged_in(app, alice)
    with client.session_transaction() as session:
        session.update(tf_state=state, tf_primary_method="authenticator", tf_totp_secret=own)
    enter(client, phone.code())
    assert not is_in(client)
