from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.verbs import SandboxError
from tests.sandbox.visitor import Visitor


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_errors_have_empty_bodies(sandbox: HaloSandbox, visitor: Visitor, status: int) -> None:
    sandbox.fault("status", status=status)
    answer = visitor.get("Client")
    assert (answer.status_code, answer.content) == (status, b"")
    assert visitor.get("Client").status_code == 200


def test_or_bodies_of_some_other_kind(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", status=400, body='"Token is required"')
    answer = visitor.get("Client")
    assert (answer.status_code, answer.json()) == (400, "Token is required")


def test_a_fault_comes_when_and_where_it_was_planned(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", on="clients", after=2, times=2)
    assert visitor.get("Site").status_code == 200
    assert [visitor.get("Client").status_code for _ in range(5)] == [200, 200, 500, 500, 200]
    assert sandbox.faults()[0] | {"fault": None} == {"fault": None, "seen": 5, "fired": 2, "until": None}


def test_a_fault_can_come_now_and_then(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", on="clients", after=1, every=3, times=None)
    codes = [visitor.get("Client").status_code for _ in range(8)]
    assert codes == [200, 500, 200, 200, 500, 200, 200, 500]
    with pytest.raises(SandboxError, match="one in 1, 2 or more"):
        sandbox.fault("status", every=0)


def test_a_fault_can_stay_on_one_page_for_ever(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", on="assets", page=2, times=None)
    for _ in range(3):
        assert visitor.get("Asset", pageinate="true", page_no=1).status_code == 200
        assert visitor.get("Asset", pageinate="true", page_no=2).status_code == 500
    sandbox.clear_faults()
    assert visitor.get("Asset", pageinate="true", page_no=2).status_code == 200


@pytest.mark.parametrize("path", ["auth/token", "api/authinfo", "api/Agent/me", "api/Status", "api/Nothing"])
def test_any_page_can_fail(sandbox: HaloSandbox, visitor: Visitor, path: str) -> None:
    kinds = {"auth/token": "token", "api/Agent/me": "agent", "api/authinfo": "authinfo", "api/Status": "lookup"}
    sandbox.fault("status", status=503, on=kinds.get(path, "any"))
    assert visitor.http.get(f"/{path}").status_code == 503


@pytest.mark.parametrize(("planned", "status"), [({}, 401), ({"status": 400}, 400), ({"status": 401}, 401)])
def test_credentials_can_be_refused_for_a_while(
    planned: dict[str, Any], status: int, sandbox: HaloSandbox, stranger: httpx.Client
) -> None:
    right = sandbox.credentials()
    form = {"grant_type": "client_credentials", "client_id": right.client_id, "client_secret": right.client_secret}
    sandbox.fault("refused_client", on="token", times=None, lasts=7200, **planned)
    for _ in range(2):
        refused = stranger.post("/auth/token", data=form)
        assert (refused.status_code, refused.json()["error"]) == (status, "invalid_client")
        sandbox.advance(3600)
    assert stranger.post("/auth/token", data=form).status_code == 200


def test_a_path_can_be_named(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", on="/api/client/1*")
    assert visitor.get("Client").status_code == 200
    assert visitor.get("Client/1").status_code == 500


def test_an_unknown_fault_is_refused(sandbox: HaloSandbox) -> None:
    with pytest.raises(SandboxError, match="no such fault: 'flood'"):
        sandbox.fault("flood")
    with pytest.raises(SandboxError, match="no such place: 'client'"):
        sandbox.fault("html", on="client")


def test_html_where_json_should_be(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("html")
    answer = visitor.get("Client")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_json_that_ends_in_the_middle(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("truncated")
    answer = visitor.get("Client")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_good_answer_without_a_body(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("empty")
    assert (visitor.get("Client").status_code, visitor.get("Client").content != b"") == (200, True)


def test_a_redirect(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("redirect", location="http://127.0.0.1:9/")
    answer = visitor.get("Client")
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/")


def test_a_rate_limit_out_of_turn(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(retry_after="seconds")
    sandbox.fault("rate_limit", seconds=4)
    answer = visitor.get("Client")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "4")


def test_a_slow_answer(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("slow", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        visitor.http.get("/api/Client", timeout=0.05)


def test_an_answer_that_is_held_comes_when_the_faults_are_cleared(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("hold", on="agent", times=None)
    with pytest.raises(httpx.ReadTimeout):
        visitor.http.get("/api/Agent/me", timeout=0.1)
    assert visitor.get("Client").status_code == 200
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(visitor.get, "Agent/me")
        sandbox.clear_faults()
        assert held.result(10).status_code == 200


def test_latency_on_every_answer(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(latency=0.02)
    started = time.perf_counter()
    visitor.get("Client")
    assert time.perf_counter() - started > 0.02


def test_bytes_that_drip(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("drip", size=20, seconds=0.001, on="agent")
    assert visitor.get("Agent/me").json()["name"] == "API Sync"


@pytest.mark.parametrize("size", [0, 400])
def test_a_connection_that_is_reset(sandbox: HaloSandbox, visitor: Visitor, size: int) -> None:
    sandbox.fault("reset", size=size)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        visitor.get("Client")
    assert visitor.get("Client").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_stops_when_the_reader_goes(sandbox: HaloSandbox, visitor: Visitor, *, chunked: bool) -> None:
    sandbox.fault("huge", size=3 * 1024**3, chunked=chunked)
    with visitor.http.stream("GET", "/api/Client") as answer:
        assert ("content-length" in answer.headers) is not chunked
        first = next(answer.iter_bytes(1_000_000))
    assert len(first) == 1_000_000
    assert visitor.get("Client").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_has_the_size_that_was_asked_for(
    sandbox: HaloSandbox, visitor: Visitor, *, chunked: bool
) -> None:
    sandbox.fault("huge", size=300_000, chunked=chunked)
    assert len(visitor.get("Client").content) == 300_000


@pytest.mark.parametrize(
    ("fault", "name"), [("gzip", "gzip"), ("gzip_twice", "gzip, gzip"), ("brotli", "br"), ("deflate", "deflate")]
)
def test_an_answer_in_an_encoding_asked_for_or_not(
    sandbox: HaloSandbox, visitor: Visitor, fault: str, name: str
) -> None:
    plain = visitor.get("Client")
    sandbox.fault(fault)
    packed = visitor.get("Client")  # httpx unpacks them all
    assert packed.headers["Content-Encoding"] == name
    assert packed.content == plain.content


def test_an_encoding_with_a_size_is_a_bomb(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("gzip_twice", size=1_000_000)
    packed = visitor.get("Client")
    assert int(packed.headers["Content-Length"]) < 500
    assert len(packed.content) == 1_000_000


def test_a_page_that_comes_again(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("repeated_page", page=2)
    first, second, third = (visitor.page("assets", number)["assets"] for number in (1, 2, 3))
    assert first == second != third


def test_a_lying_count(sandbox: HaloSandbox, visitor: Visitor) -> None:
    true = visitor.page("clients")["record_count"]
    sandbox.fault("lying_count", size=5)
    sandbox.fault("lying_count", size=-5)
    assert [visitor.page("clients")["record_count"] for _ in range(2)] == [true, true]
    sandbox.fault("lying_count", size=5)
    assert visitor.page("clients")["record_count"] == true + 5


def spoiled(sandbox: HaloSandbox, visitor: Visitor, what: str) -> tuple[list[Any], list[Any]]:
    sound = visitor.page("opportunities", page_size=10)["tickets"]
    sandbox.fault(what)
    return sound, visitor.page("opportunities", page_size=10)["tickets"]


def test_values_of_the_wrong_type(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sound, rows = spoiled(sandbox, visitor, "wrong_types")
    assert rows[0]["summary"] == [sound[0]["summary"]]
    assert rows[0]["oppvalue"] == f"about {sound[0]['oppvalue']}"
    assert rows[1] == sound[1]


def test_impossible_ids(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sound, rows = spoiled(sandbox, visitor, "bad_ids")
    assert [row["id"] for row in rows[:5]] == [0, -1, None, "none", 1.5]
    assert [row["id"] for row in rows[5:]] == [str(row["id"]) for row in sound[5:]]


def test_ids_as_text(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sound, rows = spoiled(sandbox, visitor, "text_ids")
    assert [int(row["id"]) for row in rows] == [row["id"] for row in sound]
    assert isinstance(rows[0]["id"], str)


def test_nul_bytes(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sound, rows = spoiled(sandbox, visitor, "nul_bytes")
    assert rows[0]["summary"] == sound[0]["summary"] + "\0"


def test_huge_strings(sandbox: HaloSandbox, visitor: Visitor) -> None:
    _, rows = spoiled(sandbox, visitor, "huge_strings")
    assert len(rows[0]["notes"]) == 1_000_000


def test_odd_dates(sandbox: HaloSandbox, visitor: Visitor) -> None:
    _, rows = spoiled(sandbox, visitor, "odd_dates")
    assert rows[0]["last_update"] == "0001-01-01T00:00:00"
    assert rows[1]["last_update"].startswith("9999")
    assert rows[2]["last_update"] == "yesterday"


def test_a_row_that_is_no_object(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sound, rows = spoiled(sandbox, visitor, "not_objects")
    assert rows == [None, *sound[1:]]


def test_a_detail_can_be_spoiled_too(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("text_ids", on="/api/client/1")
    assert visitor.get("Client/1").json()["id"] == "1"


def test_a_fault_of_one_host_name_leaves_the_other(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.fault("status", status=404, on="authinfo", host="localhost", times=None)
    elsewhere = stranger.get(sandbox.url.replace("127.0.0.1", "localhost") + "/api/authinfo")
    assert (elsewhere.status_code, stranger.get("/api/authinfo").status_code) == (404, 200)
