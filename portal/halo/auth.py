"""Access tokens: cached until shortly before they expire, and renewed once if Halo rejects one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from portal import clock
from portal.errors import PsaRefusedCredentials
from portal.halo import grants, refusals
from portal.halo.addresses import token_url
from portal.halo.credentials import Credentials
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response

SCOPE: Final = "all"  # everything that the application's Permissions tab grants (halo-api.md section 7)
DEFAULT_LIFETIME: Final = timedelta(hours=1)
LONGEST_LIFETIME: Final = timedelta(days=1)
MARGIN: Final = timedelta(minutes=1)
LIMITS: Final = CallLimits(seconds=15, size=256 * 1024)


def ask(client: OutboundClient, credentials: Credentials, limits: CallLimits) -> Response:
    """Request a token, without retries (halo-api.md section 1.2). Raises OutboundError if there is no response."""
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "scope": SCOPE,
    }
    return client.post_form(token_url(credentials.auth_server, credentials.tenant), form, limits=limits)


class TokenSource:
    """Provides the token to all threads of a client. `granted` is a token response to start with."""

    def __init__(self, client: OutboundClient, credentials: Credentials, granted: Response | None = None) -> None:
        self._client = client
        self._credentials = credentials
        self._lock = Lock()
        self._token = ""
        self._good_until: datetime | None = None
        self._refusal: PsaRefusedCredentials | None = None
        if granted is not None:
            self._keep(granted)

    def token(self) -> str:
        """Return a token that has not expired. Raises PsaError if Halo does not grant one."""
        with self._lock:
            if self._good_until is None or clock.now() >= self._good_until:
                self._fetch()
            return self._token

    @contextmanager
    def renewed(self, refused: str) -> Iterator[tuple[str, bool]]:
        """Yield a token other than `refused`, and whether this call fetched it or another thread already had.

        Other threads cannot get a token during the block, so none of them can use up the new one first.
        """
        with self._lock:
            is_new = self._token == refused
            if is_new:
                self._fetch()
            yield self._token, is_new

    def _fetch(self) -> None:
        if self._refusal is not None:  # another thread was just refused; a second request would not help
            raise self._refusal
        try:
            self._keep(self._ask())
        except PsaRefusedCredentials as error:
            self._refusal = error
            raise

    def _keep(self, response: Response) -> None:
        token = grants.read(response)
        if token is None:
            raise refusals.refused_token(self._credentials, response)
        lifetime = DEFAULT_LIFETIME
        if token.expires_in is not None and 0 < token.expires_in < LONGEST_LIFETIME.total_seconds():
            lifetime = timedelta(seconds=token.expires_in)
        self._token = token.access_token
        self._good_until = clock.now() + max(lifetime - MARGIN, lifetime / 2)

    def _ask(self) -> Response:
        try:
            return ask(self._client, self._credentials, LIMITS)
        except OutboundError as error:
            raise refusals.unanswered(error, "auth_server") from error
