"""Finds the authorisation server and tenant of a Halo, for which no credentials are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from portal.halo.addresses import auth_server_of, normalize_auth_server
from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response

LIMITS: Final = CallLimits(seconds=15, size=64 * 1024)


@dataclass(frozen=True)
class AuthInfo:
    auth_server: str
    tenant: str


class _AuthInfoAnswer(msgspec.Struct):
    auth_url: str = ""
    tenant_id: str | None = None


def ask(client: OutboundClient, base_url: str, limits: CallLimits = LIMITS) -> Response:
    """Request `/api/authinfo`, which is public (halo-api.md section 1.1). Raises OutboundError."""
    return client.get(f"{base_url}/api/authinfo", limits=limits)


def read(response: Response) -> AuthInfo | None:
    """Parse the response; None if it does not come from a Halo."""
    try:
        info = msgspec.json.decode(response.body, type=_AuthInfoAnswer)
        return AuthInfo(normalize_auth_server(info.auth_url), info.tenant_id or "")
    except (*JSON_ERRORS, ValueError):
        return None


def discover(client: OutboundClient, base_url: str) -> AuthInfo:
    """Ask Halo. If that fails, return {base}/auth, which is usually right."""
    try:
        found = read(ask(client, base_url))
    except OutboundError:
        found = None
    return found or guessed(base_url)


def guessed(base_url: str) -> AuthInfo:
    return AuthInfo(auth_server_of(base_url), "")
