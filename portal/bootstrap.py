"""What every process does first: point it at the stores the operator configured. Opens no connection."""

from __future__ import annotations

from portal import db, guard, vault
from portal.config import Config
from portal.jobs import queue


def bind(config: Config) -> None:
    """Bind the database, the vault, the queue and the guard of outbound calls."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
    queue.bind(config.redis_url)
    guard.bind(config.outbound_allow)
