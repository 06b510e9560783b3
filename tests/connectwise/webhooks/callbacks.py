"""Callbacks as ConnectWise sends them, and a tiny server of signing keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

KEY = "test-signing-key"
COMPANY = "Cobalt"
PATH = "/v2025_1//system/callbackkey/index.rails"


def callback(key_url: str, **changed: Any) -> bytes:
    """Return the body of a callback about a contact, with some keys changed; None leaves a key out."""
    sent = {
        "Action": "updated",
        "CallbackObjectRecId": 26604,
        "CompanyId": COMPANY,
        "Entity": '{"id":57961,"customFields":[{"type":"Password","value":"hunter2"}]}',
        "FromUrl": "sandbox-na.myconnectwise.net",
        "ID": 57961,
        "MemberId": "Aurasell",
        "MessageId": "6dd82302-5e46-47c0-8c84-702868125b76",
        "Metadata": {"key_url": key_url},
        "PartnerId": None,
        "ProductInstanceId": "p",
        "Type": "contact",
    } | changed
    return json.dumps(sent).encode()


def signature(body: bytes, key: str = KEY) -> str:
    secret = hashlib.sha256(key.encode()).digest()
    return base64.b64encode(hmac.digest(secret, body, "sha256")).decode()


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    return {"X-Content-Signature": signature(body, key), "Content-Type": "application/json; charset=utf-8"}


@dataclass
class KeyServer:
    """A ConnectWise that only hands out its key. `status`, `body` and `location` replace the right answer.

    Unless `open_to_all`, it asks for credentials. While `held` is not set, it does not answer at all.
    """

    url: str = ""
    key: str = KEY
    status: int = 200
    body: bytes | None = None
    location: str = ""
    open_to_all: bool = True
    held: Event = field(default_factory=Event)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key_url(self) -> str:
        return f"{self.url}{PATH}?companyName={COMPANY}&id=6dd82302"


@contextmanager
def key_server() -> Iterator[KeyServer]:
    served = KeyServer()
    served.held.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.calls.append((self.path, self.headers.get("Authorization", "")))
            served.held.wait(30)
            is_asked = not served.open_to_all and "Authorization" not in self.headers
            self.send_response(401 if is_asked else served.status)
            if served.location:
                self.send_header("Location", served.location)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            right = json.dumps({"signing_key": served.key}).encode()
            self.wfile.write(b"" if is_asked else right if served.body is None else served.body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield served
        served.held.set()
        server.shutdown()
