"""The filters that Halo's lists support (halo-api.md section 3.5). Others are silently ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.sandbox.halo.data.assets import GROUP_OF_ASSET_TYPE
from portal.sandbox.halo.parameters import Query, flag, whole
from portal.sandbox.halo.record_types import CONTRACTS, OPPORTUNITIES, RecordType

Fields = dict[str, Any]
Predicate = Callable[[Fields, str], bool]


def states(record_type: RecordType, query: Query) -> tuple[bool, bool]:
    """Whether active and inactive rows are requested (halo-api.md section 3.4).

    The default is active rows only; for opportunities, which are active while open, it is both.
    """
    if record_type is OPPORTUNITIES:
        return _open_and_closed(query)
    if record_type is CONTRACTS:
        return True, flag(query, "includeinactive")
    active, _, inactive = query.get("activeinactive", "").partition(",")
    both = {"includeactive": active, "includeinactive": inactive, **query}
    return flag(both, "includeactive", default=True), flag(both, "includeinactive")


def _open_and_closed(query: Query) -> tuple[bool, bool]:
    if flag(query, "open_only"):
        return True, False
    if flag(query, "closed_only"):
        return False, True
    wanted = query.get("includeclosed", "") or "0,1"
    return "0" in wanted, "1" in wanted


def _same(field: str) -> Predicate:
    return lambda row, value: row.get(field) == int(value)


def _in_group(row: Fields, value: str) -> bool:
    return GROUP_OF_ASSET_TYPE.get(row["assettype_id"]) == int(value)


def _contains(*fields: str) -> Predicate:
    return lambda row, value: any(value.lower() in str(row.get(field, "")).lower() for field in fields)


def _not_general_user(row: Fields, value: str) -> bool:
    return value.lower() != "true" or row["name"] != "General User"


def _kept_unless_false(field: str, *, when: bool) -> Predicate:
    return lambda row, value: value.lower() != "false" or row.get(field) is not when


NUMBERS = frozenset(
    {
        "agent_id",
        "assetgroup_id",
        "assettype_id",
        "client_id",
        "contract_id",
        "item_id",
        "site_id",
        "status",
        "supplier_id",
        "toplevel_id",
    }
)

FILTERS: dict[str, dict[str, Predicate]] = {
    "clients": {"toplevel_id": _same("toplevel_id"), "search": _contains("name", "ref")},
    "sites": {"client_id": _same("client_id"), "search": _contains("name", "client_name")},
    "contacts": {
        "client_id": _same("client_id"),
        "site_id": _same("site_id"),
        "search": _contains("name", "emailaddress"),
        "exclude_generaluser": _not_general_user,
        "exclude_defaultsiteusers": _not_general_user,
        "includeserviceaccount": _kept_unless_false("isserviceaccount", when=True),
        "includenonserviceaccount": _kept_unless_false("isserviceaccount", when=False),
    },
    "products": {
        "assetgroup_id": _same("assetgroup_id"),
        "supplier_id": _same("supplier_id"),
        "search": _contains("name", "description"),
    },
    "assets": {
        "client_id": _same("client_id"),
        "site_id": _same("site_id"),
        "assettype_id": _same("assettype_id"),
        "assetgroup_id": _in_group,
        "contract_id": _same("contract_id"),
        "item_id": _same("item_id"),
        "search": _contains("inventory_number", "key_field", "key_field2", "key_field3"),
    },
    "opportunities": {
        "client_id": _same("client_id"),
        "agent_id": _same("agent_id"),
        "status": _same("status_id"),
        "search": _contains("summary", "oppcompanyname"),
    },
    "contracts": {
        "client_id": _same("client_id"),
        "site_id": _same("site_id"),
        "search": _contains("ref", "refextra"),
    },
}


def wanted(kind: str, query: Query) -> list[tuple[Predicate, str]]:
    """Return the filters in the query. Numbers are validated before any row is read."""
    found = []
    for name, predicate in FILTERS[kind].items():
        value = query.get(name, "")
        if not value:
            continue
        if name in NUMBERS:
            value = str(whole(query, name, 0))
        found.append((predicate, value))
    return found
