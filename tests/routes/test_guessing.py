"""Guessing passwords at the log-in: the guesser is slowed down, the person is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.routes.web.login.password_forms import password_refused
from portal.services.accounts.password_guesses import BY_STRANGERS, CALM, PER_NETWORK, PER_NETWORK_AND_PERSON
from tests.conftest import PASSWORD, browser
from tests.routes.guesser import Guesser, networks

ALLOWED = PER_NETWORK_AND_PERSON.most
NOBODY = "nobody@northwind.example"
HERE, CLEAN = "192.0.2.1", "198.51.100.7"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def guesser(app: Flask) -> Guesser:
    return Guesser(app)


def test_one_address_gets_eight_guesses_at_a_person(guesser: Guesser, alice: User) -> None:
    assert guesser.checked(alice.email, [HERE] * 12) == ALLOWED


def test_of_forty_guesses_at_once_eight_are_checked(guesser: Guesser, alice: User) -> None:
    browsers = [browser(guesser.app) for _ in range(40)]

    def status(client: FlaskClient) -> int:
        return guesser.tries(alice.email, at=HERE, using=client).status_code

    with ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(status, browsers))
    # Too many hashes at once are refused as well, and cost no attempt.
    assert statuses.count(200) <= ALLOWED
    assert set(statuses) <= {200, 429, 503}


@pytest.mark.parametrize(
    "spelled",
    [
        "ALICE@NORTHWIND.EXAMPLE",
        "alice@ｎｏｒｔｈｗｉｎｄ.example",
        "ａｌｉｃｅ@northwind。example",
        " alice@northwind.example\u200b",
        "ali\u00adce@northwind.example",
    ],
)
def test_another_spelling_of_the_address_gets_no_further_guesses(guesser: Guesser, alice: User, spelled: str) -> None:
    guesser.checked(alice.email, [HERE] * ALLOWED)
    assert guesser.tries(spelled, at=HERE).status_code == 429
    assert guesser.logs_in(spelled, at=CLEAN)


def test_thirty_addresses_of_one_line_count_as_one(guesser: Guesser, alice: User) -> None:
    assert guesser.checked(alice.email, [f"2001:db8:1:2:{each:x}::1" for each in range(30)]) == ALLOWED


def test_an_ipv4_address_counts_the_same_in_both_spellings(guesser: Guesser, alice: User) -> None:
    assert guesser.checked(alice.email, [HERE, f"::ffff:{HERE}"] * ALLOWED) == ALLOWED


def test_one_address_gets_twenty_guesses_a_minute_at_all_people_together(guesser: Guesser, alice: User) -> None:
    with clock.using(lambda: NOON):
        statuses = [guesser.tries(f"{each}@x.example", at=HERE).status_code for each in range(PER_NETWORK.most + 2)]
    assert statuses == [200] * PER_NETWORK.most + [429, 429]


@pytest.mark.parametrize("email", ["alice@northwind.example", NOBODY])
def test_forty_addresses_together_are_slowed_down(guesser: Guesser, alice: User, email: str) -> None:
    with clock.using(lambda: NOON):
        assert guesser.checked(email, networks(40)) == CALM


def test_the_delay_grows_up_to_a_minute(guesser: Guesser, alice: User) -> None:
    told, now = [], NOON
    with clock.using(lambda: now):
        guesser.checked(alice.email, networks(CALM))
        for each in range(8):
            address = f"192.0.2.{each}"
            told.append(int(guesser.tries(alice.email, at=address).headers["Retry-After"]))
            now += timedelta(seconds=told[-1])
            assert guesser.tries(alice.email, at=address).status_code == 200
    assert told[:5] == [1, 2, 4, 8, 16]
    assert max(told) <= 60


def test_the_owner_gets_in_from_a_clean_address_after_nine_wrong_guesses(guesser: Guesser, alice: User) -> None:
    guesser.checked(alice.email, [HERE] * 9)
    assert guesser.logs_in(alice.email, at=CLEAN)


def test_a_patient_guesser_at_one_address_never_delays_the_owner(guesser: Guesser, alice: User) -> None:
    now = NOON
    with clock.using(lambda: now):
        for _ in range(150):  # all that one address can try in an hour and a half
            guesser.tries(alice.email, at=HERE)
            now += timedelta(seconds=38)
        assert guesser.logs_in(alice.email, at=CLEAN)


def test_the_owner_gets_in_after_a_minute_however_many_others_keep_guessing(guesser: Guesser, alice: User) -> None:
    now = NOON
    with clock.using(lambda: now):
        guesser.checked(alice.email, networks(60))
        first = guesser.tries(alice.email, PASSWORD, at=CLEAN)
        assert first.status_code == 429
        for _ in range(6):  # they come back as soon as they may, and at once again
            now += timedelta(seconds=10)
            guesser.checked(alice.email, networks(60))
        assert int(first.headers["Retry-After"]) <= 60
        assert guesser.logs_in(alice.email, at=CLEAN)


def test_it_is_calm_again_soon_after_the_guessing_ends(guesser: Guesser, alice: User) -> None:
    now = NOON
    with clock.using(lambda: now):
        for _ in range(3):
            guesser.checked(alice.email, networks(60))
            now += timedelta(seconds=60)
        now += timedelta(seconds=(BY_STRANGERS.most - CALM + 1) * BY_STRANGERS.each / 1000)
        assert guesser.logs_in(alice.email, at=CLEAN)


def test_right_passwords_are_not_counted(guesser: Guesser, alice: User) -> None:
    with clock.using(lambda: NOON):
        guesser.checked(alice.email, [HERE] * (ALLOWED - 1))
        for _ in range(30):
            assert guesser.logs_in(alice.email, at=HERE)
        assert guesser.checked(alice.email, [HERE] * 3) == 1


def test_a_form_without_a_password_is_no_guess(guesser: Guesser, alice: User) -> None:
    for _ in range(12):
        assert guesser.tries(alice.email, "", at=HERE).status_code == 200
    assert guesser.logs_in(alice.email, at=HERE)


def test_the_right_password_of_a_disabled_person_looks_like_a_wrong_one(guesser: Guesser, alice: User) -> None:
    User.update(active=False).execute()
    statuses = [guesser.tries(alice.email, PASSWORD, at=HERE).status_code for _ in range(ALLOWED + 1)]
    assert statuses == [200] * ALLOWED + [429]


def test_a_refusal_says_for_how_long_and_not_whether_there_is_such_a_person(guesser: Guesser, alice: User) -> None:
    pages = []
    with clock.using(lambda: NOON):
        for email in (alice.email, NOBODY):
            guesser.checked(email, [HERE] * ALLOWED)
            pages.append(guesser.tries(email, at=HERE))
    assert "Too many attempts." in pages[0].text
    assert "Try again in 40 seconds." in pages[0].text
    assert pages[0].headers["Retry-After"] == pages[1].headers["Retry-After"] == "38"
    assert [page.status_code for page in pages] == [429, 429]
    bodies = [page.text.replace(page.headers["X-Request-Id"], "") for page in pages]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    "path", ["/login", "/verify", "/change", "/tf-validate", "/mf-recovery", "/tf-setup", "/tf-rescue", "/logout"]
)
@pytest.mark.parametrize("kind", ["application/json", "application/vnd.x+json", "text/plain", "text/json", ""])
def test_what_is_no_form_is_refused_before_anything_is_checked(as_alice: FlaskClient, path: str, kind: str) -> None:
    body = '{"email": "alice@northwind.example", "password": "correct horse battery"}'
    page = as_alice.post(path, data=body, content_type=kind)
    assert page.status_code == 415
    assert "Use the form on the page." in page.text


def test_a_refused_form_costs_no_attempt_and_logs_nobody_in(guesser: Guesser, alice: User) -> None:
    for _ in range(20):
        client = browser(guesser.app)
        client.post("/login", json={"email": alice.email, "password": PASSWORD}, environ_base={"REMOTE_ADDR": HERE})
        assert client.get("/integrations").status_code == 302
    assert guesser.logs_in(alice.email, at=HERE)


def test_a_multipart_form_logs_in(client: FlaskClient, alice: User) -> None:
    data = {"email": alice.email, "password": PASSWORD}
    assert client.post("/login", data=data, content_type="multipart/form-data").status_code == 302


def test_whoever_wants_to_know_is_told_of_every_refused_guess(guesser: Guesser, alice: User) -> None:
    told: list[tuple[str, object, bool]] = []

    def note(_: Flask, *, email: str, user: Any, was_checked: bool) -> None:
        told.append((email, user and user.id, was_checked))

    with password_refused.connected_to(note, guesser.app):
        guesser.tries("Nobody@Northwind.example", at=HERE)
        for _ in range(ALLOWED + 1):
            guesser.tries(alice.email, at=HERE)
    assert told == [(NOBODY, None, True), *[(alice.email, alice.id, True)] * ALLOWED, (alice.email, None, False)]
