"""Who the application is logged in as (halo-api.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from portal.halo.records import as_id
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

# Halo's place for tickets that nobody has taken, which is no person.
UNASSIGNED: Final = 1


@dataclass(frozen=True)
class Agent:
    """`is_agent` is False only where Halo says so: then a user is logged in who is none."""

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
    """Return the agent of a profile; None for any other answer."""
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
