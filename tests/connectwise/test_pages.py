"""Lists as ConnectWise answers them: pages, counts, conditions, and what goes wrong."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from portal.connectwise.client import ConnectWiseClient
from portal.errors import PsaListError, PsaRateLimited, PsaRefusedCredentials, PsaRefusedType, PsaUnavailable
from tests.connectwise.scripted import Answer, Asked, scripted

SINCE = datetime(2026, 8, 2, 10, 0, tzinfo=UTC)
CONDITION_REFUSED = {"code": "ApiFindCondition", "message": "deletedFlag is not a recognized name."}


def company(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"Company {number}", "identifier": f"C{number}", "deletedFlag": False, **more}


def ids(rows: Any) -> list[int | None]:
    return [row.facts.remote_id if row.facts else row.remote_id for row in rows]


def test_a_page_is_asked_for_in_order_with_the_keys_and_without_the_recycle_bin() -> None:
    def script(asked: Asked) -> Any:
        return {"count": 2} if asked.path.endswith("/count") else [company(1), company(2)]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        page = client.page("clients", 1)
        first, count = server.asked
    assert (ids(page.rows), page.total, page.number) == ([1, 2], 2, 1)
    assert first.path == "company/companies"
    assert first.query == {
        "page": "1",
        "pageSize": "1000",
        "orderBy": "id asc",
        "conditions": "deletedFlag=false",
    }
    assert count.query == {"conditions": "deletedFlag=false"}
    assert first.headers["authorization"] == "Basic YWNtZStwdWI6cHJpdg=="
    assert first.headers["clientid"] == "our-id"


def test_conditions_stay_on_every_page_and_the_count_is_asked_for_once() -> None:
    def script(asked: Asked) -> Any:
        return {"count": 3} if asked.path.endswith("/count") else [company(int(asked.query["page"]))]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        totals = [client.page("clients", number).total for number in (3, 1, 2)]
        again = client.page("clients", 1).total
    assert (totals, again) == ([3, 3, 3], 3)
    assert {each.query["conditions"] for each in server.asked} == {"deletedFlag=false"}
    assert server.paths().count("company/companies/count") == 2  # once, and once for the second reading


def test_without_a_count_the_total_is_unknown() -> None:
    def script(asked: Asked) -> Any:
        return Answer(b"oops", 500) if asked.path.endswith("/count") else []

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert client.page("contacts", 1).total is None


def test_changes_are_asked_for_in_both_spellings_from_a_day_before() -> None:
    with scripted(lambda _: []) as server, ConnectWiseClient(server.credentials()) as client:
        page = client.page("contacts", 1, since=SINCE)
        client.page("clients", 1, since=SINCE)
    union = "(lastUpdated>[2026-08-01T10:00:00Z] or lastUpdated>[2026-08-01T10:00:00])"
    assert [each.query["conditions"] for each in server.asked] == [union, f"deletedFlag=false and {union}"]
    assert page.total is None


@pytest.mark.parametrize("known", ["lastUpdated>[2026-08-01T10:00:00Z]", "lastUpdated>[2026-08-01T10:00:00]"])
def test_a_server_that_knows_one_spelling_of_a_moment_is_asked_in_that_one(known: str) -> None:
    def script(asked: Asked) -> Any:
        is_known = asked.query["conditions"] == known
        return [{"id": 1}] if is_known else Answer({"code": "ApiFindCondition", "message": "String isn't valid"}, 400)

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert ids(client.page("contacts", 1, since=SINCE).rows) == [1]
        before = len(server.asked)
        client.page("contacts", 2, since=SINCE)
        assert len(server.asked) == before + 1


def test_a_server_that_knows_no_moment_sends_the_whole_list() -> None:
    def script(asked: Asked) -> Any:
        refusal = Answer({"code": "ApiFindCondition", "message": "lastUpdated is not a recognized name."}, 400)
        return refusal if "conditions" in asked.query else [{"id": 1}, {"id": 2}]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert ids(client.page("contacts", 1, since=SINCE).rows) == [1, 2]


@pytest.mark.parametrize("refuses", [True, False], ids=["refuses the condition", "ignores the condition"])
def test_deleted_companies_are_left_out_without_gaps_where_the_server_cannot(*, refuses: bool) -> None:
    everyone = [company(number, deletedFlag=number <= 1000 or number % 7 == 0) for number in range(1, 3501)]
    live = [each["id"] for each in everyone if not each["deletedFlag"]]

    def script(asked: Asked) -> Any:
        if refuses and "conditions" in asked.query:
            return Answer(CONDITION_REFUSED, 400)
        if asked.path.endswith("/count"):
            return {"count": len(everyone)}
        start = (int(asked.query["page"]) - 1) * 1000
        return everyone[start : start + 1000]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        read = [client.page("clients", number) for number in (1, 2, 3, 4)]
        again = client.page("clients", 2)
    assert [number for page in read for number in ids(page.rows)] == live
    assert [len(page.rows) for page in read] == [1000, 1000, len(live) - 2000, 0]
    assert {page.total for page in read} == {None}
    assert ids(again.rows) == live[1000:2000]


@pytest.mark.parametrize(
    "body",
    [b"<html><body>Sign in</body></html>", b"", b"null", b'{"rows": []}', b'"nothing"', b'[{"id": 1'],
)
def test_anything_but_a_list_is_never_an_empty_list(body: bytes) -> None:
    with (
        scripted(lambda _: Answer(body)) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaUnavailable, match="isn't a list of contacts"),
    ):
        client.page("contacts", 1)


@pytest.mark.parametrize(("headers", "wait"), [({}, 30.0), ({"Retry-After": "7"}, 7.0)])
def test_a_throttled_request_says_when_to_go_on(headers: dict[str, str], wait: float) -> None:
    refusal = Answer({"error": "ConnectWiseAPI", "message": "Too many requests."}, 429, headers)
    with scripted(lambda _: refusal) as server, ConnectWiseClient(server.credentials()) as client:
        with pytest.raises(PsaRateLimited) as refused:
            client.page("contacts", 1)
        assert (refused.value.retry_after, len(server.asked)) == (wait, 1)


def test_a_refused_list_names_the_right_that_it_takes() -> None:
    said = {"code": "Security", "message": "You do not have security permission to perform this action."}
    with (
        scripted(lambda _: Answer(said, 403)) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaRefusedType) as refused,
    ):
        client.page("contracts", 1)
    assert "Inquire = All on Finance > Agreements" in refused.value.remedy


@pytest.mark.parametrize(
    ("status", "said", "field"),
    [
        (400, b"Cannot route. Codebase/company is invalid", "company_id"),
        (401, b'{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}', "private_key"),
        (403, b'{"code":"Unauthorized","message":"clientId is missing or invalid"}', "client_id"),
        (401, b'{"code":"Unauthorized","message":"The ClientID header is required"}', "client_id"),
        (401, b'{"code":"Security","message":"SSL is required.","errors":null}', "site"),
        (401, b'<html><a href="/login?client_id=7">Sign in</a></html>', "private_key"),
    ],
)
def test_a_refused_login_during_a_sync_names_the_field(status: int, said: bytes, field: str) -> None:
    with (
        scripted(lambda _: Answer(said, status)) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaRefusedCredentials) as refused,
    ):
        client.page("contacts", 1)
    assert refused.value.field == field


def test_a_codebase_change_and_a_hiccup_are_tried_again() -> None:
    for first in (
        Answer({"code": "ConnectWiseApi", "message": "The endpoint does not exist."}, 404),
        Answer(b"timeout", 500),
        Answer(b"<html>busy</html>"),
    ):
        answers = [first]

        def script(asked: Asked, answers: list[Answer] = answers) -> Any:
            return answers.pop() if answers else [{"id": 1}]

        with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
            page = client.page("contacts", 1)
            assert (ids(page.rows), page.retries) == ([1], 1)


def test_an_endpoint_that_stays_away_fails_its_list_alone() -> None:
    said = {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}
    with (
        scripted(lambda _: Answer(said, 404)) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaListError, match=r"status 404 \(Not Found\) when asked for contacts"),
    ):
        client.page("contacts", 1)


def test_rows_stay_as_they_were_sent_and_bad_ones_say_why() -> None:
    rows = b'[{"id":1,"firstName":"J\\u0000o ","company":{}}, {"firstName":"x"}, {"id":"3","company":{"id":"9"}}, 7]'
    with scripted(lambda _: Answer(rows)) as server, ConnectWiseClient(server.credentials()) as client:
        page = client.page("contacts", 1)
        assert client.columns("contacts", page.rows[0].payload).name == "Jo"
    assert ids(page.rows) == [1, None, 3, None]
    assert page.rows[0].payload == b'{"id":1,"firstName":"J\\u0000o ","company":{}}'
    assert page.rows[2].facts is not None
    assert page.rows[2].facts.client_id == 9
    assert "id" in page.rows[1].problem


def test_damaged_text_is_mended_and_noted() -> None:
    with (
        scripted(lambda _: Answer(b'[{"id":1,"name":"a\xffb"}]')) as server,
        ConnectWiseClient(server.credentials()) as client,
    ):
        page = client.page("contracts", 1)
        assert client.columns("contracts", page.rows[0].payload).name == "a�b"
    assert page.note


def test_nothing_but_get_is_sent_and_at_most_four_at_once() -> None:
    gate = Event()

    def script(asked: Asked) -> Any:
        if server.most_at_once >= 4:
            gate.set()
        gate.wait(5)
        return {"count": 0} if asked.path.endswith("/count") else []

    with (
        scripted(script) as server,
        ConnectWiseClient(server.credentials()) as client,
        ThreadPoolExecutor(12) as pool,
    ):
        list(pool.map(lambda number: client.page("contacts", number, since=SINCE), range(1, 13)))
    assert server.most_at_once == 4
    assert {each.method for each in server.asked} == {"GET"}
    assert json.dumps([each.path for each in server.asked]).count("contacts") == 12
