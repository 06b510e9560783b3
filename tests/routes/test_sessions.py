"""A session is a row: whatever a browser or a thief still holds of one that has ended opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_login.utils import encode_cookie

from portal.db import db
from portal.models.accounts import User
from portal.models.sessions import LoginSession
from portal.routes.web.login import sessions as request_sessions
from portal.routes.web.login.sessions import REFRESH_HEADER, TOKEN
from portal.services.accounts import sessions, users
from portal.vault import Secret
from tests.conftest import PASSWORD, browser
from tests.cookies import Jar, is_inside, later, log_in, token_of

NEW_PASSWORD = "another battery staple"
KEY = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def jar(app: Flask, alice: User) -> Jar:
    """Return a browser in which Alice has just logged in through the form."""
    jar = Jar(app)
    assert log_in(jar, alice.email, PASSWORD).status_code == 302
    return jar


def log_out(jar: Jar) -> None:
    jar.post("/logout", {"csrf_token": token_of(jar.get("/integrations").text)})


def test_what_was_copied_before_the_log_out_opens_nothing_after_it(app: Flask, jar: Jar) -> None:
    thief = Jar(app, jar.copy())
    assert is_inside(thief)
    log_out(jar)
    assert not is_inside(thief)
    assert LoginSession.select().count() == 0


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}])
def test_every_cookie_of_a_log_in_is_worthless_after_the_log_out(
    remember: dict[str, str], app: Flask, alice: User
) -> None:
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD, **remember)
    kept = jar.copy()
    log_out(jar)
    assert jar.cookies.keys() <= {"portal-device"}
    assert not is_inside(Jar(app, kept))
    for name, value in kept.items():
        assert not is_inside(Jar(app, {name: value}))


@pytest.mark.parametrize("name", ["remember_token", "=", ""])
def test_a_cookie_that_flask_login_once_took_logs_nobody_in(app: Flask, alice: User, name: str) -> None:
    with app.app_context():
        signed = encode_cookie(alice.fs_uniquifier)
    assert not is_inside(Jar(app, {name: signed}))


def test_a_session_that_was_opened_before_there_were_rows_has_ended(app: Flask, alice: User) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": alice.fs_uniquifier, "_fresh": True})
    assert client.get("/integrations").status_code == 302


@pytest.mark.parametrize("token", ["", "made up", None, 7, ["x"], "\0"])
def test_a_made_up_token_opens_nothing(app: Flask, alice: User, token: object) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": alice.fs_uniquifier, TOKEN: token})
    assert client.get("/integrations").status_code == 302


def test_the_session_of_somebody_else_opens_nothing(app: Flask, alice: User, mallory: User) -> None:
    token, _ = sessions.start(mallory, address="", user_agent="", remembered=False)
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": alice.fs_uniquifier, TOKEN: token})
    assert client.get("/integrations").status_code == 302


def test_the_database_does_not_hold_what_the_browser_shows(app: Flask, alice: User) -> None:
    client = browser(app, alice)
    with client.session_transaction() as session:
        token = session[TOKEN]
    assert token not in str(list(LoginSession.select().dicts()))


def test_twelve_idle_hours_end_a_session(jar: Jar) -> None:
    with later(hours=11, minutes=58):
        assert is_inside(jar)  # and this counts as a use
    with later(hours=23, minutes=56):
        assert is_inside(jar)
    with later(hours=35, minutes=57):
        assert not is_inside(jar)


def test_a_page_that_refreshes_itself_all_night_is_idle(jar: Jar) -> None:
    for hours in range(1, 12):
        with later(hours=hours):
            assert jar.send("GET", "/integrations", **{REFRESH_HEADER: "true"}).status_code == 200
    with later(hours=12):
        assert jar.send("GET", "/integrations", **{REFRESH_HEADER: "true"}).status_code == 302


def test_seven_days_end_a_session_however_busy_it_is(jar: Jar) -> None:
    for hours in range(11, 7 * 24, 11):
        with later(hours=hours):
            assert is_inside(jar)
    with later(days=7):
        assert not is_inside(jar)


def test_a_remembered_session_may_be_idle_but_lasts_no_longer(app: Flask, alice: User) -> None:
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD, remember="y")
    with later(days=6, hours=23):
        assert is_inside(jar)
    with later(days=7):
        assert not is_inside(jar)


def test_the_operator_decides_how_long(jar: Jar) -> None:
    sessions.bind(sessions.Limits(idle=timedelta(hours=1), longest=timedelta(days=1)))
    try:
        with later(minutes=61):
            assert not is_inside(jar)
    finally:
        sessions.bind(sessions.Limits())


def test_use_is_noted_at_most_once_a_minute(as_alice: FlaskClient) -> None:
    def seen() -> object:
        return LoginSession.get().last_seen_at

    first = seen()
    with later(seconds=50):
        as_alice.get("/integrations")
    assert seen() == first
    with later(seconds=61):
        as_alice.get("/integrations", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert seen() != first
    assert LoginSession.get().address == "192.0.2.7"


def test_checking_the_session_costs_one_query_in_all(
    app: Flask, as_alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = db.obj.execute_sql

    def noting(sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    monkeypatch.setattr(db.obj, "execute_sql", noting)
    as_alice.get("/sessions", headers={REFRESH_HEADER: "true"})
    about_people = [sql for sql in asked if '"user"' in sql or '"account"' in sql]
    assert len(about_people) == 1
    plan = db.execute_sql(f"EXPLAIN QUERY PLAN {about_people[0]}", ["x"] * about_people[0].count("?")).fetchall()
    assert not [step for step in plan if "SCAN" in str(step)]


def test_a_log_in_starts_a_session_of_its_own(app: Flask, alice: User) -> None:
    jar = Jar(app)
    form = token_of(jar.get("/login").text)
    planted = jar.copy()
    jar.post("/login", {"email": alice.email, "password": PASSWORD, "csrf_token": form})
    assert is_inside(jar)
    assert not is_inside(Jar(app, planted))
    # Neither is the seed of the old page's tokens taken over.
    assert jar.send("POST", "/sessions/end-others", {"csrf_token": form}).status_code == 400


def test_nothing_of_another_persons_session_survives_a_log_in(app: Flask, alice: User, sam: User) -> None:
    client = browser(app, alice)
    with client.session_transaction() as session:
        left = {
            "tf_user_id": alice.fs_uniquifier,
            "tf_state": "ready",
            "tf_totp_secret": "x",
            "fs_gexp": 1,
            "more": 1,
        }
        session.update(left)
    sessions.end_all(alice)
    assert client.post("/login", data={"email": sam.email, "password": PASSWORD}).status_code == 302
    with client.session_transaction() as session:
        assert not set(left) & set(session)
        assert session["_user_id"] == sam.fs_uniquifier


def test_logging_in_again_on_a_device_ends_the_session_it_had(jar: Jar, alice: User) -> None:
    User.update(active=False).execute()
    jar.get("/integrations")
    User.update(active=True).execute()
    number = LoginSession.get().id
    users.disable(User.get_by_id(alice.id))
    users.enable(User.get_by_id(alice.id))
    log_in(jar, alice.email, PASSWORD)
    assert [each.id for each in LoginSession.select()] != [number]
    assert LoginSession.select().count() == 1


def test_a_new_password_ends_all_other_sessions(app: Flask, jar: Jar, alice: User) -> None:
    other, before = browser(app, alice), jar.copy()
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    page = jar.get("/change").text
    assert jar.post("/change", {**form, "csrf_token": token_of(page)}).status_code == 302
    assert is_inside(jar)
    assert LoginSession.select().count() == 1
    assert other.get("/integrations").status_code == 302
    assert not is_inside(Jar(app, before))


def test_a_device_that_is_kept_logged_in_stays_so_when_the_password_changes(app: Flask, alice: User) -> None:
    jar = Jar(app)
    log_in(jar, alice.email, PASSWORD, remember="y")
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    jar.post("/change", {**form, "csrf_token": token_of(jar.get("/change").text)})
    with later(days=2):
        assert is_inside(jar)


@pytest.mark.parametrize(
    "end",
    [
        users.disable,
        users.remove,
        users.reset_two_factor,
        users.log_out,
        lambda user: users.set_password(user, Secret(NEW_PASSWORD)),
    ],
)
def test_the_operator_ends_every_session_of_a_person(
    end: Callable[[User], object], app: Flask, alice: User, sam: User
) -> None:
    devices, colleague = [browser(app, alice), browser(app, alice)], browser(app, sam)
    end(alice)
    assert [device.get("/integrations").status_code for device in devices] == [302, 302]
    assert colleague.get("/integrations").status_code == 200
    assert [each.user_id for each in LoginSession.select()] == [sam.id]  # type: ignore[attr-defined]  # Peewee adds it


def test_the_number_of_the_session_is_known_while_a_request_is_answered(app: Flask, as_alice: FlaskClient) -> None:
    with app.test_client() as stranger:
        stranger.get("/integrations")
        assert (g.get("session_number"), request_sessions.current()) == (None, None)
    with as_alice:
        as_alice.get("/integrations")
        assert g.session_number == LoginSession.get().id
        assert request_sessions.current() == LoginSession.get()


def test_a_number_is_never_used_again(alice: User) -> None:
    _, first = sessions.start(alice, address="", user_agent="", remembered=False)
    sessions.end_all(alice)
    _, second = sessions.start(alice, address="", user_agent="", remembered=False)
    assert second.id > first.id


def test_a_full_disk_keeps_nobody_from_reading(as_alice: FlaskClient) -> None:
    db.execute_sql(
        "CREATE TRIGGER full BEFORE UPDATE ON login_session BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    db.execute_sql("PRAGMA query_only = 1")
    with later(minutes=2):
        assert as_alice.get("/integrations").status_code == 200
