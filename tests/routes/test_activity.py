"""The Activity page."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import Account, User
from portal.services.accounts import users
from portal.services.audit import audit_counts, audit_log

PAGE = "/activity"


def test_actions_are_listed_newest_first_with_who_and_what(
    as_sam: FlaskClient, northwind: Account, alice: User
) -> None:
    audit_log.record(northwind, None, "account.psa_enabled", "Halo PSA")
    audit_log.record(northwind, alice, "integration.data_changed", "clients, sites; all clients")
    page = as_sam.get(PAGE).text
    assert page.index("changed what to sync:") < page.index("turned a PSA on")
    assert "Alice" in page
    assert "Operator" in page
    assert "clients, sites; all clients" in page


def test_a_action_without_words_of_its_own_is_still_shown(as_alice: FlaskClient, northwind: Account) -> None:
    audit_log.record(northwind, None, "moon.landed")
    assert "moon.landed" in as_alice.get(PAGE).text


def test_before_the_first_action_the_page_says_what_will_be_here(as_alice: FlaskClient) -> None:
    assert "No activity yet" in as_alice.get(PAGE).text


def test_paging_back_misses_and_repeats_nothing(as_alice: FlaskClient, northwind: Account) -> None:
    for number in range(120):
        audit_log.record(northwind, None, "account.created", f"action-{number:03}")
    seen: list[str] = []
    address = PAGE
    while address:
        page = as_alice.get(address).text
        seen += [part[:3] for part in page.split("action-")[1:] if part[:3].isdigit()]
        address = page.partition(f'href="{PAGE}?before=')[2].partition('"')[0]
        address = f"{PAGE}?before={address}" if address else ""
    assert seen == [f"{number:03}" for number in reversed(range(120))]


def test_actions_of_another_account_stay_there(as_mallory: FlaskClient, northwind: Account, alice: User) -> None:
    audit_log.record(northwind, alice, "integration.data_changed", "clients")
    assert "changed what to sync" not in as_mallory.get(PAGE).text


def test_a_made_up_position_shows_the_newest(as_alice: FlaskClient, northwind: Account) -> None:
    audit_log.record(northwind, None, "account.psa_enabled", "Halo PSA")
    for before in ("abc", "-1", "0", "9" * 30):
        assert "turned a PSA on" in as_alice.get(f"{PAGE}?before={before}").text


def test_what_a_removed_person_did_is_shown_under_their_address(
    as_alice: FlaskClient, northwind: Account, sam: User
) -> None:
    audit_log.record(northwind, sam, "integration.paused")
    users.remove(sam)
    page = as_alice.get("/activity").text
    assert f"{sam.email} (removed)" in page
    assert "Operator" in page


def lines(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{PAGE}.csv{query}")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_page_is_narrowed_down_by_person_and_kind(
    as_alice: FlaskClient, northwind: Account, alice: User, sam: User
) -> None:
    audit_log.record(northwind, alice, "integration.paused")
    audit_log.record(northwind, sam, "record.downloaded", "assets 7")
    audit_log.record(northwind, None, "account.psa_enabled", "Halo PSA")
    for query, words in (
        (f"?person={sam.email}", "downloaded a record:"),
        ("?kind=sync", "paused the schedule"),
        ("?person=nobody", "turned a PSA on"),
    ):
        page = as_alice.get(f"{PAGE}{query}").text
        shown = {each for each in ("downloaded a record:", "paused the schedule", "turned a PSA on") if each in page}
        assert shown == {words}, query


def test_filters_that_are_made_up_show_everything(as_alice: FlaskClient, northwind: Account) -> None:
    audit_log.record(northwind, None, "account.psa_enabled", "Halo PSA")
    for query in ("?person=x@y.example", "?kind=moon", "?since=yesterday", "?until=0001-01-01"):
        assert "turned a PSA on" in as_alice.get(f"{PAGE}{query}").text


def test_admins_see_addresses_and_support_does_not(
    as_alice: FlaskClient, as_sam: FlaskClient, northwind: Account, alice: User
) -> None:
    audit_counts.count(northwind.id, alice, "login.failed", address="203.0.113.9")
    audit_counts.flush()
    assert "203.0.113.9" in as_alice.get(PAGE).text
    assert lines(as_alice)[-1]["address"] == "203.0.113.9"
    assert "203.0.113.9" not in as_sam.get(PAGE).text
    assert "address" not in lines(as_sam)[-1]


def test_repeated_actions_are_one_line_with_a_count(as_alice: FlaskClient, northwind: Account, alice: User) -> None:
    for _ in range(40):
        audit_counts.count(northwind.id, alice, "login.failed", address="203.0.113.9")
    audit_counts.flush()
    page = as_alice.get(PAGE).text
    assert page.count("failed to log in") == 1
    assert "40 times" in page


@pytest.mark.parametrize("detail", ["=1+1", "+1", "-1", "@x", "\t=1", "\u200b=1", "\uff1d1+1"])
def test_no_cell_of_the_export_runs(as_alice: FlaskClient, northwind: Account, detail: str) -> None:
    audit_log.record(northwind, None, "integration.limited", detail)
    (found,) = [line for line in lines(as_alice) if line["action"] == "integration.limited"]
    assert found["detail"] == f"'{detail}"


def test_an_export_has_what_the_filters_match_and_nothing_of_others(
    as_mallory: FlaskClient, as_alice: FlaskClient, northwind: Account, alice: User
) -> None:
    audit_log.record(northwind, alice, "integration.paused")
    assert [line["action"] for line in lines(as_alice, "?kind=sync")] == ["integration.paused"]
    assert [line["action"] for line in lines(as_mallory)] == ["activity.exported"]


def test_markup_in_an_entry_is_shown_as_text(as_alice: FlaskClient, northwind: Account) -> None:
    audit_log.record(northwind, None, "integration.limited", "<script>alert(1)</script>")
    assert "<script>alert(1)" not in as_alice.get(PAGE).text
