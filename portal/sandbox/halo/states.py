"""The keys of a row that show whether its record is active."""

from __future__ import annotations

from typing import Any

from portal.sandbox.halo.data.dates import EMPTY, halo_date


def state_fields(kind: str, *, active: bool, moment: float) -> dict[str, Any]:
    """Return the keys to change; none for products (halo-api.md section 4.4)."""
    if kind == "products":
        return {}
    if kind == "contracts":
        return {"active": active, "expired": not active, "contract_status": "Active" if active else "Expired"}
    if kind == "opportunities":
        return {
            "hasbeenclosed": None if active else True,
            "dateclosed": EMPTY if active else halo_date(moment),
            "status_id": 1 if active else 9,
            "status_name": "New" if active else "Closed",
        }
    return {"inactive": not active}
