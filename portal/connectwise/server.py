"""Sends requests to one ConnectWise: GETs only, a few at a time, with retries of temporary failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Semaphore
from typing import Final, NamedTuple, TypeVar

from portal.connectwise import refusals
from portal.connectwise.addresses import api_url
from portal.connectwise.credentials import Credentials
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response
from portal.psa.retries import Retries

PAGE_LIMITS: Final = CallLimits(seconds=60, size=64 * 1024 * 1024)
# Twelve at a time have been seen to be throttled (connectwise-api.md section 6).
REQUESTS_AT_ONCE: Final = 4
NO_HEADERS: Final[Mapping[str, str]] = {}
T = TypeVar("T")


class Answer(NamedTuple):
    response: Response
    retries: int


def no_limit() -> None:
    """Do nothing: there is no rate limit."""


class Server:
    """A thread-safe connection that proves its keys with every request.

    `check_rate_limit` runs before each call, and raises PsaRateLimited while the rate limit is used up. `before_call`
    runs before each call as well. Unless `patient`, nothing is retried until ConnectWise has responded once.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        patient: bool = True,
        check_rate_limit: Callable[[], None] = no_limit,
        before_call: Callable[[], None] = no_limit,
    ) -> None:
        self.credentials = credentials
        self.outbound = OutboundClient(before_call)
        self._headers = credentials.headers()
        self._check_rate_limit = check_rate_limit
        self._retries = Retries(patient=patient)
        self._at_once = Semaphore(REQUESTS_AT_ONCE)

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        limits: CallLimits = PAGE_LIMITS,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Response:
        """Send a GET, without retries. Raises PsaError if there is no response."""
        self._check_rate_limit()
        try:
            with self._at_once:
                return self.outbound.get(
                    api_url(self.credentials.site, path),
                    params=params,
                    headers={**headers, **self._headers},
                    limits=limits,
                )
        except OutboundError as error:
            raise refusals.unanswered(error) from error

    def ask(
        self,
        path: str,
        params: Mapping[str, str],
        parse: Callable[[Response], T],
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> tuple[T, Answer]:
        """Send a GET until `parse` accepts the response. Raises what `parse` raises, and PsaError."""
        for attempt in self._retries.attempts():
            with attempt:
                response = self.get(path, params, PAGE_LIMITS, headers)
                parsed = parse(response)
                self._retries.note_success()
        return parsed, Answer(response, attempt.num - 1)
