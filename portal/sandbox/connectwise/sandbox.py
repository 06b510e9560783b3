"""A simulated ConnectWise PSA that can be started and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.sandbox.clock import Clock
from portal.sandbox.connectwise.app import reply
from portal.sandbox.connectwise.control import CONTROLLED
from portal.sandbox.connectwise.desk.connectwise import SimulatedConnectWise
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.settings import Settings
from portal.sandbox.connectwise_verbs import ConnectWiseVerbs
from portal.sandbox.desk.answers import desk, is_desk
from portal.sandbox.desk.desk_request import DESK
from portal.sandbox.faults import Fault
from portal.sandbox.http import Request, Response
from portal.sandbox.simulation import Simulation, is_browser_at_root


class ConnectWiseSandbox(Simulation, ConnectWiseVerbs):
    """Generates its records and binds its port when created; serves from `start` to `stop`."""

    def __init__(self, settings: Settings | None = None, *, now: Callable[[], float] = time.time) -> None:
        settings = settings or Settings()
        self._instance = Instance(settings, Clock(now))
        super().__init__(
            CONTROLLED, self._instance, port=settings.port, certfile=settings.certfile, keyfile=settings.keyfile
        )

    def reply(self, request: Request, at_once: int) -> tuple[Response, tuple[Fault, ...]]:
        return reply(self._instance, request, at_once)

    def page(self, request: Request) -> Response | None:
        if is_browser_at_root(request):
            return Response(303, headers={"Location": DESK})
        return desk(self._at_desk, request) if is_desk(request.path) else None

    def _at_desk(self, tenant: str | None) -> SimulatedConnectWise:
        return SimulatedConnectWise(self._instance, self._instance.tenant(tenant))
