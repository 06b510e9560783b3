"""The agent that the application logs in as (halo-api.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.record_fields.values import as_id

# Halo's pseudo-agent for tickets that nobody is assigned to.
UNASSIGNED: Final = 1


@dataclass(frozen=True)
class Agent:
    """`is_agent` is false only if Halo says so: the login is then a user who is not an agent."""

    name: str
    is_api_only: bool
    is_agent: bool = True
    is_unassigned: bool = False


class _AgentAnswer(msgspec.Struct):
    id: int | float | str
    name: str | None = None
    email: str | None = None
    isapiagent: bool | None = None
    is_agent: bool | None = None


def read(response: Response) -> Agent | None:
    """Return the agent in a profile; None for any other response."""
    if response.status != 200 or not response.is_json:
        return None
    try:
        profile = msgspec.json.decode(response.body, type=_AgentAnswer)
    except JSON_ERRORS:
        return None
    return Agent(
        name=profile.name or profile.email or f"agent {profile.id}",
        is_api_only=bool(profile.isapiagent),
        is_agent=profile.is_agent is not False,
        is_unassigned=as_id(profile.id) == UNASSIGNED,
    )
