"""Binds a process to its configuration, which every process does first. Opens no connections.

Before that, the database, the vault and the outbound slots do not exist. All else has a safe default: no queue, no
private address allowed, and the periods in the operations guide.
"""

from __future__ import annotations

from datetime import timedelta

from portal import db, guard, outbound_slots, vault, vendor_ids
from portal.config import Config
from portal.jobs import queue
from portal.services.accounts import sessions
from portal.services.alerts import wording
from portal.services.audit import audit_log
from portal.services.operations import retention


def bind(config: Config, *, threads: int | None = None) -> None:
    """Bind the database, the vault, the queue, the outbound guard and slots, and the settings of other modules.

    `threads` is how many requests a web process answers at once, None for other processes.
    """
    db.bind(config.database_url, threads=threads or 1)
    vault.bind(config.vault_keys)
    queue.bind(config.redis_url)
    guard.bind(config.outbound_allow, config.authorities)
    outbound_slots.bind(threads or outbound_slots.DEFAULT_THREADS)
    wording.bind(config.public_url)
    vendor_ids.bind(dict(config.vendor_ids))
    audit_log.bind(timedelta(days=config.keep_audit_days))
    retention.bind(
        retention.Periods(
            logs=timedelta(days=config.keep_logs_days),
            history=timedelta(days=config.keep_history_days),
            deliveries=timedelta(days=config.keep_deliveries_days),
        )
    )
    sessions.bind(
        sessions.Limits(idle=timedelta(hours=config.session_idle_hours), longest=timedelta(days=config.session_days))
    )
