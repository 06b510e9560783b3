"""The web server as it is started, and what strangers send it by hand."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    process: subprocess.Popen[bytes]

    def connection(self) -> socket.socket:
        return socket.create_connection((ports.LOCAL, self.port), 20)

    def answer(self, raw: bytes) -> str:
        """Send these bytes and nothing more; returns the answer."""
        with self.connection() as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").read().decode()

    def send(self, raw: bytes) -> int:
        return int(self.answer(raw).split(maxsplit=2)[1])

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
    with starting(config, f"{ports.LOCAL}:{port}", printed) as process:
        web = Web(port, printed, process)
        until(web.is_up, "the web server to listen")
        yield web


@contextmanager
def starting(
    config: Config, bind: str, printed: Path, *, keeps_open: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "PORTAL_DATA_DIR": str(config.data_dir),
        "PORTAL_SECRET_KEY": config.secret_key,
        "PORTAL_VAULT_KEY": base64.urlsafe_b64encode(config.vault_keys[0]).decode(),
    }
    command = [sys.executable, "-m", "portal.cli", "web", "--workers", "1", "--bind", bind]
    kept = [keeps_open] if keeps_open is not None else []
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=output, stderr=output, pass_fds=kept
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def test_a_header_of_a_proxy_on_this_machine_does_not_move_the_pages(web: Web) -> None:
    for header in ("SCRIPT_NAME: /elsewhere", "Script_Name: /log", "SCRIPT_NAME: http://[", "PATH_INFO: /nowhere"):
        assert web.get("/login", header) == 200, header
    assert "Configuration problem" not in web.logged()


SLOW_PAGE = "GET /login HTTP/1.1\r\nHost: portal\r\nX-Slow: "


def test_an_error_of_the_sender_is_answered_in_the_portals_words(web: Web) -> None:
    head = "POST /webhooks/halo/unknown HTTP/1.1\r\nHost: portal\r\nContent-Length: 9999999\r\n\r\n"
    assert "larger than 2 MB" in web.answer(head.encode())
    form = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST /login HTTP/1.1\r\nHost: portal\r\n{form}\r\nContent-Length: 9999999\r\n\r\n"
    assert "This is too large." in web.answer(head.encode())


def test_a_stop_answers_complete_requests_and_waits_for_no_slow_client(web: Web) -> None:
    with web.connection() as slow, web.connection() as idle, web.connection() as late:
        slow.sendall(SLOW_PAGE.encode())
        idle.sendall(b"GET /login HTTP/1.1\r\nHost: portal\r\n\r\n")
        assert idle.recv(12).endswith(b"200")
        late.sendall(SLOW_PAGE.encode())
        until(lambda: web.is_up(), "all of them to be let in")
        web.process.terminate()
        late.sendall(b"\r\n\r\n")
        assert b"200" in late.recv(12)
        assert web.process.wait(20) == 0


@pytest.mark.parametrize("kind", ["unix", "fd"])
def test_it_answers_on_a_unix_socket_and_on_one_that_is_handed_down(
    kind: str, config: Config, tmp_path: Path
) -> None:
    path = tmp_path / "portal.sock"
    with socket.socket(socket.AF_UNIX) if kind == "unix" else socket.create_server((ports.LOCAL, 0)) as place:
        place.set_inheritable(True)
        bind = f"unix:{path}" if kind == "unix" else f"fd://{place.fileno()}"
        with starting(config, bind, tmp_path / "printed.txt", keeps_open=place.fileno()) as process:
            if kind == "unix":
                until(path.exists, "the socket")
                place.connect(str(path))
                connection = place
            else:
                connection = socket.create_connection(place.getsockname(), 20)
            with connection:
                connection.sendall(b"GET /login HTTP/1.0\r\nX-Forwarded-Proto: https\r\n\r\n")
                assert connection.makefile("rb").readline().split()[1] == b"200"
            process.terminate()
            assert process.wait(20) == 0


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
