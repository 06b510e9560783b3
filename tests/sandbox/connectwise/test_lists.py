from __future__ import annotations

import re
from typing import Any

import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.connectwise.conftest import SIZES
from tests.sandbox.connectwise.member import FORWARD, PATHS, Member

CONTACTS = PATHS["contacts"]


def links(header: str) -> dict[str, str]:
    return {word: url for url, word in re.findall(r'<([^>]*)>; rel="(\w+)"', header)}


@pytest.mark.parametrize("record_type", PATHS)
def test_the_pages_together_are_the_whole(sandbox: ConnectWiseSandbox, member: Member, record_type: str) -> None:
    truth = sandbox.truth(record_type, ids=True)
    everything = sorted(truth["active_ids"] + truth["inactive_ids"] + truth.get("deleted_ids", []))
    assert member.ids(PATHS[record_type], pageSize=7) == everything
    assert member.sweep(PATHS[record_type], pageSize=7, fields="id") == everything
    assert len(everything) == SIZES[record_type]


def test_sites_are_listed_per_company_only(sandbox: ConnectWiseSandbox, member: Member) -> None:
    truth = sandbox.truth("sites", ids=True)
    found = [
        site
        for company in member.ids("company/companies")
        for site in member.ids(f"company/companies/{company}/sites")
    ]
    assert sorted(found) == sorted(truth["active_ids"] + truth["inactive_ids"])
    assert member.get("company/sites").status_code == 404


def test_a_site_is_found_below_its_own_company_only(member: Member) -> None:
    first, second = member.ids("company/companies")[:2]
    site = member.ids(f"company/companies/{first}/sites")[0]
    assert member.get(f"company/companies/{first}/sites/{site}").json()["company"]["id"] == first
    assert member.get(f"company/companies/{second}/sites/{site}").status_code == 404
    answer = member.get("company/companies/99999/sites")
    assert answer.json() == {"code": "NotFound", "message": "Company 99999 not found"}


def test_a_page_has_25_rows_unless_asked_and_1000_at_most(sandbox: ConnectWiseSandbox, member: Member) -> None:
    assert len(member.get(CONTACTS).json()) == 25
    sandbox.create("contacts", 1200)
    assert len(member.get(CONTACTS, pageSize=5000).json()) == 1000
    sandbox.turn(caps={"contacts": 50})
    assert len(member.get(CONTACTS, pageSize=1000).json()) == 50


def test_past_the_end_a_page_is_empty_or_repeats_the_last(sandbox: ConnectWiseSandbox, member: Member) -> None:
    assert member.get(CONTACTS, page=99).json() == []
    sandbox.turn(past_end="repeat_last")
    assert member.get(CONTACTS, page=99).json() == member.get(CONTACTS, page=4).json()


def test_links_lead_to_the_other_pages(sandbox: ConnectWiseSandbox, member: Member) -> None:
    query: dict[str, Any] = {"conditions": 'lastName != "x y" and id > 1', "pageSize": 40}
    first = links(member.get(CONTACTS, **query).headers["Link"])
    assert sorted(first) == ["first", "last", "next"]
    assert first["next"].startswith(
        f"{sandbox.url}/v4_6_release/apis/3.0/{CONTACTS}/?conditions=lastName+%21%3d+%22x+y"
    )
    assert member.http.get(first["next"]).json() == member.get(CONTACTS, **query, page=2).json()
    assert sorted(links(member.get(CONTACTS, **query, page=3).headers["Link"])) == ["first", "last", "prev"]


def test_links_can_mislead(sandbox: ConnectWiseSandbox, member: Member) -> None:
    query: dict[str, Any] = {"conditions": "id > 1", "pageSize": 40}
    sandbox.turn(link="foreign")
    assert links(member.get(CONTACTS, **query).headers["Link"])["next"].startswith("https://elsewhere.example/")
    sandbox.turn(link="without_conditions")
    assert "conditions" not in member.get(CONTACTS, **query).headers["Link"]
    sandbox.turn(link="next_only")
    assert list(links(member.get(CONTACTS, **query, page=2).headers["Link"])) == ["next"]
    sandbox.turn(link="none")
    assert "Link" not in member.get(CONTACTS, **query).headers


def test_forward_only_the_link_is_empty_at_the_end(member: Member) -> None:
    first = member.get(CONTACTS, headers=FORWARD, pageSize=60)
    last_id = first.json()[-1]["id"]
    assert links(first.headers["Link"])["next"].endswith(f"?pageSize=60&pageId={last_id}")
    last = member.get(CONTACTS, headers=FORWARD, pageSize=60, pageId=last_id)
    assert (len(last.json()), last.headers["Link"]) == (SIZES["contacts"] - 60, "")


def test_forward_only_forbids_an_order_and_ignores_the_page(member: Member) -> None:
    assert member.get(CONTACTS, headers=FORWARD, orderBy="id asc").status_code == 400
    first = member.get(CONTACTS, headers=FORWARD, pageSize=60).json()
    assert member.get(CONTACTS, headers=FORWARD, pageSize=60, page=2).json() == first


def test_an_endpoint_may_not_support_forward_only(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(no_forward_only=["contacts"])
    first = member.get(CONTACTS, headers=FORWARD, pageSize=60)
    again = member.get(CONTACTS, headers=FORWARD, pageSize=60, pageId=first.json()[-1]["id"])
    assert "Link" not in first.headers
    assert again.json() == first.json()


@pytest.mark.parametrize("record_type", PATHS)
def test_a_list_is_counted(sandbox: ConnectWiseSandbox, member: Member, record_type: str) -> None:
    assert member.get(f"{PATHS[record_type]}/count").json() == {"count": SIZES[record_type]}
    assert member.get(f"{PATHS[record_type]}/count", conditions="id = 0").json() == {"count": 0}
    sandbox.turn(count={record_type: "wrong"})
    assert member.get(f"{PATHS[record_type]}/count").json() == {"count": SIZES[record_type] + 7}
    sandbox.turn(count={record_type: "missing"})
    assert member.get(f"{PATHS[record_type]}/count").status_code == 404


def test_a_single_record_looks_like_its_row(member: Member) -> None:
    for path in PATHS.values():
        row = member.get(path, pageSize=1).json()[0]
        assert member.get(f"{path}/{row['id']}").json() == row


@pytest.mark.parametrize(
    ("path", "noun"),
    [(CONTACTS, "Contact"), (PATHS["assets"], "Configuration"), (PATHS["contracts"], "Agreement")],
)
def test_a_record_that_is_gone_is_named(member: Member, path: str, noun: str) -> None:
    answer = member.get(f"{path}/57919")
    assert (answer.status_code, answer.json()) == (404, {"code": "NotFound", "message": f"{noun} 57919 not found"})


def test_fields_drop_info_unless_it_is_named(sandbox: ConnectWiseSandbox, member: Member) -> None:
    row = member.get(CONTACTS, pageSize=1, fields="id,lastName,company/id").json()[0]
    assert set(row) == {"id", "lastName", "company"}
    assert set(row["company"]) == {"id"}
    assert "_info" in member.get(CONTACTS, pageSize=1, fields="id,_info").json()[0]
    sandbox.turn(keeps_info=True)
    assert "_info" in member.get(CONTACTS, pageSize=1, fields="id").json()[0]


def test_an_unknown_field_is_refused_or_ignored(sandbox: ConnectWiseSandbox, member: Member) -> None:
    assert member.get(CONTACTS, fields="id,shoeSize").status_code == 400
    sandbox.turn(unknown_fields="ignored")
    assert set(member.get(CONTACTS, fields="id,shoeSize").json()[0]) == {"id"}


@pytest.mark.parametrize("query", [{"page": "two"}, {"pageSize": "all"}, {"pageId": "x"}])
def test_a_number_that_is_none_is_refused(member: Member, query: dict[str, Any]) -> None:
    assert member.get(CONTACTS, **query).status_code == 400


def test_a_url_can_be_too_long(sandbox: ConnectWiseSandbox, member: Member) -> None:
    assert member.get(CONTACTS, conditions=f"id in ({','.join(map(str, range(2000)))})").status_code == 414
    sandbox.turn(longest_url=2000)
    assert member.get(CONTACTS, conditions=f"id in ({','.join(map(str, range(500)))})").status_code == 414
    assert member.get(CONTACTS, conditions=f"id in ({','.join(map(str, range(100)))})").status_code == 200


def test_rows_can_move_while_they_are_read(sandbox: ConnectWiseSandbox, member: Member) -> None:
    sandbox.turn(default_order="updated", changes_between_pages=5)
    assert sorted(member.ids(CONTACTS, pageSize=20)) != sorted(
        set(member.ids(CONTACTS, orderBy="id asc", pageSize=20))
    )
    sandbox.turn(changes_between_pages=0, deletes_between_pages=3)
    before = sandbox.truth("contacts")["total"]
    member.get(CONTACTS)
    assert sandbox.truth("contacts")["total"] == before - 3


def test_companies_in_the_recycle_bin_can_be_listed_twice(sandbox: ConnectWiseSandbox, member: Member) -> None:
    (binned,) = sandbox.delete("clients", count=1)
    assert member.ids("company/companies").count(binned) == 1
    sandbox.turn(doubled_deleted=True)
    assert member.ids("company/companies").count(binned) == 2


def test_setup_tables_have_their_own_labels(member: Member, sandbox: ConnectWiseSandbox) -> None:
    assert member.get("sales/probabilities").json()[2] == {"id": 5, "probability": 50, "_info": {}}
    assert member.get("sales/opportunities/statuses").json()[1]["wonFlag"] is True
    assert member.get("company/configurations/statuses").json()[0]["description"] == "Active"
    first = member.get("sales/stages", pageSize=3, fields="id", conditions="inactiveFlag=false")
    assert first.json() == [{"id": 6}, {"id": 7}, {"id": 8}]
    assert member.http.get(links(first.headers["Link"])["next"]).json() == [{"id": 9}]
    assert member.get("sales/stages/count").json() == {"count": 4}
    assert member.get("sales/stages", conditions="colour=3").json()["code"] == "ApiFindCondition"
    sandbox.change_tenant(refused_lookups=True)
    assert member.get("sales/stages").status_code == 403
    assert member.get("sales/stages/info").status_code == 200


def test_the_amount_of_an_opportunity_is_in_its_forecast(member: Member, sandbox: ConnectWiseSandbox) -> None:
    row = member.get("sales/opportunities", pageSize=1).json()[0]
    assert not {key for key in row if "revenue" in key.lower() or "amount" in key.lower()}
    forecast = member.get(f"sales/opportunities/{row['id']}/forecast").json()
    assert forecast["forecastRevenueTotals"]["revenue"] == pytest.approx(
        sum(item["revenue"] for item in forecast["forecastItems"])
    )
    assert member.get("sales/opportunities/99999/forecast").status_code == 404
    sandbox.change_tenant(refused=["opportunities"])
    assert member.get(f"sales/opportunities/{row['id']}/forecast").status_code == 403
