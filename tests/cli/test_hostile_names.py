"""Control characters in foreign names are escaped by every command that prints them."""

from __future__ import annotations

import json

import pytest

from portal.db import connected
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.issues import Issue
from tests.cli.conftest import Shell
from tests.cli.test_webhooks import ACCOUNT, halo
from tests.telling import tell

__all__ = ["halo"]

HOSTILE = "x\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\rPaid"
DANGEROUS = set("\x1b\x07\x9b\u202e\r")


def harmless(shown: str) -> bool:
    return not DANGEROUS & set(shown) and "Paid" in shown


@pytest.fixture
def told(halo: Integration) -> None:
    with connected():
        tell(halo, json.dumps({"event": HOSTILE, "asset_id": 7}).encode())


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("show", "1"), ("show", "1", "--json")])
def test_of_a_webhook(words: tuple[str, ...], northwind_shell: Shell, told: None) -> None:
    assert harmless(northwind_shell.ok("webhook", words[0], *ACCOUNT, *words[1:]))


def test_of_people_and_accounts(northwind_shell: Shell) -> None:
    northwind_shell.ok(
        *("user", "create", "ada@northwind.example", "--account", "Northwind IT", "--name", HOSTILE),
        *("--password-stdin",),
        typed="correct horse battery\n",
    )
    with connected():
        Account.update(name=HOSTILE).execute()
        assert User.get().name == HOSTILE
    for words in (("user", "list"), ("user", "list", "--json"), ("account", "list"), ("account", "list", "--json")):
        assert harmless(northwind_shell.ok(*words))


@pytest.mark.parametrize("words", [("issue", "list"), ("issue", "list", "--json")])
def test_of_an_issue(words: tuple[str, ...], northwind_shell: Shell, halo: Integration) -> None:
    with connected():
        Issue.create(integration=halo, kind="records_failed", severity="error", problem=HOSTILE, subject=HOSTILE)
    assert harmless(northwind_shell.ok(words[0], words[1], *ACCOUNT, *words[2:]))


def test_of_an_error(shell: Shell) -> None:
    assert harmless(shell.run("user", "set-role", HOSTILE, "admin").output)
