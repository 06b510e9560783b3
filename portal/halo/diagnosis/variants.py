"""Variants of the typed credentials. If a variant gets a token, its difference from the typed values is the cause.

The secret is sent only to the typed Auth Server's host, the Base URL's host, and the authorisation server that the
Base URL's Halo names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from portal.halo.addresses import auth_server_of, normalize_auth_server
from portal.halo.credentials import Credentials
from portal.halo.diagnosis.messages import CHECK_AUTH_SERVER, COMPARE_TENANT, FILL_TENANT, KEEP_AUTH_SERVER
from portal.halo.discovery import AuthInfo
from portal.psa.diagnosis import Fix
from portal.psa.hosts import host_of
from portal.psa.pasted import visible

NO_BLANKS: Final = "Paste it again, without trailing spaces."


@dataclass(frozen=True)
class Variant:
    """`changes` are form values. A changed `secret` is kept apart, because pages never show a secret again."""

    field: str
    problem: str
    remedy: str
    changes: Mapping[str, str]
    label: str = ""
    secret: str | None = dataclasses.field(default=None, repr=False)

    @property
    def fix(self) -> Fix | None:
        return Fix(self.label, self.changes) if self.changes else None

    def of(self, typed: Credentials) -> Credentials:
        secret = {} if self.secret is None else {"client_secret": self.secret}
        return replace(typed, **{**self.changes, **secret})


def worth_trying(typed: Credentials, info: AuthInfo | None) -> list[Variant]:
    """Return the likely intended values, most likely first. `info` is the Base URL's own authinfo."""
    allowed = {host_of(typed.auth_server), host_of(typed.base_url), host_of(info.auth_server) if info else ""}
    found = [*_without_blanks(typed), *_tenants(typed, info), *_auth_servers(typed, info)]
    return [each for each in found if host_of(each.of(typed).auth_server) in allowed]


def _without_blanks(typed: Credentials) -> Iterator[Variant]:
    if (client_id := visible(typed.client_id)) != typed.client_id:
        problem = "There are spaces or invisible characters around the Client ID."
        yield Variant("client_id", problem, NO_BLANKS, {"client_id": client_id}, "Remove them")
    if (secret := visible(typed.client_secret)) != typed.client_secret:
        problem = "There are spaces or invisible characters around the Client Secret."
        yield Variant("client_secret", problem, NO_BLANKS, {}, secret=secret)


def _tenants(typed: Credentials, info: AuthInfo | None) -> Iterator[Variant]:
    named = info.tenant if info else ""
    if named and named != typed.tenant:
        problem = f"This Halo's tenant is {named}."
        remedy = COMPARE_TENANT if typed.tenant else FILL_TENANT
        yield Variant("tenant", problem, remedy, {"tenant": named}, f"Use {named}")
    if typed.tenant:
        problem = f"This Halo doesn't know the tenant {typed.tenant} and works without one."
        remedy = "Leave Tenant Name blank for single-tenant or on-premises Halo."
        yield Variant("tenant", problem, remedy, {"tenant": ""}, "Leave it blank")


def _auth_servers(typed: Credentials, info: AuthInfo | None) -> Iterator[Variant]:
    try:
        normalized = normalize_auth_server(typed.auth_server)
    except ValueError:
        normalized = typed.auth_server
    candidates = {
        normalized: ("The Auth Server must end in /auth, exactly once.", CHECK_AUTH_SERVER),
        auth_server_of(typed.base_url): ("Tokens come from the same host as the Base URL.", KEEP_AUTH_SERVER),
    }
    if info:
        candidates[info.auth_server] = (f"This Halo's Auth Server is {info.auth_server}.", KEEP_AUTH_SERVER)
    candidates.pop(typed.auth_server, None)
    for server, (problem, remedy) in candidates.items():
        yield Variant("auth_server", problem, remedy, {"auth_server": server}, f"Use {server}")
        if info and info.tenant and info.tenant != typed.tenant:
            changes = {"auth_server": server, "tenant": info.tenant}
            label = f"Use {server} and tenant {info.tenant}"
            yield Variant("auth_server", problem, remedy, changes, label)
