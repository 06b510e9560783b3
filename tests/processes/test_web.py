"""The web server as it is started, and what strangers send it by hand."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.config import Config
from portal.processes import ports
from tests.processes.waiting import until


@dataclass(frozen=True)
class Web:
    port: int
    printed: Path

    def send(self, raw: bytes) -> int:
        """Send these bytes and nothing more; returns the status of the answer."""
        with socket.create_connection((ports.LOCAL, self.port), 10) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            return int(connection.makefile("rb").readline().split()[1])

    def get(self, path: str, *headers: str) -> int:
        return self.send("\r\n".join([f"GET {path} HTTP/1.1", "Host: portal", *headers, "", ""]).encode())

    def is_up(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex((ports.LOCAL, self.port)) == 0

    def logged(self) -> str:
        return self.printed.read_text()


@pytest.fixture
def web(config: Config, tmp_path: Path) -> Iterator[Web]:
    printed, port = tmp_path / "printed.txt", ports.free(0)
    settings = {
        "PORTAL_DATA_DIR": str(config.data_dir),
        "PORTAL_SECRET_KEY": config.secret_key,
        "PORTAL_VAULT_KEY": base64.urlsafe_b64encode(config.vault_keys[0]).decode(),
    }
    command = [sys.executable, "-m", "portal.cli", "web", "--workers", "1", "--bind", f"{ports.LOCAL}:{port}"]
    with (
        printed.open("wb") as output,
        subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=output) as started,
    ):
        web = Web(port, printed)
        try:
            until(web.is_up, "the web server to listen")
            yield web
        finally:
            started.terminate()


def test_a_header_of_a_proxy_on_this_machine_does_not_move_the_pages(web: Web) -> None:
    for header in ("SCRIPT_NAME: /elsewhere", "Script_Name: /log", "SCRIPT_NAME: http://[", "PATH_INFO: /nowhere"):
        assert web.get("/login", header) == 200, header
    assert "Configuration problem" not in web.logged()


BAD_CHUNKS = [
    b"zz\r\nabc\r\n0\r\n\r\n",
    b"5\r\nabc",
    b"5\r\nabcdefgh\r\n0\r\n\r\n",
    b"ffffffffffffffffffff\r\nab",
    b"-1\r\nabc\r\n",
    b"3;\x01x\r\nabc\r\n0\r\n\r\n",
    b"",
]


def test_chunks_that_make_no_sense_are_the_senders_mistake_and_hardly_logged(web: Web) -> None:
    before = len(web.logged())
    for path in ("/login", "/webhooks/halo/unknown"):
        head = f"POST {path} HTTP/1.1\r\nHost: portal\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        for chunks in BAD_CHUNKS:
            assert web.send(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks) == 400, (path, chunks)
    added = web.logged()[before:]
    assert "Traceback" not in added
    assert len(added) < 200 * 2 * len(BAD_CHUNKS)
