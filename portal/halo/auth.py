"""Tokens: asked for once, kept until shortly before they expire, renewed once when Halo refuses one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import msgspec

from portal import clock
from portal.halo import diagnosis
from portal.halo.addresses import token_url
from portal.halo.unreadable import UNREADABLE
from portal.outbound import Answer, Door, Limits, OutboundError

SCOPE: Final = "all"  # everything that the application's Permissions tab grants (halo-api.md section 7)
DEFAULT_LIFETIME: Final = timedelta(hours=1)
LONGEST_LIFETIME: Final = timedelta(days=1)
MARGIN: Final = timedelta(minutes=1)
LIMITS: Final = Limits(seconds=15, size=256 * 1024)


@dataclass(frozen=True)
class Credentials:
    """Where Halo is and how to get in. Addresses are tidy (see addresses.py); `tenant` may be empty."""

    base_url: str
    auth_server: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


class TokenSource:
    """Hands out the token to all threads of one client."""

    def __init__(self, door: Door, credentials: Credentials) -> None:
        self._door = door
        self._credentials = credentials
        self._lock = Lock()
        self._token = ""
        self._good_until: datetime | None = None

    def token(self) -> str:
        """Return a token that should be good. Raises PsaError when Halo gives none."""
        with self._lock:
            if self._good_until is None or clock.now() >= self._good_until:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> str:
        """Return another token than `refused`; asks Halo only if no other thread has done so."""
        with self._lock:
            if self._token == refused:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        answer = self._ask()
        token = _decoded(answer)
        if token is None:
            raise diagnosis.refused_token(answer)
        lifetime = DEFAULT_LIFETIME
        if token.expires_in is not None and 0 < token.expires_in < LONGEST_LIFETIME.total_seconds():
            lifetime = timedelta(seconds=token.expires_in)
        self._token = token.access_token
        self._good_until = clock.now() + max(lifetime - MARGIN, lifetime / 2)

    def _ask(self) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "scope": SCOPE,
        }
        url = token_url(self._credentials.auth_server, self._credentials.tenant)
        try:
            return self._door.post_form(url, form, limits=LIMITS)
        except OutboundError as error:
            raise diagnosis.stopped(error, "auth_server") from error


def _decoded(answer: Answer) -> _TokenAnswer | None:
    """Return the token only for status 200, JSON and a value: Halo also answers 200 with a page."""
    if answer.status != 200 or not answer.is_json:
        return None
    try:
        token = msgspec.json.decode(answer.body, type=_TokenAnswer, strict=False)
    except UNREADABLE:
        return None
    return token if _fits_a_header(token.access_token) else None


def _fits_a_header(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()
