"""The keys of an embedded portal: made once, private, and never replaced while secrets need them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from portal import db, vault
from portal.config import Config, secret_key_file, vault_key_file
from portal.errors import ConfigError
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.processes import keys
from portal.vault import Secret


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PORTAL_DATA_DIR": str(tmp_path)}


def test_new_keys_are_good_and_private(environ: dict[str, str], tmp_path: Path) -> None:
    keys.make_missing(environ)
    Config.from_env(environ)
    for file in (secret_key_file(tmp_path), vault_key_file(tmp_path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_start_keeps_the_keys(environ: dict[str, str]) -> None:
    keys.make_missing(environ)
    before = Config.from_env(environ)
    keys.make_missing(environ)
    assert Config.from_env(environ) == before


def test_two_portals_do_not_share_keys(environ: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    keys.make_missing(environ)
    keys.make_missing({"PORTAL_DATA_DIR": str(other)})
    assert vault_key_file(tmp_path).read_text() != vault_key_file(other).read_text()


def test_no_key_is_made_when_the_environment_brings_them(environ: dict[str, str], tmp_path: Path) -> None:
    keys.make_missing({**environ, "PORTAL_SECRET_KEY": "from outside", "PORTAL_VAULT_KEY_FILE": "/run/vault.key"})
    assert list(tmp_path.glob("*.key")) == []


def test_no_new_vault_key_is_made_while_secrets_need_the_old_one(
    environ: dict[str, str], config: Config, northwind: Account
) -> None:
    keys.make_missing(environ)
    vault.bind(Config.from_env(environ).vault_keys)
    Integration.create(account=northwind, psa="halo", uid="u1", credentials=Secret("hush"))
    db.db.close()
    vault_key_file(config.data_dir).unlink()
    with pytest.raises(ConfigError) as caught:
        keys.make_missing(environ)
    assert "PORTAL_VAULT_KEY isn't set" in caught.value.problem
    assert not vault_key_file(config.data_dir).exists()


def test_a_lost_vault_key_is_replaced_when_nothing_was_sealed(environ: dict[str, str], northwind: Account) -> None:
    db.db.close()
    keys.make_missing(environ)
    Config.from_env(environ)
