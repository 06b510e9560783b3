"""Somebody at the log-in form, at an address of their choice, with or without the cookies of a browser."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, browser

WRONG = "guess"


@dataclass(frozen=True)
class Guesser:
    app: Flask

    def tries(self, email: str, password: str = WRONG, *, at: str, using: FlaskClient | None = None) -> TestResponse:
        client = using or browser(self.app)
        return client.post("/login", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": at})

    def checked(self, email: str, addresses: list[str]) -> int:
        """Guess once from each of these addresses; returns how many guesses were checked."""
        statuses = [self.tries(email, at=address).status_code for address in addresses]
        assert set(statuses) <= {200, 429}
        return statuses.count(200)

    def logs_in(self, email: str, *, at: str, using: FlaskClient | None = None) -> bool:
        return self.tries(email, PASSWORD, at=at, using=using).status_code == 302


def networks(how_many: int) -> list[str]:
    return [f"2001:db8:{each:x}::1" for each in range(how_many)]
