from __future__ import annotations

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import Visitor


def test_every_request_is_written_down(sandbox: HaloSandbox, visitor: Visitor) -> None:
    visitor.get("Asset", page_no=3)
    token, asset = sandbox.journal()
    assert (token["method"], token["path"], token["kind"], token["tenant"]) == (
        "POST",
        "/auth/token",
        "token",
        "acme",
    )
    assert (asset["path"], asset["query"], asset["status"], asset["kind"]) == (
        "/api/Asset",
        "page_no=3",
        200,
        "assets",
    )
    assert asset["ms"] >= 0


def test_control_is_not(sandbox: HaloSandbox) -> None:
    sandbox.truth()
    assert sandbox.counts()["total"] == 0


def test_a_fault_is_named(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", status=502)
    visitor.get("Client")
    assert [(entry["status"], entry["fault"]) for entry in sandbox.journal(kind="clients")] == [(502, "status")]


def test_what_an_answer_asks_to_wait_is_noted(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(quota=1, retry_after="seconds")
    visitor.get("Client")
    visitor.get("Client")
    assert [entry["retry_after"] for entry in sandbox.journal(kind="clients")] == [None, "300"]


def test_only_reading_is_allowed(sandbox: HaloSandbox, visitor: Visitor) -> None:
    visitor.get("Client")
    assert sandbox.counts()["violations"] == 0
    for method in ("POST", "DELETE", "PUT", "PATCH", "HEAD"):
        assert visitor.http.request(method, "/api/Client").status_code == 405
    visitor.http.post("/api/token")
    assert sandbox.counts()["violations"] == 6


def test_it_can_be_read_in_pieces(sandbox: HaloSandbox, visitor: Visitor) -> None:
    for number in range(1, 6):
        visitor.get(f"Client/{number}")
    assert [entry["number"] for entry in sandbox.journal(after=2, limit=2)] == [3, 4]
    assert [entry["path"] for entry in sandbox.journal(status="200")] == ["/auth/token", "/api/Client/1"]


def test_it_counts(sandbox: HaloSandbox, visitor: Visitor) -> None:
    for path in ("Client", "Client", "Site"):
        visitor.get(path)
    counts = sandbox.counts()
    assert counts["by_kind"] == {"token": 1, "clients": 2, "sites": 1}
    assert counts["by_path"]["/api/Client"] == 2
    assert counts["by_status"] == {"200": 4}


def test_it_can_be_reset_alone(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.fault("status", times=None)
    visitor.get("Client")
    sandbox.reset(faults=False)
    assert sandbox.counts()["total"] == 0
    assert visitor.get("Client").status_code == 500
