"""Setting up an authenticator app, replacing it, and switching two-factor authentication off."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import clock
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.routes.web.login.two_factor import SETUP
from tests.conftest import CSRF_SEED, PASSWORD, browser
from tests.routes.phone import AT_ONCE, Phone, at_once, half_logged_in, is_in, protected, same_session

OVER = "That QR code is no longer valid."


def start(client: FlaskClient) -> tuple[Phone, str]:
    """Press the button; returns the app that has scanned the code, and what the page's form carries along."""
    page = client.post("/two-factor", follow_redirects=True).text
    return shown(page)


def shown(page: str) -> tuple[Phone, str]:
    key = re.search(r"typed-key\">([^<]+)<", page)
    mark = re.search(r'name="setup" type="hidden" value="([^"]*)"', page)
    assert key
    assert mark
    return Phone(key[1].replace("-", "")), mark[1]


def confirm(client: FlaskClient, mark: str, code: str) -> TestResponse:
    return client.post("/two-factor/authenticator", data={"setup": mark, "code": code})


def finish(client: FlaskClient, mark: str, code: str) -> int:
    return confirm(client, mark, code).status_code


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", page)


def actions() -> list[str]:
    """Name what is written about second factors; log-ins are written as well."""
    found = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    return [action for action in found if not action.startswith("login.")]


def test_it_is_on_after_the_first_right_code_which_logs_nobody_in(
    app: Flask, as_alice: FlaskClient, alice: User
) -> None:
    now = clock.now()
    with clock.using(lambda: now):  # a code is for half a minute: none may begin while this is going on
        phone, mark = start(as_alice)
        assert not Authenticator.select().exists()
        page = confirm(as_alice, mark, phone.code())
        assert page.status_code == 200
        assert "Two-factor authentication is on." in page.text
        assert actions() == ["two_factor.on", "recovery_codes.made"]
        client = half_logged_in(app, alice)
        client.post("/tf-validate", data={"code": phone.code()})
        assert not is_in(client)
    with clock.using(lambda: now + timedelta(seconds=60)):
        client.post("/tf-validate", data={"code": phone.code()})
    assert is_in(client)


def test_the_recovery_codes_are_shown_at_once_and_never_again(as_alice: FlaskClient) -> None:
    phone, mark = start(as_alice)
    page = confirm(as_alice, mark, phone.code()).text
    codes = codes_on(page)
    assert len(set(codes)) == 10
    download = re.search(r'href="data:text/plain[^"]*"', page)
    assert download
    assert all(code in unescape(download[0]) for code in codes)
    for address in ("/two-factor", "/two-factor/recovery-codes", "/two-factor/authenticator", "/mf-recovery-codes"):
        again = as_alice.get(address, follow_redirects=True).text
        assert not any(code in again for code in codes)
    assert "You have 10 of 10 recovery codes left." in as_alice.get("/two-factor").text


@pytest.mark.parametrize("typed", ["000000", "", "12345", "abcdef"])
def test_a_wrong_code_keeps_the_key_and_stands_at_its_field(typed: str, as_alice: FlaskClient) -> None:
    phone, mark = start(as_alice)
    page = confirm(as_alice, mark, phone.wrong() if typed == "000000" else typed)
    assert page.status_code == 422
    assert 'id="code-error"' in page.text
    assert shown(page.text) == (phone, mark)
    assert shown(as_alice.get("/two-factor/authenticator").text) == (phone, mark)
    assert confirm(as_alice, mark, phone.code()).status_code == 200


def test_cancelling_throws_the_key_away(as_alice: FlaskClient) -> None:
    phone, mark = start(as_alice)
    as_alice.post("/two-factor/authenticator/cancel")
    assert as_alice.get("/two-factor/authenticator").location == "/two-factor"
    refused(confirm(as_alice, mark, phone.code()), as_alice)


def refused(response: TestResponse, client: FlaskClient) -> None:
    assert (response.status_code, response.location) == (303, "/two-factor")
    assert OVER in client.get("/two-factor").text
    assert not Authenticator.select().exists()


def test_a_page_of_another_persons_login_in_the_same_browser_is_refused(
    app: Flask, alice: User, mallory: User
) -> None:
    client = browser(app, mallory)
    phone, mark = start(client)
    log_in_as(client, alice)
    refused(confirm(client, mark, phone.code()), client)


def test_so_is_one_whose_set_up_is_still_in_the_session(app: Flask, alice: User, mallory: User) -> None:
    others, client = browser(app, mallory), browser(app, alice)
    phone, mark = start(others)
    with others.session_transaction() as left_over, client.session_transaction() as session:
        session[SETUP] = left_over[SETUP]
    refused(client.get("/two-factor/authenticator"), client)
    refused(confirm(client, mark, phone.code()), client)


def test_so_is_one_that_meets_the_set_up_of_the_person_who_is_logged_in(
    app: Flask, alice: User, mallory: User
) -> None:
    phone, mark = start(browser(app, mallory))
    client = browser(app, alice)
    start(client)
    refused(confirm(client, mark, phone.code()), client)


def test_so_is_one_of_another_session_of_the_same_person(app: Flask, alice: User) -> None:
    phone, mark = start(browser(app, alice))
    other = browser(app, alice)
    refused(confirm(other, mark, phone.code()), other)


def test_logging_out_ends_a_set_up(app: Flask, alice: User) -> None:
    client = browser(app, alice)
    phone, mark = start(client)
    client.post("/logout")
    log_in_as(client, alice)
    refused(confirm(client, mark, phone.code()), client)


def log_in_as(client: FlaskClient, user: User) -> None:
    client.post("/logout")
    renew_token(client)
    client.post("/login", data={"email": user.email, "password": PASSWORD})
    renew_token(client)
    assert is_in(client)


def renew_token(client: FlaskClient) -> None:
    """Send the right CSRF token in a session that has begun anew, so that something else must refuse."""
    with client.session_transaction() as session:
        session["csrf_token"] = CSRF_SEED


def test_starting_again_in_another_tab_leaves_the_newest_key(as_alice: FlaskClient) -> None:
    old_phone, old_mark = start(as_alice)
    phone, mark = start(as_alice)
    refused(confirm(as_alice, old_mark, old_phone.code()), as_alice)
    assert confirm(as_alice, mark, phone.code()).status_code == 200


def test_a_set_up_expires(as_alice: FlaskClient) -> None:
    phone, mark = start(as_alice)
    now = clock.now() + timedelta(minutes=31)
    with clock.using(lambda: now):
        refused(confirm(as_alice, mark, phone.code()), as_alice)


def test_a_code_that_is_sent_eight_times_at_once_sets_up_one_app_with_one_set_of_codes(
    as_alice: FlaskClient, app: Flask
) -> None:
    phone, mark = start(as_alice)
    clients = same_session(app, as_alice, AT_ONCE)
    statuses = at_once([lambda client=client: confirm(client, mark, phone.code()).status_code for client in clients])  # type: ignore[misc]
    assert sorted(statuses) == [200] + [303] * (AT_ONCE - 1)
    assert (Authenticator.select().count(), RecoveryCode.select().count()) == (1, 10)


def test_a_new_app_replaces_the_old_one_after_its_first_right_code(
    app: Flask, as_alice: FlaskClient, alice: User
) -> None:
    old = protected(alice)
    new, mark = start(as_alice)
    confirm(as_alice, mark, new.wrong())
    before = half_logged_in(app, alice)
    before.post("/tf-validate", data={"code": old.code()})
    assert is_in(before)

    assert confirm(as_alice, mark, new.code()).status_code == 303
    assert "The old one no longer works." in as_alice.get("/two-factor").text
    now = clock.now() + timedelta(seconds=60)
    with clock.using(lambda: now):
        after = half_logged_in(app, alice)
        after.post("/tf-validate", data={"code": old.code()})
        assert not is_in(after)
        after.post("/tf-validate", data={"code": new.code()})
        assert is_in(after)
    assert actions() == ["two_factor.replaced"]


def test_replacing_the_app_keeps_the_recovery_codes(as_alice: FlaskClient) -> None:
    phone, mark = start(as_alice)
    confirm(as_alice, mark, phone.code())
    before = [row.digest for row in RecoveryCode.select()]
    phone, mark = start(as_alice)
    confirm(as_alice, mark, phone.code())
    assert [row.digest for row in RecoveryCode.select()] == before


def test_an_app_that_was_set_up_meanwhile_is_not_replaced(app: Flask, as_alice: FlaskClient, alice: User) -> None:
    phone, mark = start(as_alice)
    protected(alice)
    assert confirm(as_alice, mark, phone.code()).status_code == 303
    assert OVER in as_alice.get("/two-factor").text
    assert not RecoveryCode.select().exists()


@pytest.mark.parametrize("data", [{}, {"password": ""}, {"password": "a wrong password"}, {"password": "x" * 5000}])
def test_switching_off_without_the_password_changes_nothing(
    data: dict[str, str], as_alice: FlaskClient, alice: User
) -> None:
    protected(alice)
    page = as_alice.post("/two-factor/off", data=data)
    assert page.status_code == 422
    assert Authenticator.select().exists()
    assert "two_factor.off" not in actions()


def test_the_password_cannot_be_guessed_there_without_limit(as_alice: FlaskClient, alice: User) -> None:
    protected(alice)
    statuses = [as_alice.post("/two-factor/off", data={"password": f"guess {n}"}).status_code for n in range(12)]
    assert statuses == [422] * 8 + [429] * 4


def test_one_click_does_not_switch_off(as_alice: FlaskClient, alice: User) -> None:
    protected(alice)
    as_alice.get("/two-factor/off")
    as_alice.post("/two-factor", data={"setup": "disable"})
    as_alice.post("/tf-setup", data={"setup": "disable"})
    assert Authenticator.select().exists()


def test_the_page_says_what_switching_off_means(as_alice: FlaskClient, alice: User) -> None:
    protected(alice)
    page = as_alice.get("/two-factor/off").text
    assert "Anyone who learns your password can then log in as you." in page


def test_the_password_switches_it_off_and_forgets_everything(
    client: FlaskClient, as_alice: FlaskClient, alice: User
) -> None:
    phone, mark = start(as_alice)
    confirm(as_alice, mark, phone.code())
    page = as_alice.post("/two-factor/off", data={"password": PASSWORD}, follow_redirects=True).text
    assert "Two-factor authentication is off." in page
    assert not Authenticator.select().exists()
    assert not RecoveryCode.select().exists()
    assert actions()[-1] == "two_factor.off"
    client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert is_in(client)


def test_what_is_off_cannot_be_switched_off(as_alice: FlaskClient) -> None:
    for response in (as_alice.get("/two-factor/off"), as_alice.post("/two-factor/off", data={"password": PASSWORD})):
        assert (response.status_code, response.location) == (303, "/two-factor")
    assert actions() == []


@pytest.mark.parametrize(
    ("method", "address"),
    [("POST", "/two-factor"), ("POST", "/two-factor/authenticator"), ("POST", "/two-factor/recovery-codes")],
)
def test_a_login_of_yesterday_has_to_be_confirmed_first(
    method: str, address: str, as_alice: FlaskClient, alice: User
) -> None:
    protected(alice)
    with as_alice.session_transaction() as session:
        session["fs_paa"] = 1.0
    response = as_alice.open(address, method=method)
    assert response.location.startswith("/verify")


def test_support_people_have_it_too_each_for_themselves(as_sam: FlaskClient, sam: User, northwind: Account) -> None:
    phone, mark = start(as_sam)
    confirm(as_sam, mark, phone.code())
    assert [row.user for row in Authenticator.select()] == [sam]
