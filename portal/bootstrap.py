"""What every process does first: point the stores at what the operator configured. Opens no connection."""

from __future__ import annotations

from portal import db, vault
from portal.config import Config


def bind(config: Config) -> None:
    """Bind the database and the vault of this process."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
