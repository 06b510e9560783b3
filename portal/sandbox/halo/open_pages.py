"""The public endpoints, and the agent's profile (halo-api.md sections 0, 1.1 and 2)."""

from __future__ import annotations

from typing import Any, Final

from portal.sandbox.halo.settings import Knobs

AGENT_ID: Final = 42


def authinfo(url: str, tenant_name: str | None, knobs: Knobs) -> dict[str, Any]:
    """Return the token server's address. A hosted instance cannot know the tenant, so it names none."""
    if knobs.authinfo is not None:
        return knobs.authinfo
    answer = {"auth_url": f"{url}/auth"}
    return {**answer, "tenant_id": tenant_name} if tenant_name else answer


def instanceinfo(url: str, knobs: Knobs) -> dict[str, Any]:
    return {
        "dbid": 1,
        "app_version": knobs.version,
        "database_version": 2250,
        "agent_count": 9,
        "licensed_agent_count": 8,
        "online_agent_count": 3,
        "last_login": "2026-10-01T08:12:44.38",
        "app_name": "Halo PSA",
        "agent_url": url,
        "portal_url": f"{url}/portal",
        "auth_url": f"{url}/auth",
    }


def agent_profile(knobs: Knobs) -> dict[str, Any]:
    """Return the agent that the API application logs in as, with the changes in the `profile` knob."""
    claims = [{"type": "permission", "value": f"area.{number}"} for number in range(40)]
    profile = {
        "id": AGENT_ID,
        "name": "API Sync",
        "email": "api@acme.example",
        "firstname": "API",
        "surname": "Sync",
        "initials": "AS",
        "isapiagent": True,
        "is_agent": True,
        "isdisabled": False,
        "team": "1st Line",
        "teams": [{"team_id": 1, "team_name": "1st Line"}],
        "roles": [{"role_id": "1", "role_name": "Administrator"}],
        "claims": claims,
        "language_id": 1,
        "workday_timezone": "GMT Standard Time",
    }
    return {key: value for key, value in {**profile, **knobs.profile}.items() if value is not None}
