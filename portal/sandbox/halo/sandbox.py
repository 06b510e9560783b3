"""A simulated HaloPSA that can be started and stopped."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import msgspec

from portal.sandbox.desk.answers import desk, is_desk
from portal.sandbox.desk.desk_request import DESK
from portal.sandbox.halo.app import reply
from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.control import control
from portal.sandbox.halo.control_request import PREFIX, ControlError
from portal.sandbox.halo.delivery import deliver
from portal.sandbox.halo.desk.halo import SimulatedHalo
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.settings import Settings
from portal.sandbox.http import Request, Response, json_response
from portal.sandbox.server import ConnectionClosed, Server
from portal.sandbox.verbs import SandboxError, Verbs


class HaloSandbox(Verbs):
    """Generates its records and binds its port when created; serves from `start` to `stop`."""

    def __init__(self, settings: Settings | None = None, *, now: Callable[[], float] = time.time) -> None:
        settings = settings or Settings()
        self._instance = Instance(settings, Clock(now))
        self._stopping = Event()
        self._server = Server(settings.port, self._exchange, certfile=settings.certfile, keyfile=settings.keyfile)
        self.url = self._instance.url = self._server.url

    def start(self) -> None:
        self._server.start()
        self._instance.webhooks.sender.start()

    def stop(self) -> None:
        self._stopping.set()
        self._instance.webhooks.sender.stop()
        self._server.stop()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return control(self._instance, method, path, body)
        except ControlError as problem:
            raise SandboxError(str(problem)) from problem

    def _exchange(self, request: Request, peer: socket.socket) -> None:
        if request.path.startswith(PREFIX) or _is_browser_at_root(request):
            self._controlled(request).send(peer)
            return
        released = self._instance.faults.released
        answer = reply(self._instance, request)
        if self._stopping.wait(self._instance.knobs.latency):
            raise ConnectionClosed
        deliver(peer, answer.response, answer.faults, released=released, stopping=self._stopping)

    def _controlled(self, request: Request) -> Response:
        if _is_browser_at_root(request):
            return Response(303, headers={"Location": DESK})
        if request.method != "GET" and _is_cross_site(request):
            return json_response({"error": "pages of other sites may not drive the sandbox"}, status=403)
        if is_desk(request.path):
            return desk(lambda name: SimulatedHalo(self._instance, self._instance.tenant(name)), request)
        path = request.path.removeprefix(PREFIX)
        try:
            body = msgspec.json.decode(request.body) if request.body else None
            return json_response(control(self._instance, request.method, f"{path}?{request.query_string}", body))
        except (ControlError, msgspec.DecodeError) as problem:
            return json_response({"error": str(problem)}, status=400)


def _is_browser_at_root(request: Request) -> bool:
    return request.path == "/" and "text/html" in request.headers.get("accept", "")


def _is_cross_site(request: Request) -> bool:
    """Whether a browser states another origin. Programs send no such header, and are always allowed."""
    return request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


@contextmanager
def running(sandbox: HaloSandbox) -> Iterator[HaloSandbox]:
    """Serve inside the block, in threads of this process."""
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()
