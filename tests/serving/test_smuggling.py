"""Requests that a proxy in front might read differently: each is refused, and nothing behind it is read."""

from __future__ import annotations

import pytest

from tests.serving.conftest import App, Served

HOST = b"Host: portal\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: portal\r\n\r\n"


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return b"POST /form HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
BAD_FRAMING = {
    "length and chunks": post(b"Content-Length: 6", CHUNKED, body=b"0\r\n\r\nG"),
    "chunks and length": post(CHUNKED, b"Content-Length: 6", body=b"0\r\n\r\nG"),
    "two lengths": post(b"Content-Length: 3", b"Content-Length: 5", body=b"abcde"),
    "the same length twice": post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"),
    "a list of lengths": post(b"Content-Length: 3, 3", body=b"abc"),
    "a length with a sign": post(b"Content-Length: +3", body=b"abc"),
    "a negative length": post(b"Content-Length: -3", body=b"abc"),
    "a length in hex": post(b"Content-Length: 0x3", body=b"abc"),
    "a length with an underscore": post(b"Content-Length: 1_0", body=b"abcdefghij"),
    "a length in other digits": post("Content-Length: ٣".encode(), body=b"abc"),
    "an empty length": post(b"Content-Length: ", body=b"abc"),
    "a length of many digits": post(b"Content-Length: " + b"9" * 5_000),
    "two codings": post(CHUNKED, b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "a coding behind a control character": post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded line": post(b"X-Long: a", b" Content-Length: 3", body=b"abc"),
    "a folded coding": post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"),
    "a first line that is folded": b"GET / HTTP/1.1\r\n Host: portal\r\n\r\n",
    "a blank before the colon": post(b"Content-Length : 3", body=b"abc"),
    "a line without a colon": post(b"Content-Length 3", body=b"abc"),
    "a name with a control character": post(b"Content\x00-Length: 3", body=b"abc"),
    "a value with NUL": post(b"X-Odd: a\x00b"),
    "a value with a bare CR": post(b"X-Odd: a\rContent-Length: 3", body=b"abc"),
    "a bare LF between lines": b"GET / HTTP/1.1\r\nHost: portal\nX-Odd: a\r\n\r\n",
    "bare LFs alone": b"GET / HTTP/1.1\nHost: portal\n\n",
    "a bare LF after the first line": b"GET / HTTP/1.1\nHost: portal\r\n\r\n",
    "a bare CR in the first line": b"GET /\r HTTP/1.1\r\nHost: portal\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: portal\r\nHost: evil\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "another host in the target": b"GET http://evil/ HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a target that is no address": b"GET http://[ HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a target without a slash": b"GET login HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a target with a blank": b"GET /a b HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a target with raw bytes": b"GET /\xff HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a blank in front": b" GET / HTTP/1.1\r\nHost: portal\r\n\r\n",
    "two blanks": b"GET  / HTTP/1.1\r\nHost: portal\r\n\r\n",
    "a method in small letters": b"get / HTTP/1.1\r\nHost: portal\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"GET / HTTP/2.0\r\nHost: portal\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "two content types": post(b"Content-Type: text/plain", b"Content-Type: text/html"),
}
OTHER_STATUS = [
    (414, b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: portal\r\n\r\n"),
    (413, post(CHUNKED, body=b"3;" + b"x" * 200_000)),
    (413, post(CHUNKED, body=b"0\r\nX: " + b"x" * 200_000)),
    (417, post(b"Expect: something")),
    (431, post(b"X-Long: " + b"x" * 9_000)),
    (431, post(*[b"X-Odd: 1"] * 101)),
    (431, post(*[b"X-Long: " + b"x" * 8_000] * 9)),
    (501, post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n")),
    (501, post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n")),
]
BAD_CHUNKS = {
    "no number": b"zz\r\nabc\r\n0\r\n\r\n",
    "a sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "a prefix": b"0x3\r\nabc\r\n0\r\n\r\n",
    "a blank": b"3 \r\nabc\r\n0\r\n\r\n",
    "a negative number": b"-1\r\nabc\r\n",
    "an empty line": b"\r\n3\r\nabc\r\n0\r\n\r\n",
    "an empty line later": b"3\r\nabc\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "too long": b"5\r\nabcdefgh\r\n0\r\n\r\n",
    "a bare LF": b"3\nabc\n0\n\n",
    "a control character in an extension": b"3;\x01x\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("raw", BAD_FRAMING.values(), ids=BAD_FRAMING.keys())
def test_an_ambiguous_request_is_refused_with_all_that_follows(raw: bytes, app: App, served: Served) -> None:
    client = served.client()
    client.send(raw + HIDDEN)
    assert client.status() == 400
    assert client.is_closed()
    assert app.asked == []


@pytest.mark.parametrize(("status", "raw"), OTHER_STATUS)
def test_it_is_refused_with_the_status_that_tells_why(status: int, raw: bytes, app: App, served: Served) -> None:
    client = served.client()
    client.send(raw + HIDDEN)
    assert client.status() == status
    assert client.is_closed()
    assert app.asked == []


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS.keys())
def test_chunks_that_make_no_sense_are_refused_with_all_that_follows(chunks: bytes, app: App, served: Served) -> None:
    client = served.client()
    client.send(post(CHUNKED, body=chunks) + HIDDEN)
    assert client.status() == 400
    assert client.is_closed()
    assert app.asked == []


@pytest.mark.parametrize("raw", [*BAD_FRAMING.values(), post(CHUNKED, body=b"zz\r\n")])
def test_byte_by_byte_it_is_refused_as_well(raw: bytes, app: App, served: Served) -> None:
    client = served.client()
    try:
        for position in range(len(raw[:400])):
            client.send(raw[position : position + 1])
        client.half_close()
    except OSError:
        pass  # refused before the end
    assert client.status() in {0, 400}
    assert app.asked == []


def test_a_refusal_repeats_nothing_of_what_was_sent(served: Served) -> None:
    client = served.client()
    client.send(b"GET /<script> HTTP/1.1\r\nHost: portal\r\n<script>: 1\r\n\r\n")
    assert client.status() == 400
    assert client.body == b"This request is not valid HTTP.\n"
    assert "server" not in client.headers


def test_a_name_with_an_underscore_does_not_pass_for_another(app: App, served: Served) -> None:
    raw = (
        b"GET / HTTP/1.1\r\nHost: portal\r\nX_Forwarded_For: 10.0.0.1\r\nContent_Length: 9\r\nSCRIPT_NAME: /x\r\n\r\n"
    )
    assert served.ask(raw) == 200
    assert not {"HTTP_X_FORWARDED_FOR", "CONTENT_LENGTH"} & set(app.asked[0])
    assert app.asked[0]["SCRIPT_NAME"] == ""


def test_many_blanks_cost_no_time(served: Served) -> None:
    line = b"X-%d:" + b" " * 8_000 + b"a\r\n"
    assert served.ask(b"GET / HTTP/1.1\r\nHost: portal\r\n" + b"".join(line % i for i in range(7)) + b"\r\n") == 200
