"""`portal vault`: moving to a new key without losing a secret."""

from __future__ import annotations

import base64
import os

import pytest

from portal import db, vault
from portal.config import Config
from portal.models.accounts import Account
from portal.models.integrations import Integration, Psa
from portal.vault import Secret
from tests.cli.conftest import Shell


@pytest.fixture
def sealed(shell: Shell, config: Config) -> Shell:
    """Hold one secret, sealed with the key in use."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
    with db.connected():
        account = Account.create(name="Northwind IT")
        Integration.create(account=account, psa=Psa.HALO, uid="u1", client_secret=Secret("hush"))
    return shell


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
    assert "Secrets sealed anew: 1." in both.ok("vault", "rotate")
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


def test_no_output_holds_the_secret(sealed: Shell) -> None:
    outputs = [sealed.run("vault", verb).output for verb in ("doctor", "rotate")]
    assert "hush" not in "".join(outputs)
