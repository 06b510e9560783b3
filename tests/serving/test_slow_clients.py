"""Clients that are slow, silent or many: they cost connections, which are bounded, and no threads."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.processes.waiting import until
from tests.serving.conftest import App, Client, Served, serving
from tests.serving.test_requests import WEBHOOK, get, head_of

BEGUN = b"GET /slow HTTP/1.1\r\nHost: portal\r\nX-Slow: "
MANY = 40


def drip(client: Client, answer: int) -> None:
    """Send a byte now and then until the server has had enough; the answer tells so."""
    client.socket.settimeout(0.05)
    status = None
    while status is None:
        try:
            client.send(b"x")
            status = client.socket.recv(12)
        except TimeoutError:
            continue
        except OSError:
            return
    assert status.split()[1:] == [str(answer).encode()]


def test_a_slow_head_is_refused(app: App, impatient: Served) -> None:
    client = impatient.client()
    client.send(BEGUN)
    drip(client, 408)
    assert app.asked == []


@pytest.mark.parametrize("path", ["/login", WEBHOOK])
@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_slow_body_is_refused(path: str, framing: str, app: App, impatient: Served) -> None:
    client = impatient.client()
    client.send(head_of(path, framing) + b"fffff\r\n")
    drip(client, 408)
    assert app.asked == []


def test_a_slow_second_request_is_refused_too(app: App, impatient: Served) -> None:
    client = impatient.client()
    client.send(get("/one") + get("/two") + BEGUN)
    assert [client.status(), client.status(), client.status()] == [200, 200, 408]
    assert app.paths == ["/one", "/two"]


def test_a_silent_client_is_disconnected_without_a_response(impatient: Served) -> None:
    assert impatient.client().is_closed()


def test_a_connection_that_is_not_used_again_is_closed(impatient: Served) -> None:
    client = impatient.client()
    client.send(get("/one"))
    assert client.status() == 200
    assert client.is_closed()


def test_empty_lines_keep_no_connection_alive(impatient: Served) -> None:
    client = impatient.client()
    with suppress(OSError):
        while not client.is_closed_already():
            client.send(b"\r\n\r\n")


def test_a_truncated_request_is_a_bad_request(app: App, served: Served) -> None:
    for raw in (BEGUN, head_of("/login", "Content-Length: 9") + b"abc"):
        client = served.client()
        client.send(raw)
        client.half_close()
        assert client.status() == 400
    assert app.asked == []


def test_pages_and_deliveries_are_answered_however_many_hold_on(app: App) -> None:
    with serving(app, threads=1) as served:
        attackers = [served.client() for _ in range(3 * MANY)]
        for number, client in enumerate(attackers):
            client.send([BEGUN, head_of(WEBHOOK, "Content-Length: 9") + b"{", b""][number % 3])
        until(lambda: len(served.server.connections) == len(attackers), "the attackers to be let in")
        assert served.ask(get("/login")) == 200
        assert served.ask(head_of(WEBHOOK, "Content-Length: 2") + b"{}") == 200
        assert app.paths == ["/login", WEBHOOK]


def test_when_no_connection_is_left_the_slowest_goes(app: App) -> None:
    with serving(app, connections=MANY) as served:
        in_service = served.client()
        in_service.send(get("/wait"))
        until(lambda: bool(app.asked), "the first request to be served")
        attackers = [served.client() for _ in range(2 * MANY)]
        for client in attackers:
            client.send(BEGUN)
        assert served.ask(get("/login")) == 200
        assert attackers[0].is_closed()
        assert len(served.server.connections) <= MANY
        app.go.set()
        assert in_service.status() == 200


def test_one_address_cannot_hold_more_than_its_share(app: App) -> None:
    with serving(app, connections=15, connections_per_address=5) as served:
        others = [served.client("127.0.0.3") for _ in range(5)]
        for client in others:
            client.send(BEGUN)
        until(lambda: len(served.server.connections) == 5, "those of the other address to be let in")
        for _ in range(10 * MANY):
            served.client("127.0.0.2").send(BEGUN)
        until(lambda: len(served.server.connections) == 10, "all but five of the attackers to be closed")
        for client in others:
            client.send(b"\r\n\r\n")
        assert [client.status() for client in others] == [200] * 5


def test_when_no_connection_is_left_the_address_with_most_of_them_gives_way() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"x" * 20_000_000 if environ["PATH_INFO"] == "/large" else b"page"]

    with serving(app, connections=15, outgoing_bytes=10**9) as served:
        others = [served.client("127.0.0.3") for _ in range(3)]
        for client in others:
            client.send(get("/page"))
            assert client.status() == 200
        for _ in range(MANY):
            served.client("127.0.0.2").send(get("/large"))
        until(lambda: len(served.server.connections) == 15, "all but twelve slow readers to be closed")
        for client in others:
            client.send(get("/page"))
            assert client.status() == 200
        assert served.ask(get("/page")) == 200
        assert len(served.server.connections) <= 15


def test_connections_of_a_proxy_on_this_machine_are_not_counted(app: App) -> None:
    with serving(app, connections_per_address=5) as served:
        clients = [served.client() for _ in range(MANY)]
        for client in clients:
            client.send(BEGUN)
        until(lambda: len(served.server.connections) == MANY, "all to be let in")
        for client in clients:
            client.send(b"\r\n\r\n")
        assert [client.status() for client in clients] == [200] * MANY


def test_bodies_that_fill_the_memory_push_out_the_slowest(app: App) -> None:
    with serving(app, incoming_bytes=500_000) as served:
        attackers = [served.client() for _ in range(10)]
        for client in attackers:
            client.send(head_of(WEBHOOK, "Content-Length: 200000") + b"x" * 100_000)
        assert attackers[0].is_closed()
        until(lambda: served.server.connections.incoming <= 500_000, "enough of them to be closed")
        assert served.ask(head_of(WEBHOOK, "Content-Length: 2") + b"{}") == 200
        for client in attackers:
            client.close()
        until(lambda: served.server.connections.incoming == 0, "their memory to be given back")


class Endless:
    """Answers with what never ends; /page is a page."""

    def __init__(self) -> None:
        self.ended = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes] | list[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return [b"page"] if environ["PATH_INFO"] == "/page" else self._rows()

    def _rows(self) -> Iterator[bytes]:
        try:
            while True:
                yield b"row\n" * 10_000
        finally:
            self.ended += 1


def test_a_client_that_does_not_read_holds_no_thread_for_ever() -> None:
    app = Endless()
    with serving(app, threads=4, reading_seconds=0.3) as served:
        client = served.client()
        client.send(get("/export"))
        until(lambda: app.ended == 1, "the export to be given up")
        assert served.ask(get("/page")) == 200


def test_a_client_that_asks_for_much_and_reads_nothing_holds_no_thread() -> None:
    size, answered = 3_000_000, list[str]()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answered.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"x" * size if environ["PATH_INFO"] == "/large" else b"page"]

    with serving(app, threads=1) as served:
        client = served.client()
        client.send(get("/large") * 10)
        until(lambda: "/large" in answered, "the first to be answered")
        assert served.ask(get("/page")) == 200
        assert answered.count("/large") < 3
        for _ in range(10):
            assert client.status() == 200
            assert len(client.body) == size


def test_clients_that_read_slowly_hold_half_of_the_threads_at_most() -> None:
    app = Endless()
    with serving(app, threads=4, reading_seconds=60, outgoing_bytes=10**9) as served:
        clients = [served.client() for _ in range(4)]
        for client in clients:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.send(get("/export"))
        until(lambda: app.ended == 2, "two of the four to be cut off")
        assert served.ask(get("/page")) == 200


def test_unread_responses_are_limited_in_total() -> None:
    app = Endless()
    with serving(app, threads=8, reading_seconds=60, outgoing_bytes=2_500_000) as served:
        clients = [served.client() for _ in range(4)]
        for client in clients:
            client.send(get("/export"))
        until(lambda: app.ended == 2, "the memory to be given back")


def test_a_client_that_goes_away_ends_its_export() -> None:
    app = Endless()
    with serving(app) as served:
        client = served.client()
        client.send(get("/export"))
        client.socket.recv(1000)
        client.close()
        until(lambda: app.ended == 1, "the export to end")
