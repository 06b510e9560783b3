"""`portal vault`: moving to a new key without losing a secret."""

from __future__ import annotations

import base64
import os

import pytest

from portal import db, vault
from portal.config import Config
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.second_factor import Authenticator
from portal.services.operations import sealed_values
from portal.vault import Secret
from tests.cli.conftest import Shell


@pytest.fixture
def sealed(shell: Shell, config: Config) -> Shell:
    """Hold one secret, sealed with the key in use."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
    with db.connected():
        account = Account.create(name="Northwind IT")
        Integration.create(account=account, psa="halo", uid="u1", credentials=Secret("hush"))
    return shell


@pytest.fixture
def protected(sealed: Shell) -> Shell:
    """Hold the key of an authenticator as well, with a code taken and a recovery code."""
    with db.connected():
        ada = User.create(account=Account.get(), email="ada@northwind.example", fs_uniquifier="ada")
        Authenticator.create(user=ada, secret=Secret("KEYOFADA"), last_counter=7)
    return sealed


def with_new_key(shell: Shell, *, keep_old: bool) -> Shell:
    old = shell.environment["PORTAL_VAULT_KEY"]
    new = {"PORTAL_VAULT_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode()}
    if keep_old:
        new["PORTAL_VAULT_KEY_PREVIOUS"] = old
    return Shell({**shell.environment, **new})


def test_all_is_well_with_the_key_in_use(sealed: Shell) -> None:
    assert sealed.json("vault", "doctor") == {"ok": True, "sealed": 1, "stale": 0, "broken": []}


def test_a_key_is_replaced_in_three_steps(sealed: Shell) -> None:
    both = with_new_key(sealed, keep_old=True)
    assert both.json("vault", "doctor")["stale"] == 1
    assert "Secrets re-encrypted: 1." in both.ok("vault", "rotate")
    only_new = Shell({**both.environment, "PORTAL_VAULT_KEY_PREVIOUS": ""})
    assert only_new.json("vault", "doctor") == {"ok": True, "sealed": 1, "stale": 0, "broken": []}


def test_a_lost_key_is_reported_with_the_account_and_the_way_out(sealed: Shell) -> None:
    result = with_new_key(sealed, keep_old=False).run("vault", "doctor")
    assert result.exit_code == 1
    assert "Northwind IT" in result.stderr
    assert "PORTAL_VAULT_KEY_PREVIOUS" in result.stderr


def test_rotation_without_the_old_key_changes_nothing(sealed: Shell) -> None:
    assert with_new_key(sealed, keep_old=False).run("vault", "rotate").exit_code == 1
    assert sealed.json("vault", "doctor") == {"ok": True, "sealed": 1, "stale": 0, "broken": []}


def test_keys_of_authenticators_move_to_the_new_key_as_well(protected: Shell) -> None:
    both = with_new_key(protected, keep_old=True)
    assert both.json("vault", "doctor") == {"ok": True, "sealed": 2, "stale": 2, "broken": []}
    assert "Secrets re-encrypted: 2." in both.ok("vault", "rotate")
    only_new = Shell({**both.environment, "PORTAL_VAULT_KEY_PREVIOUS": ""})
    assert only_new.json("vault", "doctor") == {"ok": True, "sealed": 2, "stale": 0, "broken": []}
    with db.connected():
        row = Authenticator.get()
        assert (row.secret.reveal(), row.last_counter) == ("KEYOFADA", 7)


def test_an_authenticator_whose_key_does_not_open_is_reported_with_the_way_out(protected: Shell) -> None:
    with db.connected():
        Authenticator.update(secret="damaged").execute()
    result = protected.run("vault", "doctor")
    assert result.exit_code == 1
    assert "ada@northwind.example" in result.stderr
    assert "portal user reset-two-factor" in result.stderr
    protected.ok("user", "reset-two-factor", "ada@northwind.example")
    assert protected.json("vault", "doctor")["ok"] is True


def test_no_vault_key_is_made_while_an_authenticator_needs_the_old_one(protected: Shell) -> None:
    with db.connected():
        Integration.delete().execute()
        assert sealed_values.any_sealed()


def test_no_output_holds_the_secret(sealed: Shell) -> None:
    outputs = [sealed.run("vault", verb).output for verb in ("doctor", "rotate")]
    assert "hush" not in "".join(outputs)
