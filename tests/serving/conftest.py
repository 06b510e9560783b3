"""The web server in this process, on a free port and with small limits, serving a test app."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from portal.serving.limits import ServerLimits
from portal.serving.server import Server

# How busy the machine is decides no test: only those about impatience are impatient.
PATIENT = ServerLimits(request_seconds=60, longest_request_seconds=60, idle_seconds=60, check_seconds=0.02)
PATIENCE_SECONDS = 20.0

WsgiApp = Callable[[dict[str, Any], Any], Any]


@dataclass
class App:
    """Answers with the path, and remembers what it was asked. /wait answers when `go` is set."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["body"] = environ["wsgi.input"].read()
        self.asked.append(environ)
        if environ["PATH_INFO"].endswith("/wait"):
            self.go.wait(PATIENCE_SECONDS)
        answer = environ["PATH_INFO"].encode("latin-1")
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer]

    @property
    def paths(self) -> list[str]:
        return [environ["PATH_INFO"] for environ in self.asked]


class Client:
    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, (source, 0))
        self._file = self.socket.makefile("rb")

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def status(self) -> int:
        """Return the status of the next answer, after its body; 0 when the connection ends without one."""
        try:
            words = self._file.readline().split()
            headers = dict(iter(self._header, ("", "")))
            self.headers = headers
            self.body = self._file.read(int(headers.get("content-length", 0))) if words[1:] != [b"100"] else b""
        except ConnectionResetError:
            return 0
        return int(words[1]) if len(words) > 1 else 0

    def read_until(self, text: bytes) -> bool:
        """Tell whether this text comes before the end of the connection."""
        seen = b""
        while text not in seen and (byte := self._file.read(1)):
            seen += byte
        return text in seen

    def is_closed(self) -> bool:
        """Tell, as soon as that is so, that the server has ended the connection without another word."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True

    def is_closed_already(self) -> bool:
        try:
            return self.socket.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._file.close()
        self.socket.close()

    def _header(self) -> tuple[str, str]:
        name, _, value = self._file.readline().decode("latin-1").strip().partition(":")
        return name.lower(), value.strip()


@dataclass
class Served:
    port: int
    server: Server
    stack: ExitStack

    def client(self, source: str = "127.0.0.1") -> Client:
        client = Client(self.port, source)
        self.stack.callback(client.close)
        return client

    def ask(self, raw: bytes) -> int:
        client = self.client()
        client.send(raw)
        return client.status()


@contextmanager
def serving(app: WsgiApp, *, threads: int = 2, trusts_local_proxy: bool = True, **limits: Any) -> Iterator[Served]:
    stop = threading.Event()
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(
            [listener],
            app,
            threads=threads,
            trusts_local_proxy=trusts_local_proxy,
            limits=replace(PATIENT, **limits),
        )

        def run_once() -> None:
            while not stop.is_set():
                server.run_once(0.02)

        thread = threading.Thread(target=run_once)
        thread.start()
        try:
            yield Served(listener.getsockname()[1], server, stack)
        finally:
            stop.set()
            thread.join()
            server.close()


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.go.set()


@pytest.fixture
def served(app: App) -> Iterator[Served]:
    with serving(app) as served:
        yield served


@pytest.fixture
def impatient(app: App) -> Iterator[Served]:
    with serving(app, request_seconds=0.3, longest_request_seconds=0.6, idle_seconds=0.3) as served:
        yield served
