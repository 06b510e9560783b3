"""The seven lists: where each is, under which key its rows come, and what to ask for (halo-api.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# What is asked for. Halo grants less for most lists and says so in its answer (section 3.2).
PAGE_SIZE: Final = 1000
# Without `pageinate` [sic] Halo ignores the page parameters; without an order, rows move between pages.
PAGING: Final = {"pageinate": "true", "order": "id", "orderdesc": "false"}
# Inactive records are read too: the books can only balance over everything, and the filters are applied by us.
BOTH_STATES: Final = {"includeactive": "true", "includeinactive": "true"}


@dataclass(frozen=True)
class Resource:
    """`words` names the rows in messages; `key` is the envelope's key for them.

    `field_kind` is the number under which Halo lists the custom fields of the type, where its list can be asked for
    them (portal/halo/custom_field_ids.py).
    `has_date_filter` says that the list has lastupdatefromdate, which a tenant may ignore all the same (section 3.6);
    `has_ids_only` that it can list its ids alone (section 3.2), `tells_updates` that its rows carry their last
    update.
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
    # Asset fields hold what an MSP wants to know of a device: seen to come with this parameter (section 3.5).
    "assets": Resource("Asset", "assets", "assets", {**BOTH_STATES, "includeassetfields": "true"}, field_kind=5),
    "opportunities": Resource(
        "Opportunities",
        "tickets",
        "opportunities",
        # Without `includeagent` rows have the number of the agent only (section 4.6).
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
    """Return the path of a call for the log, without what is the same for all."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/api/{RESOURCES[record_type].path}?{query}"
