"""How changes show in Halo's rows."""

from __future__ import annotations

from typing import Any, Final

from portal.sandbox.changes import Editor
from portal.sandbox.halo.data.dates import EMPTY, halo_date
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.store import Row, encode_row

_LABEL = {
    "clients": "name",
    "sites": "name",
    "contacts": "name",
    "products": "name",
    "assets": "key_field",
    "opportunities": "summary",
    "contracts": "refextra",
}


class HaloEditor(Editor):
    def label(self, kind: str) -> str:
        return _LABEL[kind]

    def state_fields(self, kind: str, *, active: bool, moment: float) -> dict[str, Any]:
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

    def may_be_drawn(self, kind: str, row: Row) -> bool:
        """Keep record 1, which is "Unknown" among the clients."""
        del kind
        return row.id != 1

    def with_fields(self, row: Row, fields: dict[str, Any], kind: str, now: float, *, active: bool) -> Row:
        fields = {**row.fields(), **fields}
        stamp = RECORD_TYPES[kind].stamp_in_list
        if stamp:
            fields[stamp] = halo_date(now)
        return Row(row.id, encode_row(fields), active, now)


EDITOR: Final = HaloEditor()
