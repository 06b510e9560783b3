"""Single records, the ids of whole lists, and the sites of companies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.connectwise.client import ConnectWiseClient
from portal.errors import PsaListError, PsaRateLimited, PsaRefusedType, PsaUnavailable
from tests.connectwise.scripted import Answer, Asked, scripted

GONE = Answer({"code": "NotFound", "message": "Contact 57919 not found"}, 404)
NO_ENDPOINT = Answer({"code": "ConnectWiseApi", "message": "The endpoint does not exist."}, 404)
FORBIDDEN = Answer(
    {"code": "Security", "message": "You do not have security permission to perform this action."}, 403
)
FORECAST = {"forecastItems": [{"id": 1, "revenue": 1200.0}]}


def ids(rows: Any) -> list[int | None]:
    return [row.facts.remote_id if row.facts else None for row in rows]


def test_only_a_record_that_is_not_found_is_gone() -> None:
    with scripted(lambda _: GONE) as server, ConnectWiseClient(server.credentials()) as client:
        assert client.record("contacts", 57919) is None
        assert server.paths() == ["company/contacts/57919"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NO_ENDPOINT, PsaListError),
        (Answer(b"not found", 404), PsaListError),
        (Answer(b"<html>", 404), PsaListError),
        (FORBIDDEN, PsaRefusedType),
        (Answer(b"null"), PsaUnavailable),
        (Answer([]), PsaUnavailable),
        (Answer(b"<html>hello</html>"), PsaUnavailable),
        (Answer(b"timeout", 500), PsaUnavailable),
        (Answer({"error": "ConnectWiseAPI"}, 429), PsaRateLimited),
    ],
)
def test_anything_else_does_not_prove_that_a_record_is_gone(answer: Answer, error: type[Exception]) -> None:
    with (
        scripted(lambda _: answer) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(error),
    ):
        client.record("contacts", 1)


def test_a_company_in_the_recycle_bin_is_gone() -> None:
    with (
        scripted(lambda _: {"id": 4, "name": "Merged", "deletedFlag": True}) as server,
        ConnectWiseClient(server.credentials()) as client,
    ):
        assert client.record("clients", 4) is None


def test_another_record_than_asked_for_is_unusable() -> None:
    with scripted(lambda _: {"id": 5}) as server, ConnectWiseClient(server.credentials()) as client:
        row = client.record("contacts", 4)
    assert row is not None
    assert (row.facts, row.remote_id, row.problem) == (None, 4, "ConnectWise returned record 5 instead.")


def test_an_opportunity_brings_its_forecast() -> None:
    def script(asked: Asked) -> Any:
        return FORECAST if asked.path.endswith("/forecast") else {"id": 2, "name": "Firewall"}

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        row = client.record("opportunities", 2)
        assert client.needs_details("opportunities")
        assert server.paths() == ["sales/opportunities/2", "sales/opportunities/2/forecast"]
    assert row is not None
    assert json.loads(row.payload) == {"id": 2, "name": "Firewall", "forecast": FORECAST}


@pytest.mark.parametrize(("answer", "asks"), [(FORBIDDEN, 2), (GONE, 2), (NO_ENDPOINT, 4)])
def test_a_forecast_that_may_not_be_read_costs_only_its_values(answer: Answer, asks: int) -> None:
    def script(asked: Asked) -> Any:
        return answer if asked.path.endswith("/forecast") else {"id": 2}

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        rows = [client.record("opportunities", 2) for _ in range(2)]
        assert sum(path.endswith("/forecast") for path in server.paths()) == asks
    assert [row.payload for row in rows if row] == [b'{"id": 2}'] * 2


def test_a_forecast_that_fails_in_passing_does_not_pass_for_none() -> None:
    def script(asked: Asked) -> Any:
        return Answer(b"busy", 503) if asked.path.endswith("/forecast") else {"id": 2}

    with (
        scripted(script) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaUnavailable),
    ):
        client.record("opportunities", 2)


def test_the_sites_of_a_company_are_read_to_their_end() -> None:
    def script(asked: Asked) -> Any:
        number = int(asked.query["page"])
        return [{"id": each, "name": f"S{each}"} for each in range(1, 41)][(number - 1) * 25 : number * 25]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        page = client.client_list("sites", 12)
        assert set(server.paths()) == {"company/companies/12/sites"}
        assert len(server.asked) == 2
    assert ids(page.rows) == list(range(1, 41))
    assert {row.facts.client_id for row in page.rows if row.facts} == {12}
    assert json.loads(page.rows[0].payload)["company"] == {"id": 12}


def test_a_link_to_the_next_page_is_believed_but_never_followed() -> None:
    def script(asked: Asked) -> Any:
        if asked.query["page"] == "1":
            return Answer([{"id": 1}], headers={"Link": '<https://evil.example/x?page=2>; rel="next"'})
        return [{"id": 2}]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert ids(client.client_list("sites", 12).rows) == [1, 2]
        assert server.paths() == ["company/companies/12/sites"] * 2


def test_the_same_page_of_sites_again_and_again_is_a_failure() -> None:
    with (
        scripted(lambda _: [{"id": number} for number in range(1, 26)]) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaListError, match="the same page of company 12's sites"),
    ):
        client.client_list("sites", 12)


def test_refused_sites_name_their_company() -> None:
    with (
        scripted(lambda _: FORBIDDEN) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaRefusedType, match="the sites of company 12"),
    ):
        client.client_list("sites", 12)


def test_a_company_that_is_gone_has_no_sites() -> None:
    with scripted(lambda _: GONE) as server, ConnectWiseClient(server.credentials()) as client:
        assert client.client_list("sites", 12).rows == []


def test_a_site_is_found_through_its_client() -> None:
    with scripted(lambda _: {"id": 7, "name": "Main"}) as server, ConnectWiseClient(server.credentials()) as client:
        row = client.record("sites", 7, client_id=12)
        assert server.paths() == ["company/companies/12/sites/7"]
    assert row is not None
    assert row.facts is not None
    assert row.facts.client_id == 12


@pytest.mark.parametrize("naming", ["companies", "contacts", "configurations"])
def test_a_site_of_an_unknown_client_is_looked_for(naming: str) -> None:
    def script(asked: Asked) -> Any:
        if asked.path.endswith("/sites/7"):
            return {"id": 7, "name": "Main"} if asked.path == "company/companies/12/sites/7" else GONE
        if asked.path != f"company/{naming}":
            return Answer({"code": "ApiFindCondition", "message": "site is not a recognized name."}, 400)
        assert asked.query["conditions"] == "site/id=7"
        return [{"id": 12 if naming == "companies" else 90, "site": {"id": 7}, "company": {"id": 12}}]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        row = client.record("sites", 7)
    assert row is not None
    assert ids([row]) == [7]


def test_a_site_that_nothing_names_is_not_called_gone() -> None:
    with scripted(lambda _: []) as server, ConnectWiseClient(server.credentials()) as client:
        with pytest.raises(PsaListError, match="the company of site 7 isn't known") as error:
            client.record("sites", 7)
        assert "The next sync" in error.value.remedy


def forward(asked: Asked, rows: list[int], size: int = 1000) -> Answer:
    """Answer like a server that pages forward-only."""
    after = int(asked.query.get("pageId", 0))
    found = [number for number in rows if number > after][:size]
    more = (
        f'<https://elsewhere.example/list?pageId={found[-1]}>; rel="next"' if found and found[-1] < rows[-1] else ""
    )
    return Answer([{"id": number} for number in found], headers={"Link": more})


def test_ids_are_swept_forward_only() -> None:
    everything = list(range(3, 3000, 2))
    with (
        scripted(lambda asked: forward(asked, everything)) as server,
        ConnectWiseClient(server.credentials()) as client,
    ):
        assert client.list_ids("contacts").ids == set(everything)
        first, second = server.asked
    assert first.headers["pagination-type"] == "forward-only"
    assert first.query == {"pageSize": "1000", "fields": "id"}
    assert second.query == {"pageSize": "1000", "fields": "id", "pageId": "2001"}


def test_a_server_that_cannot_page_forward_is_read_by_pages() -> None:
    everything = list(range(1, 61))

    def script(asked: Asked) -> Any:
        number = int(asked.query.get("page", 1))
        return [{"id": each} for each in everything[(number - 1) * 25 : number * 25]]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert client.list_ids("contacts").ids == set(everything)
    assert server.asked[-1].query["orderBy"] == "id asc"


def test_a_server_that_ignores_where_to_go_on_is_not_read_for_ever() -> None:
    rows = [{"id": each} for each in range(1, 26)]
    with (
        scripted(lambda _: Answer(rows, headers={"Link": '<https://x.example/?pageId=25>; rel="next"'})) as server,
        ConnectWiseClient(server.credentials()) as client,
        pytest.raises(PsaListError, match="the same page"),
    ):
        client.list_ids("contacts")


def test_merged_companies_are_found_by_their_flag() -> None:
    def script(asked: Asked) -> Any:
        assert asked.query["conditions"] == "deletedFlag=true"
        return Answer([{"id": 1, "deletedFlag": True}, {"id": 2, "deletedFlag": False}, {"x": 1}])

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        found = client.deleted_ids("clients")
        assert client.reports_deleted("clients")
        assert not client.reports_deleted("contacts")
    assert (set(found.ids), found.unusable) == ({1}, 1)


def test_merged_companies_are_found_where_the_condition_is_refused() -> None:
    def script(asked: Asked) -> Any:
        if "conditions" in asked.query:
            return Answer({"code": "ApiFindCondition", "message": "deletedFlag is not a recognized name."}, 400)
        return [{"id": 1, "deletedFlag": True}, {"id": 2, "deletedFlag": False}, {"id": 3}]

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        assert client.deleted_ids("clients").ids == {1}
        assert client.list_ids("clients").ids == {2, 3}
