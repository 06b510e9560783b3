from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from portal.sandbox import SandboxError
from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.connectwise.member import FORWARD, PATHS, Member

CONTACTS = PATHS["contacts"]


@pytest.mark.parametrize(("form", "expected"), [("seconds", "30"), ("off", None)])
def test_a_throttled_request_is_told_when_to_come_back_or_not(
    sandbox: ConnectWiseSandbox, member: Member, form: str, expected: str | None
) -> None:
    sandbox.turn(retry_after=form)
    sandbox.fault("throttled", seconds=30, on="contacts")
    answer = member.get(CONTACTS)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, expected)
    assert answer.json() == {
        "error": "ConnectWiseAPI",
        "message": "Too many requests. Please try again in 30 seconds.",
    }
    assert member.get(CONTACTS).status_code == 200


def test_the_quota_is_per_minute_and_company(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(quota=2)
    assert [member.get(CONTACTS).status_code for _ in range(3)] == [200, 200, 429]
    assert sandbox.about()["tenants"][0]["quota_used"] == 2
    sandbox.advance(61)
    assert member.get(CONTACTS).status_code == 200


def test_too_many_requests_at_once_are_refused_and_recorded(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(most_at_once=2)
    sandbox.fault("hold", on="contacts", times=2)

    def status(path: str) -> int:
        with Member(sandbox) as one:
            return one.get(path).status_code

    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(status, CONTACTS) for _ in range(2)]
        while sandbox.counts()["total"] < 2:
            pass
        assert member.get(PATHS["assets"]).status_code == 429
        sandbox.clear_faults()
        assert [each.result() for each in held] == [200, 200]
    assert sandbox.counts()["most_at_once"] == 3
    assert sandbox.journal(status="429")[0]["at_once"] == 3
    assert member.get(PATHS["assets"]).status_code == 200


def test_a_server_timeout_says_so(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("timeout")
    answer = member.get(CONTACTS)
    assert answer.status_code == 500
    assert "timeout" in answer.text


def test_one_page_can_fail(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("status", status=500, on="contacts", page=3, times=None)
    assert [member.get(CONTACTS, page=page, pageSize=10).status_code for page in (1, 2, 3, 4)] == [200, 200, 500, 200]
    assert member.get(PATHS["assets"], page=3, pageSize=10).status_code == 200


def test_one_page_can_fail_forward_only(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("status", status=500, on="contacts", page=3, times=None)
    ids = member.ids(CONTACTS)
    statuses = [
        member.get(CONTACTS, headers=FORWARD, pageSize=10, pageId=ids[place - 1]).status_code
        for place in (10, 20, 30)
    ]
    assert statuses == [200, 500, 200]


@pytest.mark.parametrize(("fault", "word"), [("html", "<!DOCTYPE html>"), ("plain", "The service is starting.")])
def test_a_body_can_be_no_json_although_it_is_200(
    sandbox: ConnectWiseSandbox, member: Member, fault: str, word: str
) -> None:
    sandbox.fault(fault)
    answer = member.get(CONTACTS)
    assert answer.status_code == 200
    assert answer.text.startswith(word)


def test_the_codebase_can_change_with_one_404(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("moved", on="contacts")
    assert member.get(CONTACTS).status_code == 404
    assert member.get(CONTACTS).status_code == 200
    assert member.http.get("/login/companyinfo/acme").json()["Codebase"] == "v2026_1/"


def test_a_key_can_be_refused_midway(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("refused_key", on="assets")
    assert member.get(PATHS["assets"]).status_code == 401


@pytest.mark.parametrize(
    ("fault", "expected"), [("no_rows", []), ("null_list", None), ("empty", "no body"), ("truncated", "no JSON")]
)
def test_a_list_can_be_broken(sandbox: ConnectWiseSandbox, member: Member, fault: str, expected: object) -> None:
    sandbox.fault(fault, on="contacts")
    answer = member.get(CONTACTS)
    assert answer.status_code == 200
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
            answer.json()
    else:
        assert answer.json() == expected


def test_faults_of_rows_leave_counts_alone(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("text_ids", on="contacts", times=None)
    assert isinstance(member.get(CONTACTS).json()[0]["id"], str)
    assert member.get(f"{CONTACTS}/count").json()["count"] > 0


def test_a_list_can_be_wrapped_or_repeat_a_page(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("wrapped_list", on="contacts")
    assert list(member.get(CONTACTS).json()) == ["items"]
    sandbox.fault("repeated_page", on="contacts")
    assert member.get(CONTACTS, page=2).json() == member.get(CONTACTS, page=1).json()


def test_rows_can_be_corrupt(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("bad_ids", on="contacts")
    assert [row["id"] for row in member.get(CONTACTS).json()[:5]] == [0, -1, None, "none", 1.5]
    number = member.ids(CONTACTS)[0]
    sandbox.fault("text_ids", on="contacts")
    assert member.get(f"{CONTACTS}/{number}").json()["id"] == str(number)


def test_a_connection_can_break(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.fault("reset", on="contacts", size=20)
    with pytest.raises(httpx.TransportError):
        member.get(CONTACTS)


def test_one_companys_sites_can_fail(sandbox: ConnectWiseSandbox, member: Member) -> None:
    first, second = member.ids(PATHS["clients"])[:2]
    sandbox.fault("status", status=502, on=f"/v4_6_release/apis/3.0/company/companies/{first}/sites*", times=None)
    assert member.get(f"company/companies/{first}/sites").status_code == 502
    assert member.get(f"company/companies/{second}/sites").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"what": "lying_count"}, {"what": "html", "on": "token"}, {"what": "html", "every": 0}]
)
def test_an_unknown_fault_is_refused(sandbox: ConnectWiseSandbox, wrong: dict[str, str]) -> None:
    with pytest.raises(SandboxError):
        sandbox.fault(**wrong)


def test_requests_are_written_down_by_kind(sandbox: ConnectWiseSandbox, member: Member) -> None:
    for path in (CONTACTS, f"{CONTACTS}/count", "company/companies/2/sites", "system/info", "sales/stages", "x/y"):
        member.get(path)
    member.http.get("/login/companyinfo/acme")
    assert sandbox.counts()["by_kind"] == {
        "contacts": 2,
        "sites": 1,
        "info": 1,
        "lookup": 1,
        "unknown": 1,
        "companyinfo": 1,
    }
    assert {entry["tenant"] for entry in sandbox.journal(kind="contacts")} == {"acme"}
