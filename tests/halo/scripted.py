"""A Halo with scripted responses, for those that the simulated one never gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.halo.credentials import Credentials

TOKEN = {"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600}
# Gets the path and the query; returns JSON, or bytes as they are, or a status.
Script = Callable[[str, dict[str, str]], Any]


@contextmanager
def scripted(script: Script) -> Iterator[Credentials]:
    """Serve inside the block; the token page hands out a token unless the script returns something for it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(script(parts.path, dict(parse_qsl(parts.query))))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            said = script("/auth/token", {})
            self._answer(TOKEN if said is None else said)

        def _answer(self, said: Any) -> None:
            body = said if isinstance(said, bytes) else b"" if isinstance(said, int) else json.dumps(said).encode()
            self.send_response(said if isinstance(said, int) else 200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield Credentials(url, f"{url}/auth", "", "id", "secret")
        finally:
            server.shutdown()
            thread.join()
