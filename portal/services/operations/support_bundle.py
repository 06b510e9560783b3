"""What Scopable's support needs to know about a portal, without secrets and customer records."""

from __future__ import annotations

import platform
from importlib.metadata import distributions, version
from typing import Any
from urllib.parse import urlsplit

from peewee import fn

from portal import clock
from portal.config import Config
from portal.db import BaseModel, db, pending
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.models.sync import LogLevel, SyncLog, SyncRun
from portal.models.webhooks import Delivery, RefetchRequest
from portal.psa.connect_form import FieldKind
from portal.psa.registry import adapter_of
from portal.services.operations import sealed_values
from portal.services.syncing import sync_runs
from portal.sync.filters import read, write

RUNS = 50
LOG_LINES = 2000
TABLES: tuple[type[BaseModel], ...] = (
    Account,
    User,
    Integration,
    SyncRun,
    SyncLog,
    Record,
    Delivery,
    RefetchRequest,
    AuditEntry,
)


def collect(config: Config) -> dict[str, Any]:
    """Return the bundle's parts by name, each ready for JSON."""
    return {
        "about": _about(),
        "config": _settings(config),
        "tables": {table._meta.table_name: table.select().count() for table in TABLES},
        "sealing": _sealing(),
        "integrations": [_integration(one) for one in Integration.select()],
        "runs": [sync_runs.report(run) for run in sync_runs.newest_first(RUNS)],
        "troubles": [_line(one) for one in _troubles()],
    }


def _about() -> dict[str, Any]:
    packages = {one.metadata["Name"]: one.version for one in distributions()}
    return {
        "at": clock.now().isoformat(),
        "portal": version("scopable-portal"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
        "pending_migrations": pending(),
    }


def _settings(config: Config) -> dict[str, Any]:
    return {
        "data_dir": str(config.data_dir),
        "database": type(db.obj).__name__,
        "redis": urlsplit(config.redis_url).scheme if config.redis_url else None,
        "public_url": config.public_url,
        "support_address": config.support_address.url if config.support_address else None,
        "outbound_allow": sorted(config.outbound_allow),
        "authorities": [*config.authorities.sources, *filter(None, [config.authorities.added])],
        "keys": len(config.vault_keys),
    }


def _sealing() -> dict[str, int]:
    found = sealed_values.examine()
    return {"sealed": found.sealed, "stale": found.stale, "broken": len(found.broken)}


def _addresses(one: Integration) -> dict[str, str]:
    form = adapter_of(one.psa).connect_form
    return {each.name: one.connection.get(each.name, "") for each in form.fields if each.kind == FieldKind.ADDRESS}


def _integration(one: Integration) -> dict[str, Any]:
    return {
        "id": one.id,
        "psa": one.psa,
        "state": one.state,
        "addresses": _addresses(one),
        "record_types": one.record_types,
        "filters": write(read(one.filters)),
        "next_sync_at": one.next_sync_at,
        "last_delivery_at": one.last_delivery_at,
        "deliveries": _deliveries(one),
        "problem": one.problem,
    }


def _deliveries(one: Integration) -> dict[str, int]:
    """Count the integration's deliveries by their state."""
    query: Any = Delivery.select(Delivery.state, fn.COUNT(Delivery.id)).where(Delivery.integration == one)
    return dict(query.group_by(Delivery.state).tuples())


def _troubles() -> list[SyncLog]:
    query = SyncLog.select().where(SyncLog.level != LogLevel.INFO).order_by(SyncLog.id.desc()).limit(LOG_LINES)
    return list(query)


def _line(one: SyncLog) -> dict[str, Any]:
    return {
        "at": one.at,
        "run": one.run_id,  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
        "level": one.level,
        "type": one.record_type,
        "message": one.message,
    }
