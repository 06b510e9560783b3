"""The filters that Halo's lists know (halo-api.md section 3.5). All others are ignored without a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from portal.sandbox.halo.data.assets import GROUP_OF_ASSET_TYPE
from portal.sandbox.halo.record_types import CONTRACTS, OPPORTUNITIES, RecordType

Query = Mapping[str, str]
Fields = dict[str, Any]
Predicate = Callable[[Fields, str], bool]


class BadValueError(Exception):
    """A parameter that ASP.NET cannot bind: 400 with a ModelState (halo-api.md section 5)."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name, value)
        self.model_state = {name: [f"The value '{value}' is not valid."]}


def whole(query: Query, name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise BadValueError(name, value) from None


def page_number(query: Query) -> int:
    """Read the page that is asked for; the first when that is not said, or not clear."""
    try:
        return max(whole(query, "page_no", 1), 1)
    except BadValueError:
        return 1


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Only the word `true` is true: `1` is not (halo-api.md section 3.3)."""
    value = query.get(name, "").lower()
    return value == "true" if value else default


def moment(query: Query, name: str) -> float | None:
    """Read a date as seconds since 1970; without a zone it is UTC."""
    value = query.get(name, "")
    if not value:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise BadValueError(name, value) from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def states(record_type: RecordType, query: Query) -> tuple[bool, bool]:
    """Whether the active and the inactive rows are asked for (halo-api.md section 3.4)."""
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
    """Return the filters that the query sets; numbers are checked before any row is read."""
    found = []
    for name, predicate in FILTERS[kind].items():
        value = query.get(name, "")
        if not value:
            continue
        if name in NUMBERS:
            value = str(whole(query, name, 0))
        found.append((predicate, value))
    return found
