"""Disabling, enabling and removing users, and resetting two-factor authentication."""

from __future__ import annotations

import pytest

from portal.db import connected
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.services.accounts import recovery_codes
from portal.vault import Secret
from tests.cli.conftest import PASSWORD, Shell

ADA = "ada@northwind.example"


@pytest.fixture
def ada(northwind_shell: Shell) -> Shell:
    northwind_shell.ok("user", "create", ADA, "--account", "Northwind IT", "--password-stdin", typed=f"{PASSWORD}\n")
    return northwind_shell


def row(shell: Shell) -> dict[str, object]:
    (found,) = shell.json("user", "list")
    return dict(found)


def actions() -> list[tuple[str, str]]:
    with connected():
        return [(entry.action, entry.detail) for entry in AuditEntry.select().order_by(AuditEntry.id)]


def test_a_person_is_disabled_and_enabled(ada: Shell) -> None:
    assert "logged out everywhere" in ada.ok("user", "disable", ADA)
    assert row(ada)["active"] is False
    ada.ok("user", "enable", "ada@NORTHWIND.example")
    assert row(ada)["active"] is True
    assert actions()[-2:] == [("user.disabled", ADA), ("user.enabled", ADA)]


def test_a_person_is_removed_once_the_operator_has_confirmed(ada: Shell) -> None:
    for answer in ("", "n\n"):
        assert ada.run("user", "remove", ADA, typed=answer).exit_code == 1
    assert row(ada)["email"] == ADA
    ada.ok("user", "remove", ADA, typed="y\n")
    assert ada.json("user", "list") == []
    assert actions()[-1] == ("user.removed", ADA)


def test_two_factor_is_reset(ada: Shell) -> None:
    with connected():
        person = User.get()
        Authenticator.create(user=person, secret=Secret("x"), last_counter=7)
        recovery_codes.make(person)
    assert row(ada)["two_factor"] is True
    ada.ok("user", "reset-two-factor", ADA)
    assert row(ada)["two_factor"] is False
    with connected():
        assert not Authenticator.select().exists()
        assert not RecoveryCode.select().exists()
    assert actions()[-1] == ("user.two_factor_reset", ADA)


@pytest.mark.parametrize("words", [("disable",), ("enable",), ("remove", "--yes"), ("reset-two-factor",)])
def test_a_person_who_is_not_there_is_said_so(words: tuple[str, ...], ada: Shell) -> None:
    result = ada.run("user", words[0], "nobody@northwind.example", *words[1:])
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no user with the email nobody@northwind.example.\n")
