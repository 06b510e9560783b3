"""Each list needs two permissions: the application's, and that of its agent's role (halo-api.md section 5).

A token's scopes are the application's permissions, so they show which of the two is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from portal.halo.diagnosis.messages import APPLICATION, GRANT_PERMISSION, LOG_IN_AS_AGENT
from portal.halo.profile import Agent
from portal.psa.diagnosis import Access, Advice, ListAccess

EVERYTHING: Final = frozenset({"all", "all:standard"})
# The permission for each list (section 7).
SCOPES: Final[Mapping[str, str]] = {
    "clients": "read:customers",
    "sites": "read:customers",
    "contacts": "read:customers",
    "products": "read:items",
    "assets": "read:assets",
    "opportunities": "read:sales",
    "contracts": "read:contracts",
}
LEAST_PRIVILEGE: Final = (
    "read:customers",
    "read:items",
    "read:assets",
    "read:contracts",
    "read:sales",
    "read:crm",
)


def explained(lists: Mapping[str, ListAccess], agent: Agent, scopes: frozenset[str]) -> dict[str, ListAccess]:
    """Add to each refused list which permission is missing, as far as the token's scopes show it."""
    return {
        each: replace(seen, remedy=_remedy(each, agent, scopes)) if seen.access == Access.REFUSED else seen
        for each, seen in lists.items()
    }


def advice(agent: Agent, scopes: frozenset[str]) -> Iterator[Advice]:
    """Recommend improvements. Without `scopes`, as for an opaque token, there is no advice on permissions."""
    if agent.is_unassigned:
        yield Advice(
            "The application logs in as Halo's Unassigned agent, which isn't a separate agent.", LOG_IN_AS_AGENT
        )
    elif not agent.is_api_only:
        yield Advice(
            f"{agent.name} isn't an API-only agent, so it uses a license.",
            f"In Halo, open Configuration → Agents, choose {agent.name}, and check API Only Agent.",
        )
    if _can_write(scopes):
        yield Advice(
            f"This token can write to Halo ({', '.join(sorted(scopes)[:5])}). Scopable only reads.",
            f"In Halo, open {APPLICATION}, choose the application, and on its Permissions tab grant no more than"
            f" {', '.join(LEAST_PRIVILEGE)}.",
        )


def _remedy(record_type: str, agent: Agent, scopes: frozenset[str]) -> str:
    scope = SCOPES[record_type]
    if not scopes:
        return f"{GRANT_PERMISSION} The permission is called {scope}."
    if scopes.isdisjoint({scope, *EVERYTHING}):
        return f"In Halo, open {APPLICATION}, choose the application, and grant {scope} on its Permissions tab."
    return (
        f"The application's Permissions tab grants it, but the role of its agent {agent.name} does not. In Halo, open"
        f" Configuration → Agents, choose {agent.name}, and give it a role that can read this."
    )


def _can_write(scopes: frozenset[str]) -> bool:
    return any(not each.startswith("read:") for each in scopes if each not in {"openid", "profile", "offline_access"})
