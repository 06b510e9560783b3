"""Which integration a command is about: the active one, the only one, or the one that --psa names."""

from __future__ import annotations

import pytest

from portal import db
from portal.cli import targets
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa import registry
from tests.cli.conftest import Shell
from tests.psa.ledger import LEDGER

ACCOUNT = ("--account", "Northwind IT")
COUNT = ("records", "count", *ACCOUNT)
PAUSE = ("sync", "pause", *ACCOUNT)


@pytest.fixture
def shell(northwind_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run in a portal that knows Ledger, too."""
    monkeypatch.setitem(registry.ADAPTERS, LEDGER.slug, LEDGER)
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    monkeypatch.setattr(targets.PSA, "choices", tuple(registry.ADAPTERS))
    return northwind_shell


def set_up(**states: str) -> None:
    with db.connected():
        for psa, state in states.items():
            Integration.create(account=Account.get(), psa=psa, state=state)


def test_without_any_psa_a_command_says_where_to_connect_one(shell: Shell) -> None:
    result = shell.run(*COUNT)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["No PSA is connected.", "Connect it on the Integrations page."]


def test_the_active_psa_is_meant_whatever_else_is_set_up(shell: Shell) -> None:
    set_up(halo="disconnected", ledger="active")
    shell.ok(*PAUSE)
    shell.ok(*COUNT)
    with db.connected():
        assert {one.psa: one.paused_at is not None for one in Integration} == {"halo": False, "ledger": True}


def test_records_of_the_only_psa_are_read_even_if_it_is_disconnected(shell: Shell) -> None:
    set_up(ledger="disconnected")
    shell.ok(*COUNT)
    result = shell.run(*PAUSE)
    assert result.exit_code == 1
    assert result.stderr.startswith("Ledger PSA isn't connected.")


def test_of_two_that_are_not_active_one_must_be_named(shell: Shell) -> None:
    set_up(halo="disconnected", ledger="draft")
    result = shell.run(*COUNT)
    assert result.exit_code == 2
    assert "Northwind IT has more than one PSA set up, and none is active." in result.stderr
    assert "Add --psa halo or --psa ledger." in result.stderr
    shell.ok(*COUNT, "--psa", "halo")


def test_a_psa_that_is_named_is_never_replaced_by_another(shell: Shell) -> None:
    set_up(halo="active")
    result = shell.run(*PAUSE, "--psa", "ledger")
    assert result.exit_code == 1
    assert result.stderr.startswith("Ledger PSA isn't connected.")


def test_an_unknown_psa_is_wrong_usage(shell: Shell) -> None:
    set_up(halo="active")
    result = shell.run(*COUNT, "--psa", "abacus")
    assert result.exit_code == 2
    assert "'halo'" in result.stderr


def test_another_accounts_psa_is_not_meant(shell: Shell) -> None:
    set_up(halo="active")
    shell.ok("account", "create", "Other MSP")
    assert shell.run("records", "count", "--account", "Other MSP").stderr.startswith("No PSA is connected.")
