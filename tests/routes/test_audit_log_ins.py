"""Log-ins, log-outs, wrong guesses and two-factor: each is in the audit log, with address and session."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.routes.web import audit_origin
from portal.services.accounts import recovery_codes
from portal.services.audit import audit_counts
from tests.conftest import PASSWORD
from tests.routes.guesser import WRONG, Guesser, networks
from tests.routes.phone import half_logged_in, protected

HOME = "192.0.2.7"
NEW_PASSWORD = "entirely different staple"


def entries(action: str) -> list[AuditEntry]:
    audit_counts.flush()
    return list(AuditEntry.select().where(AuditEntry.action == action).order_by(AuditEntry.id))


def told(action: str) -> list[tuple[str, str, int]]:
    return [(one.actor, one.address, one.count) for one in entries(action)]


@pytest.fixture
def guesser(app: Flask) -> Guesser:
    return Guesser(app)


@pytest.fixture
def session_7(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_origin, "session_number", lambda: 7)


def test_a_log_in_and_a_log_out(guesser: Guesser, as_alice: FlaskClient, alice: User, session_7: None) -> None:
    assert guesser.logs_in(alice.email, at=HOME)
    assert as_alice.post("/logout", environ_base={"REMOTE_ADDR": HOME}).status_code == 302
    for action in ("login.succeeded", "logout"):
        assert told(action) == [(alice.email, HOME, 1)]
        assert [(one.account, one.user, one.session) for one in entries(action)] == [(alice.account, alice, 7)]


def test_logging_out_without_having_logged_in_is_no_log_out(client: FlaskClient) -> None:
    client.post("/logout")
    assert not entries("logout")


def test_wrong_passwords_are_one_entry_for_each_network(guesser: Guesser, alice: User) -> None:
    for at in (HOME, HOME, HOME, "2001:db8::1", "2001:db8::2"):
        guesser.tries(alice.email, at=at)
    assert told("login.failed") == [(alice.email, HOME, 3), (alice.email, "2001:db8::/64", 2)]


def test_a_guess_spelled_in_another_way_is_at_the_same_person(guesser: Guesser, alice: User) -> None:
    guesser.tries(alice.email.upper(), at=HOME)
    guesser.tries(alice.email.replace("example", "\uff45xample"), at=HOME)
    assert told("login.failed") == [(alice.email, HOME, 2)]


def test_guesses_that_were_stopped_unchecked_are_told_apart(guesser: Guesser, alice: User) -> None:
    for _ in range(12):
        guesser.tries(alice.email, at=HOME)
    assert told("login.failed") == [(alice.email, HOME, 8)]
    assert told("login.throttled") == [(alice.email, HOME, 4)]


def test_unknown_addresses_are_not_kept(guesser: Guesser, alice: User) -> None:
    for typed in ("nobody@northwind.example", "someone@else.example"):
        guesser.tries(typed, at=HOME)
    found = entries("login.failed")
    assert [(one.account, one.actor, one.detail, one.count) for one in found] == [
        (None, "", "unknown email address", 2)
    ]


def test_a_botnet_does_not_fill_the_log(guesser: Guesser, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_counts, "MOST_GROUPS", 5)
    for at in networks(12):
        guesser.tries(alice.email, at=at)
    found = told("login.failed") + told("login.throttled")
    assert sum(count for _, _, count in found) == 12
    assert len(found) <= 5 + 2


def test_a_half_filled_form_is_no_guess(guesser: Guesser, alice: User) -> None:
    guesser.tries(alice.email, "", at=HOME)
    guesser.tries("no address", at=HOME)
    assert not entries("login.failed")


def test_the_first_step_of_two_is_no_log_in(app: Flask, alice: User) -> None:
    protected(alice)
    half_logged_in(app, alice)
    assert not entries("login.succeeded")


@pytest.mark.parametrize("page", ["/tf-validate", "/mf-recovery"])
def test_wrong_codes(app: Flask, alice: User, page: str) -> None:
    phone = protected(alice)
    recovery_codes.make(alice)
    client = half_logged_in(app, alice)
    for number in range(3):
        client.post(page, data={"code": phone.wrong(number)}, environ_base={"REMOTE_ADDR": HOME})
    assert told("login.code_failed") == [(alice.email, HOME, 3)]


def test_too_many_wrong_codes(app: Flask, alice: User) -> None:
    phone = protected(alice)
    client = half_logged_in(app, alice)
    for number in range(7):
        client.post("/tf-validate", data={"code": phone.wrong(number)}, environ_base={"REMOTE_ADDR": HOME})
    assert told("login.code_failed") == [(alice.email, HOME, 5)]
    assert told("login.throttled") == [(alice.email, HOME, 2)]


def test_a_right_code_logs_in(app: Flask, alice: User) -> None:
    phone = protected(alice)
    client = half_logged_in(app, alice)
    client.post("/tf-validate", data={"code": phone.code()}, environ_base={"REMOTE_ADDR": HOME})
    assert told("login.succeeded") == [(alice.email, HOME, 1)]
    assert not entries("login.code_failed")


def test_a_recovery_code_logs_in(app: Flask, alice: User, session_7: None) -> None:
    protected(alice)
    code = recovery_codes.make(alice)[0]
    client = half_logged_in(app, alice)
    client.post("/mf-recovery", data={"code": code}, environ_base={"REMOTE_ADDR": HOME})
    used = entries("recovery_code.used")
    assert [(one.detail, one.address, one.session) for one in used] == [("9 left", HOME, 7)]
    assert told("login.succeeded") == [(alice.email, HOME, 1)]


def test_new_recovery_codes_and_two_factor_off(as_alice: FlaskClient, alice: User, session_7: None) -> None:
    protected(alice)
    as_alice.post("/two-factor/recovery-codes", environ_base={"REMOTE_ADDR": HOME})
    as_alice.post("/two-factor/off", data={"password": PASSWORD}, environ_base={"REMOTE_ADDR": HOME})
    for action in ("recovery_codes.made", "two_factor.off"):
        assert [(one.actor, one.address, one.session) for one in entries(action)] == [(alice.email, HOME, 7)]


@pytest.mark.parametrize("page", ["/verify", "/two-factor/off", "/change"])
def test_wrong_current_passwords(as_alice: FlaskClient, alice: User, page: str) -> None:
    protected(alice)
    form = {"password": WRONG, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    for _ in range(9):
        as_alice.post(page, data=form, environ_base={"REMOTE_ADDR": HOME})
    assert told("password.refused") == [(alice.email, HOME, 8)]
    assert told("password.throttled") == [(alice.email, HOME, 1)]
    assert not entries("login.failed")


def test_a_new_password_is_no_log_in(as_alice: FlaskClient, alice: User) -> None:
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert as_alice.post("/change", data=form, environ_base={"REMOTE_ADDR": HOME}).status_code == 302
    assert told("password.changed") == [(alice.email, HOME, 1)]
    assert not entries("login.succeeded")


def test_entering_the_password_again_is_no_log_in(as_alice: FlaskClient, alice: User) -> None:
    assert as_alice.post("/verify", data={"password": PASSWORD}).status_code == 302
    assert AuditEntry.select().count() == 0
