"""Bearer tokens: issued, counted, expired (halo-api.md section 1.2)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Lock
from typing import Any

import msgspec

from portal.sandbox.clock import Clock
from portal.sandbox.halo.settings import Knobs


@dataclass(slots=True)
class Token:
    value: str
    scopes: frozenset[str]
    issued: float
    calls: int = 0

    def covers(self, scope: str) -> bool:
        return not self.scopes.isdisjoint({scope, "all", "all:standard"})


class Tokens:
    """The tokens of one tenant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tokens: dict[str, Token] = {}

    def issue(self, scopes: frozenset[str], claims: Mapping[str, Any] | None, *, alone: bool) -> Token:
        """Return a new token, opaque if there are no claims. `alone` revokes older tokens, as Halo may do."""
        value = token_urlsafe(48) if claims is None else _jwt({**claims, "scope": " ".join(sorted(scopes))})
        token = Token(value, scopes, self._clock.now())
        with self._lock:
            if alone:
                self._tokens.clear()
            self._tokens[token.value] = token
        return token

    def use(self, value: str, knobs: Knobs) -> Token | None:
        """Return the token and count the call; None if the token is unknown or no longer valid."""
        with self._lock:
            token = self._tokens.get(value)
            if token is None:
                return None
            used_up = knobs.token_calls is not None and token.calls >= knobs.token_calls
            if used_up or self._clock.now() >= token.issued + knobs.token_lifetime:
                del self._tokens[value]
                return None
            token.calls += 1
            return token

    def owns(self, value: str) -> bool:
        with self._lock:
            return value in self._tokens

    def revoke(self) -> None:
        with self._lock:
            self._tokens.clear()


def _jwt(claims: Mapping[str, Any]) -> str:
    """Encode claims as a JWT. The signature is random, so every token is different."""
    parts = ({"alg": "RS256", "typ": "at+jwt"}, claims)
    written = (urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode() for part in parts)
    return ".".join((*written, token_urlsafe(48)))
