"""Values that only Halo writes in its way: the state of a record, and references spread over several keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from portal.record_fields import Reference
from portal.record_fields.values import Row, as_id, text, yes_no

# Client 1 is "Unknown", agent 1 "Unassigned" (halo-api.md section 4).
UNKNOWN: Final = 1


def active(row: Row) -> bool | None:
    """Whether a record is active; None if the row does not say (halo-api.md section 3.4)."""
    if (found := yes_no(row, "active")) is not None:
        return found
    inactive = yes_no(row, "inactive")
    return None if inactive is None else not inactive


def reference(
    row: Row, record_type: str | None, number_keys: Iterable[str], *name_keys: str, unknown: int = 0
) -> Reference | None:
    """Return what the row refers to by id, name or both; None for the id `unknown`, which stands for nobody."""
    remote_id = next((found for key in number_keys if (found := as_id(row.get(key)))), None)
    if remote_id is not None and remote_id == unknown:
        return None
    name = text(row, *name_keys) or ""
    return Reference(record_type, remote_id, name) if remote_id is not None or name else None
