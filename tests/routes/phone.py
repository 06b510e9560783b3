"""A person's phone with an authenticator app, and log-ins that need it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from portal import clock
from portal.models.accounts import User
from portal.models.second_factor import Authenticator
from portal.vault import Secret
from tests.conftest import PASSWORD, browser

AT_ONCE = 8


@dataclass(frozen=True)
class Phone:
    """Shows codes for one key."""

    key: str

    def code(self, offset: int = 0) -> str:
        """Return the code that a phone shows whose clock is wrong by so many seconds."""
        return str(TOTP(self.key).generate(int(clock.now().timestamp()) + offset).token)

    def wrong(self, number: int = 0) -> str:
        """Return one of many codes that are not right at any time near now."""
        near = {self.code(30 * step) for step in range(-5, 6)}
        return [code for code in (f"{one:06}" for one in range(400)) if code not in near][number]


def protected(user: User) -> Phone:
    """Switch two-factor authentication on for somebody, without recovery codes."""
    key = TOTP.new().base32_key
    Authenticator.create(user=user, secret=Secret(key))
    return Phone(key)


def half_logged_in(app: Flask, user: User) -> FlaskClient:
    """Return a browser in which the right password was entered, and no code so far."""
    client = browser(app)
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD})
    assert answer.location.startswith("/tf-validate")
    return client


def same_session(app: Flask, client: FlaskClient, number: int) -> list[FlaskClient]:
    """Return so many browsers with the session of this one, so that they can ask at the same time."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie
    others = [browser(app) for _ in range(number)]
    for other in others:
        other.set_cookie(name, cookie.value)
    return others


def is_in(client: FlaskClient) -> bool:
    return client.get("/integrations").status_code == 200


def at_once(actions: Sequence[Callable[[], int]]) -> list[int]:
    """Do all these at the same moment; returns the statuses."""
    start = threading.Barrier(len(actions))

    def do(action: Callable[[], int]) -> int:
        start.wait(10)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(do, actions))
