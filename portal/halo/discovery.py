"""What Halo tells without credentials: where its authorisation server is, and which tenant it has."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from portal.halo.addresses import auth_server_of, tidy_auth_server
from portal.halo.unreadable import UNREADABLE
from portal.outbound import Door, Limits, OutboundError


@dataclass(frozen=True)
class AuthInfo:
    auth_server: str
    tenant: str


class _AuthInfoAnswer(msgspec.Struct):
    auth_url: str = ""
    tenant_id: str | None = None


def discover(door: Door, base_url: str) -> AuthInfo:
    """Ask `/api/authinfo` (halo-api.md section 1.1); when that fails, {base}/auth is the guess that mostly fits."""
    guess = AuthInfo(auth_server_of(base_url), "")
    try:
        answer = door.get(f"{base_url}/api/authinfo", limits=Limits(seconds=15, size=64 * 1024))
        info = msgspec.json.decode(answer.body, type=_AuthInfoAnswer)
        return AuthInfo(tidy_auth_server(info.auth_url), info.tenant_id or "")
    except (OutboundError, *UNREADABLE, ValueError):
        return guess
