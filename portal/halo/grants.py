"""Parses a granted token and its claims (halo-api.md section 1.2)."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import Any

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response


class Grant(msgspec.Struct):
    """A successful token response. `scope` has the permissions, in whatever type Halo sends."""

    access_token: str
    expires_in: float | None = None
    scope: Any = None

    def scopes(self) -> frozenset[str]:
        """Return the token's permissions; empty if they are unknown, since a token may be opaque."""
        return _words(self.scope) or _words(self._claims().get("scope"))

    def lacks_agent(self) -> bool:
        """Whether the token certainly has no agent: it has claims, and none of them is an agent."""
        claims = self._claims()
        return bool(claims) and "agent_id" not in claims

    def _claims(self) -> dict[str, Any]:
        """Decode a JWT's payload without verifying it: it is used only for advice."""
        payload = self.access_token.split(".")[1:2]
        try:
            claims = (
                msgspec.json.decode(urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4))) if payload else {}
            )
        except (binascii.Error, *JSON_ERRORS):
            return {}
        return claims if isinstance(claims, dict) else {}


def read(response: Response) -> Grant | None:
    """Return the token; None for any other response. Halo also sends pages with status 200 (section 1.3)."""
    if response.status != 200 or not response.is_json:
        return None
    try:
        grant = msgspec.json.decode(response.body, type=Grant, strict=False)
    except JSON_ERRORS:
        return None
    return grant if _fits_a_header(grant.access_token) else None


def _fits_a_header(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _words(scope: Any) -> frozenset[str]:
    if isinstance(scope, str):
        return frozenset(scope.split())
    return frozenset(each for each in scope if isinstance(each, str)) if isinstance(scope, list) else frozenset()
