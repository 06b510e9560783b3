"""The seven list endpoints: path, key of the rows, and query parameters (halo-api.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# The page size to request. Halo uses a smaller one for most lists, and says so in its response (section 3.2).
PAGE_SIZE: Final = 1000
# Without `pageinate` [sic], Halo ignores the page parameters; without an order, rows move between pages.
PAGING: Final = {"pageinate": "true", "order": "id", "orderdesc": "false"}
# Inactive records are fetched too: reconciliation needs complete lists, and filters are applied afterwards.
BOTH_STATES: Final = {"includeactive": "true", "includeinactive": "true"}


@dataclass(frozen=True)
class Resource:
    """`words` is the rows' name in messages; `key` is the envelope's key for them.

    `has_date_filter` says that the list has lastupdatefromdate, which a tenant may still ignore (section 3.6);
    `has_ids_only` that it can return only ids (section 3.2); `has_update_times` that its rows include the time of
    their last update. `field_kind` is Halo's number for the type's custom fields, if the list must be asked for them
    (see custom_field_ids.py).
    """

    path: str
    key: str
    words: str
    params: Mapping[str, str] = field(default_factory=dict)
    has_date_filter: bool = True
    has_ids_only: bool = True
    has_update_times: bool = False
    field_kind: int | None = None


RESOURCES: Final[Mapping[str, Resource]] = {
    "clients": Resource("Client", "clients", "clients", BOTH_STATES, field_kind=2),
    "sites": Resource("Site", "sites", "sites", {**BOTH_STATES, "includeaddress": "true"}, field_kind=3),
    "contacts": Resource("Users", "users", "contacts (Users)", BOTH_STATES),
    "products": Resource("Item", "items", "products (Items)", BOTH_STATES, has_date_filter=False, has_ids_only=False),
    # Asset fields hold the interesting data of a device; this parameter has been seen to include them (section 3.5).
    "assets": Resource("Asset", "assets", "assets", {**BOTH_STATES, "includeassetfields": "true"}, field_kind=5),
    "opportunities": Resource(
        "Opportunities",
        "tickets",
        "opportunities",
        # Without `includeagent`, rows have only the id of the agent (section 4.6).
        {"includeclosed": "0,1", "includeagent": "true"},
        has_ids_only=False,
        has_update_times=True,
        field_kind=1,
    ),
    "contracts": Resource(
        "ClientContract",
        "contracts",
        "contracts",
        {"includeinactive": "true"},
        has_date_filter=False,
        has_ids_only=False,
    ),
}


def shown_path(record_type: str, asked: dict[str, str]) -> str:
    """Return the path of a call for the log, without the parameters that all calls have."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/api/{RESOURCES[record_type].path}?{query}"
