"""Where Halo serves the seven record types, under which key, and how all but the portal ask for them."""

from __future__ import annotations

from typing import Final

LISTS: Final = {
    "clients": ("Client", "clients"),
    "sites": ("Site", "sites"),
    "contacts": ("Users", "users"),
    "products": ("Item", "items"),
    "assets": ("Asset", "assets"),
    "opportunities": ("Opportunities", "tickets"),
    "contracts": ("ClientContract", "contracts"),
}
PARAMS: Final = {
    "pageinate": "true",
    "page_size": "1000",
    "includeactive": "true",
    "includeinactive": "true",
    "order": "id",
}
