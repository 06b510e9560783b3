"""The seven record types: path, key of the rows, and abilities of their lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecordType:
    """One list of halo-api.md section 3.1, with the limits of sections 3.2 to 3.6."""

    name: str
    path: str
    envelope: str
    scope: str
    cap: int  # the largest page granted, section 3.2
    stamps: tuple[str, ...]  # last-update keys of a detail, section 3.6
    stamp_in_list: str | None = None
    default_count: int = 1000
    max_count: int | None = None
    has_update_filter: bool = True
    has_idonly: bool = True
    has_includeactive: bool = True


CLIENTS = RecordType("clients", "Client", "clients", "read:customers", cap=1000, stamps=("alastupdate",))
SITES = RecordType("sites", "Site", "sites", "read:customers", cap=1000, stamps=("slastupdate",))
CONTACTS = RecordType("contacts", "Users", "users", "read:customers", cap=1000, stamps=("ulastupdate",))
PRODUCTS = RecordType(
    "products",
    "Item",
    "items",
    "read:items",
    cap=1000,
    stamps=("lastmodified",),
    stamp_in_list="lastmodified",
    has_update_filter=False,
    has_idonly=False,
)
ASSETS = RecordType("assets", "Asset", "assets", "read:assets", cap=50, stamps=("dlastupdate", "last_modified"))
OPPORTUNITIES = RecordType(
    "opportunities",
    "Opportunities",
    "tickets",
    "read:sales",
    cap=100,
    stamps=("last_update",),
    stamp_in_list="last_update",
    default_count=50,
    max_count=1000,
    has_idonly=False,
    has_includeactive=False,
)
CONTRACTS = RecordType(
    "contracts",
    "ClientContract",
    "contracts",
    "read:contracts",
    cap=100,
    stamps=("last_modified",),
    stamp_in_list="last_modified",
    has_update_filter=False,
    has_idonly=False,
    has_includeactive=False,
)

RECORD_TYPES: dict[str, RecordType] = {
    each.name: each for each in (CLIENTS, SITES, CONTACTS, PRODUCTS, ASSETS, OPPORTUNITIES, CONTRACTS)
}
