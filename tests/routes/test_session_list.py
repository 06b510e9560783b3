"""Where you're logged in: each device, and a button to log it out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.sessions import LoginSession
from portal.services.accounts import sessions
from tests.conftest import browser

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def other_device(user: User, user_agent: str = FIREFOX, address: str = "192.0.2.9") -> LoginSession:
    return sessions.start(user, address=address, user_agent=user_agent, remembered=True)[1]


def test_each_device_is_named(as_alice: FlaskClient, alice: User) -> None:
    other = other_device(alice)
    page = as_alice.get("/sessions").text
    assert "Firefox on Windows" in page
    assert "192.0.2.9" in page
    assert page.count("This device") == 1
    assert f'action="/sessions/{other.id}/end"' in page
    assert page.count("/end") == 2  # that one, and all others


def test_a_person_who_is_logged_in_once_has_nothing_to_end(as_alice: FlaskClient) -> None:
    assert "/end" not in as_alice.get("/sessions").text


def test_the_menu_leads_there(as_alice: FlaskClient) -> None:
    assert 'href="/sessions"' in as_alice.get("/integrations").text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "", "\0" * 300, "x" * 4000])
def test_a_browser_may_call_itself_anything(as_alice: FlaskClient, alice: User, name: str) -> None:
    other = other_device(alice, name)
    page = as_alice.get("/sessions")
    assert "An unknown browser" in page.text
    assert "<script>alert" not in page.text
    assert len(other.user_agent) <= sessions.LONGEST_TEXT


@pytest.mark.parametrize("who", ["as_alice", "as_sam"])
def test_a_device_is_logged_out_from_another_one(
    app: Flask, request: pytest.FixtureRequest, who: str, alice: User, sam: User
) -> None:
    here: FlaskClient = request.getfixturevalue(who)
    person = alice if who == "as_alice" else sam
    lost = browser(app, person)
    number = LoginSession.select().order_by(LoginSession.id.desc()).get().id
    answer = here.post(f"/sessions/{number}/end")
    assert (answer.status_code, answer.location) == (303, "/sessions")
    assert "Logged out on that device." in here.get("/sessions").text
    assert lost.get("/integrations").status_code == 302
    entry = AuditEntry.get(AuditEntry.action == "session.ended")
    assert (entry.user, entry.detail) == (person, f"session {number}")


def test_all_others_are_logged_out_at_once(app: Flask, as_alice: FlaskClient, alice: User, sam: User) -> None:
    others, colleague = [browser(app, alice), browser(app, alice)], browser(app, sam)
    assert as_alice.post("/sessions/end-others").status_code == 303
    assert [other.get("/integrations").status_code for other in others] == [302, 302]
    assert as_alice.get("/integrations").status_code == 200
    assert colleague.get("/integrations").status_code == 200


@pytest.mark.parametrize("whose", ["sam", "mallory"])
def test_nobody_ends_the_session_of_somebody_else(
    request: pytest.FixtureRequest, as_alice: FlaskClient, whose: str
) -> None:
    theirs = other_device(request.getfixturevalue(whose))
    assert as_alice.post(f"/sessions/{theirs.id}/end").status_code == 404
    assert as_alice.post("/sessions/end-others").status_code == 303
    assert LoginSession.get_or_none(LoginSession.id == theirs.id)


@pytest.mark.parametrize("number", ["0", "999999", str(2**63 - 1), str(2**63), "9" * 400, "-1", "x"])
def test_a_session_that_is_not_there_is_said_so(as_alice: FlaskClient, number: str) -> None:
    assert as_alice.post(f"/sessions/{number}/end").status_code == 404


def test_pressing_twice_says_that_it_has_ended_already(as_alice: FlaskClient, alice: User) -> None:
    other = other_device(alice)
    as_alice.post(f"/sessions/{other.id}/end")
    assert "That session has already ended." in as_alice.post(f"/sessions/{other.id}/end").text


def test_ending_this_one_logs_out_here(as_alice: FlaskClient) -> None:
    as_alice.post(f"/sessions/{LoginSession.get().id}/end")
    assert as_alice.get("/integrations").status_code == 302


def test_it_needs_the_pages_token(as_alice: FlaskClient, alice: User) -> None:
    other = other_device(alice)
    del as_alice.environ_base["HTTP_X_CSRFTOKEN"]
    assert as_alice.post(f"/sessions/{other.id}/end").status_code == 400
    assert as_alice.post("/sessions/end-others").status_code == 400
    assert LoginSession.select().count() == 2
