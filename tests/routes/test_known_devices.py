"""Where a person has logged in before, strangers' wrong guesses do not slow them down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, create_app, db
from portal.config import Config
from portal.models.accounts import User
from portal.models.guessing import KnownDevice
from portal.services.accounts import users
from portal.services.accounts.password_guesses import PER_DEVICE
from portal.vault import Secret
from tests.conftest import CSRF_SEED, PASSWORD, browser
from tests.routes.guesser import Guesser, networks
from tests.routes.phone import protected

COOKIE = "portal-device"
HERE = "192.0.2.1"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
NEW = "umbrella granite walnut 7"


@pytest.fixture
def guesser(app: Flask) -> Guesser:
    return Guesser(app)


@pytest.fixture
def laptop(guesser: Guesser, alice: User) -> FlaskClient:
    """Return the browser in which Alice has logged in, and out again."""
    client = browser(guesser.app)
    assert guesser.logs_in(alice.email, at=HERE, using=client)
    return afterwards(client)


def afterwards(client: FlaskClient) -> FlaskClient:
    """Return a browser that has kept the device's cookie and nothing else."""
    cookie = client.get_cookie(COOKIE)
    assert cookie
    again = browser(client.application)
    again.set_cookie(COOKIE, cookie.value)
    return again


def attack(guesser: Guesser, email: str) -> None:
    guesser.checked(email, [*networks(40), *[HERE] * 30])


def test_the_owner_is_let_in_at_once_while_strangers_guess_even_from_the_same_address(
    guesser: Guesser, laptop: FlaskClient, alice: User
) -> None:
    with clock.using(lambda: NOON):
        attack(guesser, alice.email)
        assert not guesser.logs_in(alice.email, at=HERE)
        assert guesser.logs_in(alice.email, at=HERE, using=laptop)


def test_a_known_device_gets_eight_guesses_and_no_more(guesser: Guesser, laptop: FlaskClient, alice: User) -> None:
    statuses = [
        guesser.tries(alice.email, at=address, using=afterwards(laptop)).status_code for address in networks(12)
    ]
    assert statuses.count(200) == PER_DEVICE.most


def test_a_thief_of_the_cookie_does_not_keep_the_owner_out_elsewhere(
    guesser: Guesser, laptop: FlaskClient, alice: User
) -> None:
    for _ in range(20):
        guesser.tries(alice.email, at=HERE, using=afterwards(laptop))
    assert guesser.logs_in(alice.email, at=HERE)


def test_the_cookie_alone_opens_nothing(laptop: FlaskClient) -> None:
    assert laptop.get("/integrations").status_code == 302


def test_a_device_is_known_for_its_person_only(guesser: Guesser, laptop: FlaskClient, sam: User) -> None:
    with clock.using(lambda: NOON):
        attack(guesser, sam.email)
        assert not guesser.logs_in(sam.email, at=HERE, using=laptop)


def test_two_people_can_share_a_device(guesser: Guesser, laptop: FlaskClient, alice: User, sam: User) -> None:
    assert guesser.logs_in(sam.email, at=HERE, using=laptop)
    with clock.using(lambda: NOON):
        for person in (alice, sam):
            attack(guesser, person.email)
            assert guesser.logs_in(person.email, at=HERE, using=afterwards(laptop))


def test_a_value_that_somebody_made_up_is_replaced(guesser: Guesser, alice: User) -> None:
    client = browser(guesser.app)
    client.set_cookie(COOKIE, "known to the guesser")
    assert guesser.logs_in(alice.email, at=HERE, using=client)
    cookie = client.get_cookie(COOKIE)
    assert cookie
    assert cookie.value != "known to the guesser"


def test_only_a_digest_of_the_value_is_stored(laptop: FlaskClient) -> None:
    cookie = laptop.get_cookie(COOKIE)
    assert cookie
    assert cookie.value not in str(list(KnownDevice.select().dicts()))


def test_a_wrong_password_makes_no_device_known(guesser: Guesser, alice: User) -> None:
    guesser.tries(alice.email, at=HERE)
    assert KnownDevice.select().count() == 0


def test_a_password_alone_makes_no_device_known_where_two_factors_are_asked_for(
    guesser: Guesser, alice: User
) -> None:
    protected(alice)
    guesser.tries(alice.email, PASSWORD, at=HERE)
    assert KnownDevice.select().count() == 0


@pytest.mark.parametrize("forget", [users.disable, users.remove, lambda user: users.set_password(user, Secret(NEW))])
def test_the_operator_makes_a_persons_devices_unknown(
    forget: Callable[[User], None], laptop: FlaskClient, alice: User
) -> None:
    forget(alice)
    assert KnownDevice.select().count() == 0


def test_a_new_password_makes_all_devices_unknown_but_the_one_in_use(
    guesser: Guesser, laptop: FlaskClient, alice: User
) -> None:
    phone = browser(guesser.app)
    guesser.logs_in(alice.email, at=HERE, using=phone)
    with phone.session_transaction() as session:  # logging in has begun a new one
        session["csrf_token"] = CSRF_SEED
    phone.post("/change", data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})
    assert KnownDevice.select().count() == 1
    with clock.using(lambda: NOON):
        attack(guesser, alice.email)
        assert guesser.tries(alice.email, NEW, at=HERE, using=laptop).status_code == 429
        assert guesser.tries(alice.email, NEW, at=HERE, using=afterwards(phone)).status_code == 302


def test_the_oldest_devices_are_forgotten_for_new_ones(guesser: Guesser, alice: User) -> None:
    for _ in range(23):
        guesser.logs_in(alice.email, at=HERE)
    assert KnownDevice.select().count() == 20


@pytest.mark.parametrize(
    ("public_url", "name"), [("https://portal.example.com", "__Host-portal-device"), (None, COOKIE)]
)
def test_the_cookie_is_for_this_host_alone(
    config: Config, database: None, alice: User, public_url: str | None, name: str
) -> None:
    connected = db.db.obj
    app = create_app(replace(config, public_url=public_url))
    db.db.initialize(connected)
    answer = Guesser(app).tries(alice.email, PASSWORD, at=HERE)
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{name}="))
    parts = set(cookie.split("; ")[1:])
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=15552000"} <= parts
    assert ("Secure" in parts) == (public_url is not None)
    assert "Domain" not in cookie
