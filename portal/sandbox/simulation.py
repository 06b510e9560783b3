"""A simulated PSA that can be started and stopped."""

from __future__ import annotations

import socket
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any, TypeVar

import msgspec

from portal.sandbox.busy import Busy, UnderWay
from portal.sandbox.control import control
from portal.sandbox.control_request import PREFIX, AnyInstance, ControlError, Controlled
from portal.sandbox.delivery import deliver
from portal.sandbox.faults import Fault
from portal.sandbox.http import Request, Response, json_response
from portal.sandbox.instance import Instance
from portal.sandbox.server import ConnectionClosed, Server
from portal.sandbox.verbs import SandboxError, Verbs


class Simulation(Verbs):
    """Binds its port when created; serves from `start` to `stop`."""

    def __init__(
        self,
        psa: Controlled[AnyInstance],
        instance: AnyInstance,
        *,
        port: int,
        certfile: str | None,
        keyfile: str | None,
    ) -> None:
        self._psa: Controlled[Any] = psa
        self._simulated: Instance[Any] = instance
        self._stopping = Event()
        self._busy = Busy()
        self._server = Server(port, self._exchange, certfile=certfile, keyfile=keyfile)
        self.url = instance.url = self._server.url

    def start(self) -> None:
        self._server.start()
        self._simulated.webhooks.sender.start()

    def stop(self) -> None:
        self._stopping.set()
        self._simulated.webhooks.sender.stop()
        self._server.stop()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return control(self._psa, self._simulated, method, path, body)
        except ControlError as problem:
            raise SandboxError(str(problem)) from problem

    @abstractmethod
    def reply(self, request: Request, at_once: int) -> tuple[Response, tuple[Fault, ...]]:
        """Return the PSA's answer, and the faults to apply while it is sent. `at_once` requests are under way."""

    @abstractmethod
    def page(self, request: Request) -> Response | None:
        """Return a page for people; None if the request is not for one."""

    def _exchange(self, request: Request, peer: socket.socket) -> None:
        if request.path.startswith(PREFIX) or is_browser_at_root(request):
            self._controlled(request).send(peer)
            return
        instance = self._simulated
        released = instance.faults.released
        with UnderWay(self._busy) as under_way:
            response, faults = self.reply(request, under_way.at_once)
            if self._stopping.wait(instance.knobs.latency):
                raise ConnectionClosed
            deliver(peer, response, faults, released=released, stopping=self._stopping, before_sending=under_way.end)

    def _controlled(self, request: Request) -> Response:
        if request.method != "GET" and _is_cross_site(request):
            return json_response({"error": "pages of other sites may not drive the sandbox"}, status=403)
        page = self.page(request)
        if page is not None:
            return page
        path = request.path.removeprefix(PREFIX)
        try:
            body = msgspec.json.decode(request.body) if request.body else None
            return json_response(
                control(self._psa, self._simulated, request.method, f"{path}?{request.query_string}", body)
            )
        except (ControlError, msgspec.DecodeError) as problem:
            return json_response({"error": str(problem)}, status=400)


def is_browser_at_root(request: Request) -> bool:
    return request.path == "/" and "text/html" in request.headers.get("accept", "")


def _is_cross_site(request: Request) -> bool:
    """Whether a browser states another origin. Programs send no such header, and are always allowed."""
    return request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


S = TypeVar("S", bound=Simulation)


@contextmanager
def running(sandbox: S) -> Iterator[S]:
    """Serve inside the block, in threads of this process."""
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()
