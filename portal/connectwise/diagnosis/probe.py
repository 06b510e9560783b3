"""The I/O of a connection test: the company check and a login, then each list. It draws no conclusions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from portal import clock
from portal.connectwise import company_info, system_info
from portal.connectwise.addresses import api_url
from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis import lists
from portal.connectwise.diagnosis.logins import KINDS
from portal.connectwise.diagnosis.observation import Observation, Reply
from portal.connectwise.resources import list_path
from portal.connectwise.responses import kind_of
from portal.connectwise.server import Server
from portal.outbound import CallLimits, OutboundError, Response
from portal.psa.adapter import Meter

SECONDS: Final = 30.0
LISTS_SECONDS: Final = 12.0


class NoMeter:
    def before_call(self) -> None:
        """Count nothing."""

    def token_granted(self) -> None:
        """Continue."""


NO_METER: Final = NoMeter()


def observe(credentials: Credentials, meter: Meter = NO_METER) -> Observation:
    """Collect everything that the rules need, within `SECONDS`. Raises only what `meter` raises."""
    server = Server(credentials, patient=False, before_call=meter.before_call)
    with server.outbound:
        return _Probe(server, meter).run()


class _Probe:
    """Runs the stages in order, until one fails."""

    def __init__(self, server: Server, meter: Meter) -> None:
        self._server = server
        self._meter = meter
        self._end = clock.monotonic() + SECONDS

    def run(self) -> Observation:
        typed = self._server.credentials
        company = self._reply(lambda limits: self._company(typed, limits))
        seen = Observation(typed, company)
        if isinstance(company, OutboundError):  # the keys are not sent where nothing answers
            return seen
        seen = replace(seen, login=self._ask(system_info.PATH))
        if not seen.has_logged_in:
            return seen
        # Some servers may show /system/info to everybody, so the keys are proved by a list (section 3).
        companies = self._ask(list_path(lists.CLIENTS), lists.FIRST_ROW)
        seen = replace(seen, companies=companies)
        if not isinstance(companies, Response) or kind_of(companies) in KINDS:
            return seen
        self._meter.token_granted()
        # Calls still running at the time limit are awaited, which can take as long again.
        found, rights = lists.probe(self._server, companies, seconds=min(LISTS_SECONDS, self._left() / 2))
        return replace(seen, lists=found, rights=rights)

    def _company(self, typed: Credentials, limits: CallLimits) -> Response:
        return company_info.ask(self._server.outbound, typed.site, typed.company_id, limits)

    def _ask(self, path: str, params: dict[str, str] | None = None) -> Reply:
        url, headers = api_url(self._server.credentials.site, path), self._server.credentials.headers()
        return self._reply(
            lambda limits: self._server.outbound.get(url, params=params, headers=headers, limits=limits)
        )

    def _reply(self, ask: Callable[[CallLimits], Response]) -> Reply:
        limits = system_info.LIMITS
        try:
            return ask(replace(limits, seconds=min(limits.seconds, self._left())))
        except OutboundError as error:
            return error

    def _left(self) -> float:
        return max(self._end - clock.monotonic(), 0.0)
