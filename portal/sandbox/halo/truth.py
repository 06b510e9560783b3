"""The sandbox's actual records, to compare a copy with."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from portal.sandbox.halo.details import detail
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.store import Row
from portal.sandbox.halo.tenant import Tenant


def truth(
    tenant: Tenant, *, ids: bool = False, digests: bool = False, rows: bool = False
) -> dict[str, dict[str, Any]]:
    """Per record type: total, active, inactive; on request the ids of both, and a digest or the row per id."""
    return {kind: _of_type(tenant.tables[kind].rows(), ids=ids, digests=digests, whole=rows) for kind in RECORD_TYPES}


def record(tenant: Tenant, kind: str, number: int) -> dict[str, Any]:
    """Return a record's list row, detail and state. Raises KeyError if it does not exist."""
    row = tenant.tables[kind].existing(number)
    return {
        "id": row.id,
        "active": row.active,
        "updated": row.updated,
        "digest": digest(row.fields()),
        "row": row.fields(),
        "detail": detail(tenant, RECORD_TYPES[kind], number),
    }


def digest(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of a list row as canonical JSON: sorted keys, no spaces, UTF-8."""
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def _of_type(rows: list[Row], *, ids: bool, digests: bool, whole: bool) -> dict[str, Any]:
    active = [row.id for row in rows if row.active]
    inactive = [row.id for row in rows if not row.active]
    found: dict[str, Any] = {"total": len(rows), "active": len(active), "inactive": len(inactive)}
    if ids:
        found |= {"active_ids": active, "inactive_ids": inactive}
    if digests:
        found["digests"] = {str(row.id): digest(row.fields()) for row in rows}
    if whole:
        found["rows"] = {str(row.id): row.fields() for row in rows}
    return found
