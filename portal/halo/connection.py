"""The connection test: a token, then the agent's profile, then a look at each list."""

from __future__ import annotations

from portal.halo.auth import Credentials
from portal.halo.client import Agent, HaloClient


def check(credentials: Credentials) -> Agent:
    """Return the agent that the application is connected as. Raises PsaError naming the field and the remedy."""
    with HaloClient(credentials, patient=False) as client:
        return client.agent()
