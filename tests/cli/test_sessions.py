"""The operator sees where a person is logged in, and logs them out."""

from __future__ import annotations

import pytest

from portal.db import connected
from portal.models.audit import AuditEntry
from portal.models.sessions import LoginSession
from portal.services.accounts import sessions, users
from tests.cli.conftest import PASSWORD, Shell

ADA = "ada@northwind.example"


@pytest.fixture
def ada(northwind_shell: Shell) -> Shell:
    northwind_shell.ok("user", "create", ADA, "--account", "Northwind IT", "--password-stdin", typed=f"{PASSWORD}\n")
    return northwind_shell


def log_in(user_agent: str = "curl/8.5.0") -> str:
    with connected():
        person = users.get(ADA)
        token, _ = sessions.start(person, address="192.0.2.4", user_agent=user_agent, remembered=False)
        assert sessions.find(token, person.fs_uniquifier)
    return token


def test_sessions_are_listed(ada: Shell) -> None:
    log_in()
    (row,) = ada.json("user", "sessions", ADA)
    assert row["browser"] == "curl"
    assert row["address"] == "192.0.2.4"
    assert set(row) == {"number", "browser", "user_agent", "address", "created_at", "last_seen_at", "remembered"}
    assert "192.0.2.4" in ada.ok("user", "sessions", ADA)


def test_somebody_who_is_logged_in_nowhere_has_none(ada: Shell) -> None:
    assert ada.json("user", "sessions", ADA) == []
    assert "Nothing to show." in ada.ok("user", "sessions", ADA)


def test_what_a_browser_calls_itself_does_not_reach_the_terminal(ada: Shell) -> None:
    log_in("\x1b[2Jclear Firefox/1")
    for words in (("user", "sessions", ADA), ("user", "sessions", ADA, "--json")):
        assert "\x1b" not in ada.ok(*words)


def test_a_person_is_logged_out_everywhere(ada: Shell) -> None:
    tokens = [log_in(), log_in()]
    assert "2 sessions ended" in ada.ok("user", "log-out", ADA)
    with connected():
        person = users.get(ADA)
        assert [sessions.find(token, person.fs_uniquifier) for token in tokens] == [None, None]
        entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.detail) == ("user.logged_out", ADA)
    assert "0 sessions ended" in ada.ok("user", "log-out", ADA)


@pytest.mark.parametrize("words", [("disable",), ("remove", "--yes"), ("reset-two-factor",)])
def test_what_ends_a_persons_access_ends_their_sessions(words: tuple[str, ...], ada: Shell) -> None:
    log_in()
    ada.ok("user", words[0], ADA, *words[1:])
    with connected():
        assert LoginSession.select().count() == 0


def test_a_new_password_by_the_operator_ends_them_too(ada: Shell) -> None:
    log_in()
    ada.ok("user", "set-password", ADA, "--password-stdin", typed="another battery staple\n")
    with connected():
        assert LoginSession.select().count() == 0


@pytest.mark.parametrize("command", ["sessions", "log-out"])
def test_a_person_who_is_not_there_is_said_so(command: str, ada: Shell) -> None:
    result = ada.run("user", command, "nobody@northwind.example")
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no user with the email nobody@northwind.example.\n")
