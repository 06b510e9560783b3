"""What every process does first: point the stores at what the operator configured. Opens no connection."""

from __future__ import annotations

from portal import db, guard, vault
from portal.config import Config
from portal.jobs import queue


def bind(config: Config) -> None:
    """Bind the database, the vault, the network's guard and the queue of this process."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
    guard.bind(config.outbound_allow)
    queue.bind(config.redis_url)
