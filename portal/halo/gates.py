"""Halo's two gates before each list: the application's permissions, and its agent's role (halo-api.md section 5).

The first is fixed when a token is issued, so the token's scopes tell which of them is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from portal.halo.probe import Access, Look
from portal.halo.profile import Agent
from portal.halo.remedies import APPLICATION, GRANT_PERMISSION

EVERYTHING: Final = frozenset({"all", "all:standard"})
# Which permission opens which list (section 7).
SCOPES: Final[Mapping[str, str]] = {
    "clients": "read:customers",
    "sites": "read:customers",
    "contacts": "read:customers",
    "products": "read:items",
    "assets": "read:assets",
    "opportunities": "read:sales",
    "contracts": "read:contracts",
}
# All that the portal can use: the least privilege.
LEAST: Final = ("read:customers", "read:items", "read:assets", "read:contracts", "read:sales", "read:crm")


def explained(looks: Mapping[str, Look], agent: Agent, scopes: frozenset[str]) -> dict[str, Look]:
    """Say at each refused list which gate is closed, as far as the token tells."""
    return {
        each: replace(look, remedy=remedy(each, agent, scopes)) if look.access == Access.REFUSED else look
        for each, look in looks.items()
    }


def remedy(record_type: str, agent: Agent, scopes: frozenset[str]) -> str:
    """Return what to grant in Halo, so that this list may be read."""
    scope = SCOPES[record_type]
    if not scopes:
        return f"{GRANT_PERMISSION} It is called {scope}."
    if scopes.isdisjoint({scope, *EVERYTHING}):
        return f"In Halo, open {APPLICATION}, choose the application, and grant {scope} on its Permissions tab."
    return (
        f"The application's Permissions tab grants it, but the role of its agent {agent.name} does not. In Halo, open"
        f" Configuration → Agents, choose {agent.name}, and give it a role that may read this."
    )


def can_write(scopes: frozenset[str]) -> bool:
    """Tell whether a token with these permissions could change anything."""
    return any(not each.startswith("read:") for each in scopes if each not in {"openid", "profile", "offline_access"})
