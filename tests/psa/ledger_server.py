"""A Ledger server, for the toy PSA of ledger.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

KEY: Final = "ledger-key"


@dataclass
class Ledger:
    """A Ledger server with these clients, by number."""

    url: str
    clients: dict[int, dict[str, Any]]


@contextmanager
def serving() -> Iterator[Ledger]:
    clients = {n: {"number": n, "title": f"Client {n}", "closed": n == 3} for n in (1, 2, 3)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            found: object = list(clients.values()) if query == "page=1" else []
            if not query:
                found = clients.get(int(path.rsplit("/", 1)[1]))
            is_allowed = self.headers["Authorization"] == f"Bearer {KEY}"
            self.send_response(401 if not is_allowed else 404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Ledger(f"http://127.0.0.1:{server.server_port}", clients)
        server.shutdown()
