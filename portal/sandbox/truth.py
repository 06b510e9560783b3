"""The sandbox's actual records, to compare a copy with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from portal.sandbox.store import Row, Table


def truth(
    tables: Mapping[str, Table], *, ids: bool = False, digests: bool = False, rows: bool = False
) -> dict[str, dict[str, Any]]:
    """Per record type: total, active, inactive; on request the ids of both, and a digest or the row per id.

    Records in a recycle bin are counted apart, as `deleted`, where there are any.
    """
    return {kind: _of_type(table.rows(), ids=ids, digests=digests, whole=rows) for kind, table in tables.items()}


def record(row: Row, detail: dict[str, Any] | None) -> dict[str, Any]:
    """Return a record's list row, detail and state."""
    return {
        "id": row.id,
        "active": row.active,
        "updated": row.updated,
        "digest": digest(row.fields()),
        "row": row.fields(),
        "detail": detail,
    }


def digest(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of a list row as canonical JSON: sorted keys, no spaces, UTF-8."""
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()


def _of_type(rows: list[Row], *, ids: bool, digests: bool, whole: bool) -> dict[str, Any]:
    deleted = [row.id for row in rows if row.deleted]
    rows = [row for row in rows if not row.deleted]
    active = [row.id for row in rows if row.active]
    inactive = [row.id for row in rows if not row.active]
    found: dict[str, Any] = {"total": len(rows), "active": len(active), "inactive": len(inactive)}
    if deleted:
        found["deleted"] = len(deleted)
    if ids:
        found |= {"active_ids": active, "inactive_ids": inactive, **({"deleted_ids": deleted} if deleted else {})}
    if digests:
        found["digests"] = {str(row.id): digest(row.fields()) for row in rows}
    if whole:
        found["rows"] = {str(row.id): row.fields() for row in rows}
    return found
