"""What Halo tells without credentials: where its authorisation server is, and which tenant it has."""

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
    """Ask `/api/authinfo`, which is open to all (halo-api.md section 1.1). Raises OutboundError."""
    return client.get(f"{base_url}/api/authinfo", limits=limits)


def read(response: Response) -> AuthInfo | None:
    """Return what Halo tells; None for what no Halo says."""
    try:
        info = msgspec.json.decode(response.body, type=_AuthInfoAnswer)
        return AuthInfo(normalize_auth_server(info.auth_url), info.tenant_id or "")
    except (*JSON_ERRORS, ValueError):
        return None


def discover(client: OutboundClient, base_url: str) -> AuthInfo:
    """Ask Halo; when that fails, {base}/auth is the guess that mostly fits."""
    try:
        told = read(ask(client, base_url))
    except OutboundError:
        told = None
    return told or guessed(base_url)


def guessed(base_url: str) -> AuthInfo:
    return AuthInfo(auth_server_of(base_url), "")
