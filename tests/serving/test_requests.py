"""Requests as browsers, proxies and Halo send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from portal.request_sizes import LARGEST_DELIVERY, LARGEST_FORM
from tests.serving.conftest import PATIENCE_SECONDS, App, Served, serving

WEBHOOK = "/webhooks/halo/unknown"
EXPECT = "Expect: 100-continue"


def get(path: str, *headers: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: portal", *headers, "", ""]).encode()


def head_of(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: portal", *headers, "", ""]).encode()


def test_requests_on_one_connection_are_answered_in_their_order(served: Served) -> None:
    client = served.client()
    client.send(b"".join(get(f"/{number}") for number in range(20)))
    for number in range(20):
        assert client.status() == 200
        assert client.body == f"/{number}".encode()


def test_a_connection_is_kept_until_the_client_asks_to_close_it(served: Served) -> None:
    client = served.client()
    client.send(get("/one"))
    assert client.status() == 200
    client.send(get("/two", "Connection: close"))
    assert client.status() == 200
    assert client.is_closed()


def test_http_1_0_is_answered_and_closed(served: Served) -> None:
    client = served.client()
    client.send(get("/old", version="1.0"))
    assert client.status() == 200
    assert client.is_closed()


def test_a_client_that_has_sent_all_it_will_send_gets_its_answer(served: Served) -> None:
    client = served.client()
    client.send(get("/last"))
    client.half_close()
    assert client.status() == 200


def test_an_answer_to_head_has_no_body(served: Served) -> None:
    client = served.client()
    client.send(get("/page", "Connection: close").replace(b"GET", b"HEAD"))
    assert client.status() == 200
    assert (client.headers["content-length"], client.body) == ("5", b"")


def test_an_answer_to_head_has_no_body_where_a_download_would_be_streamed() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return iter(())

    with serving(app) as served:
        client = served.client()
        client.send(get("/page").replace(b"GET", b"HEAD"))
        assert client.status() == 200
        assert client.is_closed()


def test_an_answer_is_sent_while_it_is_made(app: App) -> None:
    def stream(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        yield b"first"
        app.go.wait(PATIENCE_SECONDS)
        yield b"last"

    with serving(stream) as served:
        client = served.client()
        client.send(get("/export"))
        assert client.status() == 200
        assert client.read_until(b"first")
        app.go.set()
        assert client.read_until(b"last")


def test_an_absolute_target_is_the_page_of_its_path(app: App, served: Served) -> None:
    assert served.ask(get("http://portal/login?a=b")) == 200
    assert (app.asked[0]["PATH_INFO"], app.asked[0]["QUERY_STRING"]) == ("/login", "a=b")


@pytest.mark.parametrize("path", ["//evil.example/x", "///x", "/%2e%2e/x", "/a%00b", "/%0d%0aSet-Cookie:x"])
def test_an_odd_path_is_only_a_path(path: str, app: App, served: Served) -> None:
    client = served.client()
    client.send(get(path))
    assert client.status() == 200
    assert "set-cookie" not in client.headers
    assert not app.asked[0]["PATH_INFO"].startswith("//")


def test_a_body_in_chunks_is_put_together(app: App, served: Served) -> None:
    chunks = b"3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\nX-Trailer: 1\r\n\r\n"
    client = served.client()
    client.send(head_of("/form", "Transfer-Encoding: Chunked") + chunks + get("/next"))
    assert [client.status(), client.status()] == [200, 200]
    assert (app.asked[0]["body"], app.asked[0]["CONTENT_LENGTH"]) == (b"abcdefg", "7")
    assert not {"HTTP_X_TRAILER", "HTTP_TRANSFER_ENCODING"} & set(app.asked[0])


def test_a_body_in_chunks_may_arrive_byte_by_byte(app: App, served: Served) -> None:
    client = served.client()
    for byte in head_of("/form", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n":
        client.send(bytes([byte]))
    assert client.status() == 200
    assert app.asked[0]["body"] == b"abc"


def test_a_client_that_expects_100_continue_gets_it(app: App, served: Served) -> None:
    client = served.client()
    client.send(head_of("/form", "Content-Length: 3", "Expect: 100-Continue"))
    assert client.status() == 100
    client.send(b"abc")
    assert client.status() == 200
    assert app.asked[0]["body"] == b"abc"


@pytest.mark.parametrize("raw", [get("/one", EXPECT), head_of("/one", "Content-Length: 0", EXPECT)])
def test_expecting_100_continue_without_a_body_gets_the_answer(raw: bytes, app: App, served: Served) -> None:
    client = served.client()
    client.send(raw)
    assert client.status() == 200
    client.send(get("/two"))
    assert client.status() == 200
    assert app.paths == ["/one", "/two"]
    assert app.asked[1]["HTTP_HOST"] == "portal"


@pytest.mark.parametrize(("path", "largest"), [("/login", LARGEST_FORM), (WEBHOOK, LARGEST_DELIVERY)])
def test_a_body_that_is_too_large_is_passed_on_by_its_length_alone(
    path: str, largest: int, app: App, served: Served
) -> None:
    client = served.client()
    client.send(head_of(path, f"Content-Length: {largest + 1}", "Expect: 100-continue"))
    assert client.status() == 200  # of this app; the portal answers 413
    assert client.headers["connection"] == "close"
    assert (app.asked[0]["CONTENT_LENGTH"], app.asked[0]["body"]) == (str(largest + 1), b"")


def test_a_body_in_chunks_is_given_up_when_it_becomes_too_large(app: App, served: Served) -> None:
    client = served.client()
    client.send(head_of("/login", "Transfer-Encoding: chunked"))
    client.send((b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 5)
    assert client.status() == 200
    assert client.headers["connection"] == "close"
    assert int(app.asked[0]["CONTENT_LENGTH"]) > LARGEST_FORM
    assert app.asked[0]["body"] == b""


@pytest.mark.parametrize("size", [1, 30])
def test_a_body_that_is_mostly_chunking_is_given_up(size: int, app: App, served: Served) -> None:
    client = served.client()
    with suppress(OSError):
        client.send(head_of(WEBHOOK, "Transfer-Encoding: chunked"))
        client.send(b"%x\r\n%s\r\n" % (size, b"x" * size) * 20_000)
    assert client.status() == 413
    assert app.asked == []


def test_small_chunks_of_a_small_body_are_taken(app: App, served: Served) -> None:
    client = served.client()
    client.send(head_of(WEBHOOK, "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 5_000 + b"0\r\n\r\n")
    assert client.status() == 200
    assert len(app.asked[0]["body"]) == 5_000


def test_the_largest_body_of_all_is_taken(app: App, served: Served) -> None:
    client = served.client()
    client.send(head_of(WEBHOOK, f"Content-Length: {LARGEST_DELIVERY}") + b"x" * LARGEST_DELIVERY)
    assert client.status() == 200
    assert len(app.asked[0]["body"]) == LARGEST_DELIVERY


def test_a_client_that_still_sends_a_refused_body_sees_the_answer(served: Served) -> None:
    client = served.client()
    client.send(head_of("/login", "Content-Length: 50000000") + b"x" * 3_000_000)
    assert client.status() == 200
    assert client.is_closed()


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        ((), "http"),
        (("X-Forwarded-Proto: https",), "https"),
        (("X-Forwarded-Proto: HTTPS, http",), "http"),
        (("X-Forwarded-Ssl: on",), "https"),
        (("X-Forwarded-Protocol: ssl", "X-Forwarded-Proto: https"), "https"),
        (("X-Forwarded-Protocol: ssl", "X-Forwarded-Proto: http"), "http"),
        (("Forwarded: proto=https",), "http"),
    ],
)
def test_a_proxy_on_this_machine_tells_the_scheme(headers: tuple[str, ...], scheme: str, app: App) -> None:
    with serving(app) as served:
        served.ask(get("/", *headers))
    assert app.asked[0]["wsgi.url_scheme"] == scheme


def test_nobody_else_tells_the_scheme(app: App, served: Served) -> None:
    stranger = served.client("127.0.0.2")
    stranger.send(get("/", "X-Forwarded-Proto: https"))
    assert stranger.status() == 200
    with serving(app, trusts_local_proxy=False) as with_public_url:
        with_public_url.ask(get("/", "X-Forwarded-Proto: https"))
    assert [environ["wsgi.url_scheme"] for environ in app.asked] == ["http", "http"]
    assert [environ["REMOTE_ADDR"] for environ in app.asked] == ["127.0.0.2", "127.0.0.1"]


def test_what_a_proxy_forwards_arrives_as_it_is(app: App, served: Served) -> None:
    served.ask(get("/", "X-Forwarded-For: 203.0.113.5", "X-Forwarded-For: 203.0.113.6", "X-Real-Ip: 10.0.0.1"))
    assert app.asked[0]["HTTP_X_FORWARDED_FOR"] == "203.0.113.5, 203.0.113.6"
    assert app.asked[0]["REMOTE_ADDR"] == "127.0.0.1"
