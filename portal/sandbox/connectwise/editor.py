"""How changes show in ConnectWise's rows (connectwise-api.md sections 5 and 6)."""

from __future__ import annotations

from typing import Any, Final

from portal.sandbox.changes import Editor
from portal.sandbox.connectwise.data.common import day, moment, reference
from portal.sandbox.connectwise.data.companies import OWN
from portal.sandbox.connectwise.data.companies import STATUSES as COMPANY_STATUSES
from portal.sandbox.connectwise.data.configurations import STATUSES as CONFIGURATION_STATUSES
from portal.sandbox.connectwise.data.opportunities import STATUSES as OPPORTUNITY_STATUSES
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.store import Row, Table, encode_row


class ConnectWiseEditor(Editor):
    """Deletes companies to the recycle bin and all else for good."""

    def label(self, kind: str) -> str:
        return RECORD_TYPES[kind].label

    def state_fields(self, kind: str, *, active: bool, moment: float) -> dict[str, Any]:
        return _STATES[kind](active, moment) if kind in _STATES else {"inactiveFlag": not active}

    def may_be_drawn(self, kind: str, row: Row) -> bool:
        return not row.deleted and not (kind == "clients" and row.id == OWN)

    def with_fields(self, row: Row, fields: dict[str, Any], kind: str, now: float, *, active: bool) -> Row:
        del kind
        return changed(row, fields, now, active=active)

    def deleted(self, table: Table, rows: list[Row], kind: str, now: float) -> list[Row]:
        if kind != "clients":
            return super().deleted(table, rows, kind, now)
        binned = {"deletedFlag": True, "dateDeleted": moment(now), "deletedBy": "zAdmin"}
        rows = [changed(row, binned, now, active=row.active) for row in rows]
        table.put(rows)
        return rows


def changed(row: Row, fields: dict[str, Any], now: float, *, active: bool, stamps: bool = True) -> Row:
    """Return the row with these fields. Without `stamps` it keeps its update time, as in a merge."""
    now = float(int(now)) if stamps else row.updated
    whole = {**row.fields(), **fields}
    if stamps:
        whole["_info"] = {**(whole.get("_info") or {}), "lastUpdated": moment(now), "updatedBy": "jsmith"}
    return Row(row.id, encode_row(whole), active, now, bool(whole.get("deletedFlag")))


def _company(active: bool, _: float) -> dict[str, Any]:  # noqa: FBT001 - one of a table's functions
    return {"status": reference(*COMPANY_STATUSES[0 if active else 1], "company/companies/statuses")}


def _configuration(active: bool, _: float) -> dict[str, Any]:  # noqa: FBT001
    status = CONFIGURATION_STATUSES[0 if active else 1]
    return {"activeFlag": active, "status": reference(*status, "company/configurations/statuses")}


def _opportunity(active: bool, now: float) -> dict[str, Any]:  # noqa: FBT001
    number, name, *_ = OPPORTUNITY_STATUSES[0 if active else 2]
    return {
        "status": reference(number, name, "sales/opportunities/statuses"),
        "closedDate": None if active else moment(now),
        "closedBy": None if active else reference(170, "Sales rep 170", identifier="User170"),
    }


def _agreement(active: bool, now: float) -> dict[str, Any]:  # noqa: FBT001
    return {
        "cancelledFlag": not active,
        "dateCancelled": None if active else day(now),
        "agreementStatus": "Active" if active else "Cancelled",
        "endDate": None,
        "noEndingDateFlag": True,
    }


_STATES: Final = {
    "clients": _company,
    "assets": _configuration,
    "opportunities": _opportunity,
    "contracts": _agreement,
}
EDITOR: Final = ConnectWiseEditor()
