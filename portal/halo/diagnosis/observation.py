"""Everything that a connection test observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.halo import discovery, grants, profile
from portal.halo.credentials import Credentials
from portal.halo.diagnosis.variants import Variant
from portal.halo.discovery import AuthInfo
from portal.halo.grants import Grant
from portal.halo.profile import Agent
from portal.outbound import OutboundError, Response
from portal.psa.diagnosis import ListAccess
from portal.psa.hosts import host_of

# A response, or the reason for not getting one; None if the request was not sent.
Reply = Response | OutboundError | None


@dataclass(frozen=True)
class Observation:
    """The replies in each stage of the test.

    `typed` are the values under test. `neighbour` is the authinfo reply of the Auth Server's host, to see if the
    Base URL should be there. `tried` has the token replies for variants of the typed values.
    """

    typed: Credentials
    authinfo: Reply = None
    token: Reply = None
    agent: Reply = None
    neighbour: Reply = None
    tried: tuple[tuple[Variant, Reply], ...] = ()
    lists: Mapping[str, ListAccess] = field(default_factory=dict)

    @property
    def info(self) -> AuthInfo | None:
        return discovery.read(self.authinfo) if isinstance(self.authinfo, Response) else None

    @property
    def neighbour_is_halo(self) -> bool:
        return isinstance(self.neighbour, Response) and discovery.read(self.neighbour) is not None

    @property
    def grant(self) -> Grant | None:
        return grant_in(self.token)

    @property
    def profile(self) -> Agent | None:
        return profile.read(self.agent) if isinstance(self.agent, Response) else None

    @property
    def has_one_host(self) -> bool:
        return host_of(self.typed.base_url) == host_of(self.typed.auth_server)


def grant_in(reply: Reply) -> Grant | None:
    return grants.read(reply) if isinstance(reply, Response) else None
