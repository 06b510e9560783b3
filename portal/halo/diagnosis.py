"""What a connection test has found. Pure: from what was observed at each stage to the finding that explains it.

address     is there a host in what was typed?
token       what the Auth Server said, what the Base URL tells of itself, and what worked instead (no_token.py)
profile     whom the token logs in as
lists       whether clients, the foundation of all others, may be read
"""

from __future__ import annotations

from typing import Final

from portal.halo import blame, gates, no_token
from portal.halo.addresses import understand
from portal.halo.advice import advice
from portal.halo.auth import Credentials
from portal.halo.blame import failed
from portal.halo.finding import Finding
from portal.halo.grants import Grant
from portal.halo.observation import Observation
from portal.halo.probe import Access
from portal.halo.profile import Agent
from portal.halo.remedies import GRANT_PERMISSION, LOG_IN_AS_AGENT
from portal.outbound import Answer, OutboundError

LACKS_PERMISSION: Final = "The credentials are right, but the application's agent or role lacks permissions (403)."
NO_AGENT: Final = "The credentials are right, but the application does not log in as an agent."


def diagnose(seen: Observation) -> Finding:
    """Explain the first stage that was not passed; when all were, say whom Halo has let in, and what it may read."""
    if (unusable := unusable_address(seen.typed)) is not None:
        return unusable
    if seen.grant is None:
        return no_token.explained(seen)
    if seen.profile is None:
        return _no_profile(seen, seen.grant)
    return _let_in(seen, seen.grant, seen.profile)


def unusable_address(typed: Credentials) -> Finding | None:
    """Explain what is no address; such a one is never called."""
    for field, text in (("base_url", typed.base_url), ("auth_server", typed.auth_server)):
        try:
            understand(text)
        except ValueError:
            return failed(field, "This is not an address.", "It looks like https://yourcompany.halopsa.com.")
    return None


def _no_profile(seen: Observation, grant: Grant) -> Finding:
    """Explain a token with which the agent's profile could not be read (halo-api.md section 2)."""
    if isinstance(seen.agent, OutboundError):
        return blame.stopped(seen.agent, "base_url")
    if not isinstance(seen.agent, Answer):
        return failed(None, "The test has ended too early.", "Test the connection again.")
    if (passing := blame.mends_itself(seen.agent)) is not None:
        return passing
    if seen.agent.status == 401 and (elsewhere := blame.other_auth_server(seen)) is not None:
        return elsewhere
    if seen.agent.status not in {401, 403}:
        return blame.no_halo(seen, seen.agent)
    if grant.names_no_agent():
        return failed(None, NO_AGENT, LOG_IN_AS_AGENT)
    return failed(None, LACKS_PERMISSION, f"{GRANT_PERMISSION} {LOG_IN_AS_AGENT}")


def _let_in(seen: Observation, grant: Grant, agent: Agent) -> Finding:
    looks = gates.explained(seen.looks, agent, grant.scopes())
    clients = looks.get("clients")
    if not agent.is_agent:
        return Finding(ok=False, agent=agent, problem=NO_AGENT, remedy=LOG_IN_AS_AGENT, looks=looks)
    if clients is not None and clients.access == Access.REFUSED:
        problem = (
            f"Connected as {agent.name}, but Halo does not let it read clients, which all other records belong to."
        )
        return Finding(ok=False, agent=agent, problem=problem, remedy=clients.remedy, looks=looks)
    return Finding(ok=True, agent=agent, advice=tuple(advice(agent, grant.scopes())), looks=looks)
