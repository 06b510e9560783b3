"""A ConnectWise with scripted answers, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.connectwise.credentials import Credentials

API = "/v4_6_release/apis/3.0/"
INFO = {"version": "v2025.1.10333", "isCloud": False, "cloudRegion": "EU"}
COMPANY = {"CompanyName": "Acme Technology", "Codebase": "v2025_1/", "CompanyID": "acme", "IsCloud": "True"}


@dataclass
class Asked:
    """One request: its path below the API's address, its query and its headers, with names in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    method: str = "GET"


@dataclass
class Answer:
    """`body` is JSON, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# Gets a request; returns an Answer, or JSON for an answer with status 200.
Script = Callable[[Asked], Any]


class ScriptedServer:
    """`asked` has all requests in their order, `most_at_once` how many ran at the same time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = Lock()

    def credentials(self, **changed: Any) -> Credentials:
        values = {"site": self.url, "company_id": "acme", "public_key": "pub", "private_key": "priv"}
        return Credentials(**{**values, "client_id": "our-id", **changed})

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def enter(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def leave(self) -> None:
        with self._lock:
            self._now -= 1


@contextmanager
def scripted(script: Script) -> Iterator[ScriptedServer]:
    """Serve inside the block. /system/info and the company check answer well unless the script returns something."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(parts.path.removeprefix(API), query, headers, self.command)
            made.enter(asked)
            try:
                said = script(asked)
            finally:
                made.leave()
            if said is None and asked.path == "system/info":
                said = INFO
            if said is None and asked.path.startswith("/login/companyinfo/"):
                said = COMPANY
            self._answer(said if isinstance(said, Answer) else Answer(said))

        do_POST = do_GET  # noqa: N815  # http.server's name

        def _answer(self, said: Answer) -> None:
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
            for name, value in {**headers, **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made = ScriptedServer(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
