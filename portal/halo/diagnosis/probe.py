"""The I/O of a connection test: authinfo and a token, then the agent's profile, then each list.

If a stage fails, the probe sends follow-up requests that distinguish the possible causes. It draws no conclusions.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from portal import clock
from portal.halo import auth, discovery
from portal.halo import client as halo_client
from portal.halo.addresses import normalize_base_url
from portal.halo.client import HaloClient
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import lists, variants
from portal.halo.diagnosis.observation import Observation, Reply
from portal.halo.resources import RESOURCES
from portal.halo.responses import is_temporary
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response
from portal.psa.adapter import Meter

SECONDS: Final = 30.0
# Follow-up requests only distinguish causes, so they get less time.
FOLLOW_UP: Final = CallLimits(seconds=5, size=256 * 1024)
LISTS_SECONDS: Final = 10.0


class NoMeter:
    def before_call(self) -> None:
        """Count nothing."""

    def token_granted(self) -> None:
        """Continue."""


NO_METER: Final = NoMeter()


def observe(credentials: Credentials, meter: Meter = NO_METER) -> Observation:
    """Collect everything that the rules need, within `SECONDS`. Raises only what `meter` raises."""
    with (
        OutboundClient(meter.before_call) as client,
        ThreadPoolExecutor(max_workers=8, thread_name_prefix="probe") as pool,
    ):
        return _Probe(client, pool, credentials, meter).run()


class _Probe:
    """Runs the stages in order, until one fails."""

    def __init__(self, client: OutboundClient, pool: ThreadPoolExecutor, typed: Credentials, meter: Meter) -> None:
        self._meter = meter
        self._client = client
        self._pool = pool
        self._typed = typed
        self._end = clock.monotonic() + SECONDS

    def run(self) -> Observation:
        authinfo = self._pool.submit(self._authinfo, self._typed.base_url, discovery.LIMITS)
        token = self._token(self._typed, auth.LIMITS)
        seen = Observation(self._typed, authinfo.result(), token)
        if seen.grant is None:
            return seen if isinstance(token, Response) and is_temporary(token) else self._follow_up(seen)
        self._meter.token_granted()
        seen = replace(seen, agent=self._agent(seen.grant.access_token))
        if seen.profile is None or not isinstance(token, Response):
            return self._follow_up(seen)
        client = HaloClient(self._typed, patient=False, granted=token, before_call=self._meter.before_call)
        with client as halo:
            # Calls still running at the time limit are awaited, which can take as long again.
            return replace(seen, lists=lists.probe(halo, RESOURCES, seconds=min(LISTS_SECONDS, self._left() / 2)))

    def _follow_up(self, seen: Observation) -> Observation:
        """Send the follow-up requests, in parallel."""
        neighbour: Future[Reply] | None = None
        if seen.info is None and not seen.has_one_host:
            neighbour = self._pool.submit(self._authinfo, normalize_base_url(self._typed.auth_server), FOLLOW_UP)
        worth_trying = [] if seen.grant else variants.worth_trying(self._typed, seen.info)
        if isinstance(seen.token, OutboundError):  # only another address can help then
            worth_trying = [each for each in worth_trying if "auth_server" in each.changes]
        tried = self._pool.map(lambda each: (each, self._token(each.of(self._typed), FOLLOW_UP)), worth_trying)
        return replace(seen, tried=tuple(tried), neighbour=neighbour.result() if neighbour else None)

    def _authinfo(self, base_url: str, limits: CallLimits) -> Reply:
        return _reply(lambda: discovery.ask(self._client, base_url, self._within(limits)))

    def _token(self, credentials: Credentials, limits: CallLimits) -> Reply:
        return _reply(lambda: auth.ask(self._client, credentials, self._within(limits)))

    def _agent(self, token: str) -> Reply:
        url, limits = f"{self._typed.base_url}/api/Agent/me", self._within(halo_client.PROFILE_LIMITS)
        return _reply(lambda: self._client.get(url, token=token, limits=limits))

    def _within(self, limits: CallLimits) -> CallLimits:
        return replace(limits, seconds=min(limits.seconds, self._left()))

    def _left(self) -> float:
        return max(self._end - clock.monotonic(), 0.0)


def _reply(ask: Callable[[], Response]) -> Reply:
    try:
        return ask()
    except OutboundError as error:
        return error
