"""A token that was granted, and what it tells of itself (halo-api.md section 1.2)."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import Any

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response


class Grant(msgspec.Struct):
    """The token page's answer. `scope` is what it says of the permissions, of whatever type."""

    access_token: str
    expires_in: float | None = None
    scope: Any = None

    def scopes(self) -> frozenset[str]:
        """Return the permissions that the token carries; none where it does not tell, for it may be opaque."""
        return _words(self.scope) or _words(self._claims().get("scope"))

    def names_no_agent(self) -> bool:
        """Tell whether the token surely logs in as nobody's agent: it has claims, and none for an agent."""
        claims = self._claims()
        return bool(claims) and "agent_id" not in claims

    def _claims(self) -> dict[str, Any]:
        """Read a JWT's payload unverified: it advises people and decides nothing."""
        payload = self.access_token.split(".")[1:2]
        try:
            claims = (
                msgspec.json.decode(urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4))) if payload else {}
            )
        except (binascii.Error, *JSON_ERRORS):
            return {}
        return claims if isinstance(claims, dict) else {}


def read(response: Response) -> Grant | None:
    """Return the token only for status 200, JSON and a value: Halo also answers 200 with a page (section 1.3)."""
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
