"""What was asked of a Halo during a connection test, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.halo import discovery, grants, profile
from portal.halo.addresses import host_of
from portal.halo.alternatives import Alternative
from portal.halo.auth import Credentials
from portal.halo.discovery import AuthInfo
from portal.halo.grants import Grant
from portal.halo.probe import Look
from portal.halo.profile import Agent
from portal.outbound import Answer, OutboundError

# An answer, or why there is none; None for what was not asked.
Seen = Answer | OutboundError | None


@dataclass(frozen=True)
class Observation:
    """`neighbour` is what the Auth Server's host says when it is taken for a Base URL.

    `tried` holds what the token page said to other values than the typed ones.
    """

    typed: Credentials
    authinfo: Seen = None
    token: Seen = None
    agent: Seen = None
    neighbour: Seen = None
    tried: tuple[tuple[Alternative, Seen], ...] = ()
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def info(self) -> AuthInfo | None:
        return discovery.read(self.authinfo) if isinstance(self.authinfo, Answer) else None

    @property
    def neighbour_is_halo(self) -> bool:
        return isinstance(self.neighbour, Answer) and discovery.read(self.neighbour) is not None

    @property
    def grant(self) -> Grant | None:
        return grant_in(self.token)

    @property
    def profile(self) -> Agent | None:
        return profile.read(self.agent) if isinstance(self.agent, Answer) else None

    @property
    def has_one_host(self) -> bool:
        return host_of(self.typed.base_url) == host_of(self.typed.auth_server)


def grant_in(seen: Seen) -> Grant | None:
    return grants.read(seen) if isinstance(seen, Answer) else None
