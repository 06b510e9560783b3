"""Log-ins that wait for their code: they open nothing, and not for long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.models.accounts import User
from portal.models.sessions import LoginSession
from portal.services.accounts import users
from portal.vault import Secret
from tests.conftest import PASSWORD, browser
from tests.cookies import Jar, is_inside, later, log_in, token_of
from tests.routes.phone import half_logged_in, is_in, protected

PATHS = ("/tf-validate", "/mf-recovery")
INTERRUPTED = "/login?why=interrupted"


def test_the_code_of_two_factor_starts_a_new_session_too(app: Flask, alice: User) -> None:
    phone = protected(alice)
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD, remember="y")
    waiting = jar.copy()
    assert LoginSession.select().count() == 0
    form = {"code": phone.code(), "csrf_token": token_of(jar.get("/tf-validate").text)}
    assert jar.post("/tf-validate", form).status_code == 302
    assert is_inside(jar)
    assert LoginSession.get().remembered
    assert not is_inside(Jar(app, waiting))


def test_a_password_without_its_code_counts_for_ten_minutes(app: Flask, alice: User) -> None:
    phone, in_time, too_late = protected(alice), half_logged_in(app, alice), half_logged_in(app, alice)
    with later(minutes=9):
        in_time.post("/tf-validate", data={"code": phone.code()})
        assert is_in(in_time)
    with later(minutes=10):
        for path in ("/tf-validate", "/mf-recovery"):
            assert too_late.get(path).location == "/login?why=interrupted"
        assert too_late.post("/tf-validate", data={"code": phone.code()}).location == "/login?why=interrupted"
        assert not is_in(too_late)


def test_the_password_again_gives_ten_new_minutes_and_a_wrong_one_gives_none(app: Flask, alice: User) -> None:
    phone, again, wrong = protected(alice), half_logged_in(app, alice), half_logged_in(app, alice)
    with later(minutes=9):
        again.post("/login", data={"email": alice.email, "password": PASSWORD})
        wrong.post("/login", data={"email": alice.email, "password": "not this one"})
    with later(minutes=11):
        assert wrong.get("/tf-validate").location == INTERRUPTED
        again.post("/tf-validate", data={"code": phone.code()})
        assert is_in(again)


@pytest.mark.parametrize("path", PATHS)
def test_half_a_log_in_of_nobody_knows_when_is_over(app: Flask, alice: User, path: str) -> None:
    protected(alice)
    client = browser(app)
    with client.session_transaction() as session:
        session.update({"tf_user_id": alice.fs_uniquifier, "tf_state": "ready"})
    assert client.get(path).location == INTERRUPTED


def set_password(user: User) -> None:
    users.set_password(user, Secret("umbrella granite walnut"))


@pytest.mark.parametrize("end", [users.log_out, users.disable, set_password])
def test_what_ends_the_sessions_ends_half_a_log_in_too(
    app: Flask, alice: User, end: Callable[[User], object]
) -> None:
    phone, client = protected(alice), half_logged_in(app, alice)
    end(User.get_by_id(alice.id))
    client.post("/tf-validate", data={"code": phone.code()})
    assert not is_in(client)
