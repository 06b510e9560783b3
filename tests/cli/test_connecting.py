"""`portal integration connect` has the options of each PSA's connect form, and `test` names its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from portal import db
from portal.cli import targets
from portal.cli.integrations import connect, connect_command
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa import registry
from portal.services.connecting import connections
from portal.vault import Secret
from tests.cli.conftest import Shell
from tests.psa.ledger import LEDGER
from tests.psa.ledger_server import KEY, Ledger, serving

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with serving() as server:
        yield server


@pytest.fixture
def shell(northwind_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run in a portal with Ledger in its registry, which Northwind may connect."""
    monkeypatch.setitem(registry.ADAPTERS, LEDGER.slug, LEDGER)
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    monkeypatch.setattr(targets.PSA, "choices", tuple(registry.ADAPTERS))
    monkeypatch.setitem(connect.commands, LEDGER.slug, connect_command(LEDGER))
    with db.connected():
        Account.update(enabled_psas=["ledger"]).execute()
    return Shell({**northwind_shell.environment, "PORTAL_OUTBOUND_ALLOW": "127.0.0.1"})


def values(ledger: Ledger) -> tuple[str, ...]:
    return ("integration", "connect", "ledger", *ACCOUNT, "--address", f"{ledger.url}/", "--types", "clients")


def test_the_fields_of_the_form_are_the_options(shell: Shell, ledger: Ledger) -> None:
    told = shell.ok(*values(ledger), "--key-stdin", typed=f"{KEY}\n")
    assert "Connected as the key's owner." in told
    run = shell.json("sync", "run", *ACCOUNT, "--wait")
    assert (run["state"], run["steps"]["clients"]["created"]) == ("succeeded", 3)
    status = shell.json("integration", "status", *ACCOUNT)
    assert (status["psa"], status["address"]) == ("ledger", ledger.url)
    assert shell.json("records", "count", *ACCOUNT)["clients"]["live"] == 3


def test_the_help_explains_each_option(shell: Shell) -> None:
    told = shell.ok("integration", "connect", "ledger", "--help")
    assert "--key-stdin" in told
    assert "Read the API Key from standard input." in told


def test_a_wrong_value_names_its_option(shell: Shell, ledger: Ledger) -> None:
    result = shell.run(*values(ledger), "--key-stdin", typed="wrong\n")
    assert result.exit_code == 1
    assert "Ledger doesn't accept this key. (--key)" in result.stderr
    assert shell.run("sync", "status", *ACCOUNT).exit_code == 1


def test_a_missing_option_is_wrong_usage(shell: Shell) -> None:
    result = shell.run("integration", "connect", "ledger", *ACCOUNT, "--key-stdin", typed=f"{KEY}\n")
    assert result.exit_code == 2
    assert "--address" in result.stderr


def test_a_test_names_the_field_of_the_form(shell: Shell, ledger: Ledger) -> None:
    shell.ok(*values(ledger), "--key-stdin", typed=f"{KEY}\n")
    assert shell.json("integration", "test", *ACCOUNT)["permissions"] == {"clients": "granted"}
    with db.connected():
        one = Integration.get()
        one.credentials = connections.with_secrets(one, {"key": Secret("expired")})
        one.save()
    result = shell.run("integration", "test", *ACCOUNT, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["field"] == "key"
