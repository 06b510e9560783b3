"""What should be better about a connection that works."""

from __future__ import annotations

from collections.abc import Iterator

from portal.halo.finding import Advice
from portal.halo.gates import LEAST, can_write
from portal.halo.profile import Agent
from portal.halo.remedies import APPLICATION, LOG_IN_AS_AGENT


def advice(agent: Agent, scopes: frozenset[str]) -> Iterator[Advice]:
    """Name all that could be better; an opaque token, with no `scopes` to see, gives no advice."""
    if agent.is_unassigned:
        yield Advice(
            "The application logs in as Halo's Unassigned agent, which is no person of its own.", LOG_IN_AS_AGENT
        )
    elif not agent.is_api_only:
        yield Advice(
            f"{agent.name} is not an API-only agent, so it uses a licence.",
            f"In Halo, open Configuration → Agents, choose {agent.name}, and check API Only Agent.",
        )
    if can_write(scopes):
        yield Advice(
            f"This token could write in Halo ({', '.join(sorted(scopes)[:5])}). The portal only ever reads.",
            f"In Halo, open {APPLICATION}, choose the application, and on its Permissions tab grant no more than"
            f" {', '.join(LEAST)}.",
        )
