"""The connection test: what Halo tells of itself and a token, then the agent's profile, then a look at each list."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final, Protocol

from portal import clock
from portal.halo import alternatives, auth, client, discovery
from portal.halo.addresses import tidy_base_url
from portal.halo.answers import passing
from portal.halo.auth import Credentials
from portal.halo.client import HaloClient
from portal.halo.diagnosis import diagnose, unusable_address
from portal.halo.finding import Finding
from portal.halo.observation import Observation, Seen
from portal.halo.probe import probe
from portal.halo.resources import RESOURCES
from portal.outbound import Answer, Door, Limits, OutboundError

SECONDS: Final = 30.0
# Questions that only decide between causes wait less.
ASIDE: Final = Limits(seconds=5, size=256 * 1024)
LOOKS_SECONDS: Final = 10.0


class Meter(Protocol):
    """Pays for the requests of a test."""

    def before_call(self) -> None:
        """Count a request."""

    def token_granted(self) -> None:
        """From here on, the credentials are known to be right. What this raises ends the test."""


class NoMeter:
    def before_call(self) -> None:
        """Count nothing."""

    def token_granted(self) -> None:
        """Go on."""


NO_METER: Final = NoMeter()


def check(credentials: Credentials, meter: Meter = NO_METER) -> Finding:
    """Test these values, and explain what came of it. Ends within `SECONDS`, and raises only what `meter` does."""
    if (unusable := unusable_address(credentials)) is not None:
        return unusable
    with (
        Door(meter.before_call) as door,
        ThreadPoolExecutor(max_workers=8, thread_name_prefix="check") as pool,
    ):
        return diagnose(_Walk(door, pool, credentials, meter).observed())


class _Walk:
    """Goes from stage to stage as long as each is passed, and asks aside where one is not."""

    def __init__(self, door: Door, pool: ThreadPoolExecutor, typed: Credentials, meter: Meter) -> None:
        self._meter = meter
        self._door = door
        self._pool = pool
        self._typed = typed
        self._end = clock.monotonic() + SECONDS

    def observed(self) -> Observation:
        told = self._pool.submit(self._authinfo, self._typed.base_url, discovery.LIMITS)
        token = self._token(self._typed, auth.LIMITS)
        seen = Observation(self._typed, told.result(), token)
        if seen.grant is None:
            mends_itself = isinstance(token, Answer) and passing(token) is not None
            return seen if mends_itself else self._asked_aside(seen)
        self._meter.token_granted()
        seen = replace(seen, agent=self._agent(seen.grant.access_token))
        if seen.profile is None or not isinstance(token, Answer):
            return self._asked_aside(seen)
        client = HaloClient(self._typed, patient=False, granted=token, before_call=self._meter.before_call)
        with client as halo:
            # Looks that are under way when their time is up are still waited for, for as long again.
            return replace(seen, looks=probe(halo, RESOURCES, seconds=min(LOOKS_SECONDS, self._left() / 2)))

    def _asked_aside(self, seen: Observation) -> Observation:
        """Ask what decides between causes, all at the same time."""
        neighbour: Future[Seen] | None = None
        if seen.info is None and not seen.has_one_host:
            neighbour = self._pool.submit(self._authinfo, tidy_base_url(self._typed.auth_server), ASIDE)
        others = [] if seen.grant else alternatives.worth_trying(self._typed, seen.info)
        if isinstance(seen.token, OutboundError):  # only another address can help then
            others = [each for each in others if "auth_server" in each.changes]
        tried = self._pool.map(lambda other: (other, self._token(other.of(self._typed), ASIDE)), others)
        return replace(seen, tried=tuple(tried), neighbour=neighbour.result() if neighbour else None)

    def _authinfo(self, base_url: str, limits: Limits) -> Seen:
        return _seen(lambda: discovery.ask(self._door, base_url, self._within(limits)))

    def _token(self, credentials: Credentials, limits: Limits) -> Seen:
        return _seen(lambda: auth.ask(self._door, credentials, self._within(limits)))

    def _agent(self, token: str) -> Seen:
        url, limits = f"{self._typed.base_url}/api/Agent/me", self._within(client.PROFILE_LIMITS)
        return _seen(lambda: self._door.get(url, token=token, limits=limits))

    def _within(self, limits: Limits) -> Limits:
        return replace(limits, seconds=min(limits.seconds, self._left()))

    def _left(self) -> float:
        return max(self._end - clock.monotonic(), 0.0)


def _seen(ask: Callable[[], Answer]) -> Seen:
    try:
        return ask()
    except OutboundError as error:
        return error
