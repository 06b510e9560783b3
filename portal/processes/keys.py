"""The two keys of an embedded portal: generated once, private to their owner, never replaced while in use."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from portal import config, db
from portal.errors import ConfigError
from portal.services.operations import sealed_values


def make_missing(environ: Mapping[str, str]) -> None:
    """Generate the keys that are neither in the environment nor in the data directory.

    Raises ConfigError if the vault key is missing but the database has secrets sealed with it: with a new key they
    could never be opened, while the old one may only have been moved.
    """
    data_dir = config.data_dir_of(environ)
    if _is_missing(environ, "PORTAL_SECRET_KEY", config.secret_key_file(data_dir)):
        _write_once(config.secret_key_file(data_dir), secrets.token_urlsafe(32))
    key_file = config.vault_key_file(data_dir)
    if _is_missing(environ, "PORTAL_VAULT_KEY", key_file):
        if _secrets_exist(environ):
            raise ConfigError(
                "PORTAL_VAULT_KEY isn't set, but the database has secrets encrypted with it.",
                f"Put the old key back into {key_file}, or set PORTAL_VAULT_KEY to it.",
            )
        _write_once(key_file, base64.urlsafe_b64encode(os.urandom(config.VAULT_KEY_BYTES)).decode())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing it atomically."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    _write_once(beside, text)
    beside.replace(path)


def _is_missing(environ: Mapping[str, str], name: str, file: Path) -> bool:
    return not environ.get(name) and not environ.get(f"{name}_FILE") and not file.exists()


def _write_once(path: Path, text: str) -> None:
    # The mode is set at creation, so others can never read the file, not even briefly.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")


def _secrets_exist(environ: Mapping[str, str]) -> bool:
    db.bind(config.database_url_of(environ))
    with db.connected():
        return sealed_values.any_sealed()
