"""Details: single records, with the keys that lists omit."""

from __future__ import annotations

from typing import Any

from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.store import Row


def detail(tenant: Tenant, record_type: RecordType, number: int) -> dict[str, Any] | None:
    """Return the record; None if there is none."""
    row = tenant.tables[record_type.name].get(number)
    return whole(tenant, record_type, row) if row else None


def whole(tenant: Tenant, record_type: RecordType, row: Row) -> dict[str, Any]:
    """Return the detail of a row, with its update times (halo-api.md section 3.6)."""
    fields = tenant.factory.detail(record_type.name, row)
    fields |= dict.fromkeys(record_type.stamps, halo_date(row.updated))
    return {key: value for key, value in fields.items() if value is not None}
