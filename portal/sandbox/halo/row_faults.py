"""Faults in Halo's rows (halo-api.md section 4)."""

from __future__ import annotations

from collections.abc import Callable

from portal.sandbox import row_faults
from portal.sandbox.row_faults import Rows


def _thin_rows(rows: Rows) -> None:
    """Remove keys that not every list includes."""
    for row in rows:
        for key in ("customer_relationship", "customer_relationship_list"):
            row.pop(key, None)


ROW_FAULTS: dict[str, Callable[[Rows], None]] = {**row_faults.ROW_FAULTS, "thin_rows": _thin_rows}
