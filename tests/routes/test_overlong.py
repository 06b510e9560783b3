"""What is far too long, or makes no sense, is the sender's mistake: 4xx, never 500."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.services.accounts.passwords import MAX_LENGTH as PASSWORD_MAX_LENGTH
from tests.conftest import PASSWORD
from tests.routes.phone import half_logged_in, protected
from tests.routes.test_schedule import LIMIT, TAB

DIGITS = "9" * 400
LONG = "x" * (PASSWORD_MAX_LENGTH + 1)


@pytest.mark.parametrize("email", ["alice@northwind.example", "nobody@northwind.example"])
@pytest.mark.parametrize("password", [LONG, "ä" * 20_000])
def test_a_password_that_is_too_long(client: FlaskClient, alice: User, email: str, password: str) -> None:
    page = client.post("/login", data={"email": email, "password": password})
    assert page.status_code == 422
    assert f"at most {PASSWORD_MAX_LENGTH:,} characters" in page.text


def test_guessing_with_long_passwords_is_slowed_down_too(client: FlaskClient, alice: User) -> None:
    tries = [client.post("/login", data={"email": alice.email, "password": LONG}).status_code for _ in range(9)]
    assert tries[-1] == 429


@pytest.mark.parametrize(("now", "new"), [(LONG, "a new long password"), (PASSWORD, LONG)])
def test_changing_to_or_from_one(as_alice: FlaskClient, alice: User, now: str, new: str) -> None:
    data = {"password": now, "new_password": new, "new_password_confirm": new}
    assert as_alice.post("/change", data=data).status_code < 500
    assert User.get_by_id(alice.id).password == alice.password


def test_confirming_it_is_me_with_one(as_alice: FlaskClient) -> None:
    assert as_alice.post("/verify", data={"password": LONG}).status_code == 422


@pytest.mark.parametrize("field", ["share", "quiet_share", "quota"])
@pytest.mark.parametrize("number", [DIGITS, f"-{DIGITS}", "9" * 5000, "1e400", "inf", "nan"])
def test_a_number_of_many_digits(as_alice: FlaskClient, halo: Integration, field: str, number: str) -> None:
    page = as_alice.post(f"{TAB}/limit", data={**LIMIT, field: number})
    assert page.status_code == 422
    assert "too large" in page.text or "whole number" in page.text


@pytest.mark.parametrize("number", [DIGITS, "9" * 20, f"-{DIGITS}", "9" * 5000])
@pytest.mark.parametrize(
    "address",
    [
        "/activity?before={}",
        "/integrations/halo/deliveries?before={}",
        "/integrations/halo/deliveries/{}",
        "/integrations/halo/records/clients/{}",
        "/integrations/halo/records/clients?page={}",
        "/integrations/halo/records/clients?after={}",
        "/integrations/halo/held/{}",
        "/integrations/halo/logs/{}",
        "/integrations/halo/logs/runs/{}",
        "/integrations/halo/logs/pages/{}",
        "/integrations/halo/logs/lines/{}",
        "/integrations/halo/logs/lines?run={}",
        "/integrations/halo/logs/lines?record={}&before={}",
    ],
)
def test_an_address_with_a_number_of_many_digits(
    as_alice: FlaskClient, halo: Integration, address: str, number: str
) -> None:
    assert as_alice.get(address.replace("{}", number)).status_code < 500


@pytest.mark.parametrize("way", ["help", "email", "nonsense", ""])
def test_there_is_no_help_by_mail_where_no_mail_is_sent(app: Flask, alice: User, way: str) -> None:
    protected(alice)
    client = half_logged_in(app, alice)
    assert client.post("/tf-rescue", data={"help_setup": way}).status_code == 400
