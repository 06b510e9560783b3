"""The Activity page."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.services.accounts import users
from portal.services.audit import audit_counts, audit_log
from portal.services.syncing import filter_changes
from portal.sync.filters import Filters

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


def test_what_was_changed_is_shown_from_before_to_after(
    as_alice: FlaskClient, northwind: Account, alice: User
) -> None:
    changes = {"Schedule": ("every hour", "every 15 minutes"), "Client Secret": None}
    audit_log.record(northwind, alice, "integration.rescheduled", "every 15 minutes UTC", changes)
    page = as_alice.get(PAGE).text
    assert "changed the schedule<" in page.replace("\n", "")
    assert re.search(r"Schedule</dt>.*every hour</span>.*every 15 minutes</span>", page)
    assert re.search(r"Client Secret</dt><dd>replaced", page)
    assert "every 15 minutes UTC" not in page
    (line,) = [each for each in lines(as_alice) if each["action"] == "integration.rescheduled"]
    assert line["changes"] == "Schedule: every hour → every 15 minutes; Client Secret replaced"


def test_a_change_that_looks_like_a_formula_or_a_tag_is_neither(as_alice: FlaskClient, northwind: Account) -> None:
    audit_log.record(northwind, None, "integration.limited", "", {"=cmd": ("<b>", "x")})
    (line,) = [each for each in lines(as_alice) if each["action"] == "integration.limited"]
    assert line["changes"].startswith("'=")
    assert "<b>" not in as_alice.get(PAGE).text


def test_the_filtered_entries_are_exported_as_json_lines(
    as_alice: FlaskClient, as_sam: FlaskClient, northwind: Account, alice: User
) -> None:
    audit_log.record(northwind, alice, "integration.paused")
    audit_log.record(
        northwind, alice, "integration.rescheduled", "", {"Schedule": ("every hour", "daily"), "Key": None}
    )
    answer = as_alice.get(f"{PAGE}.jsonl?kind=sync")
    assert answer.mimetype == "application/x-ndjson"
    newest, oldest = [json.loads(line) for line in answer.text.splitlines()]
    assert (oldest["action"], oldest["changes"]) == ("integration.paused", {})
    assert newest["changes"] == {"Schedule": ["every hour", "daily"], "Key": None}
    assert "address" in newest
    assert "address" not in json.loads(as_sam.get(f"{PAGE}.jsonl").text.splitlines()[0])
    assert lines(as_alice, "?kind=export")[0]["detail"] == "filtered, as csv"


def test_each_day_of_the_week_is_one_click_away_in_the_accounts_zone(
    as_alice: FlaskClient, northwind: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.update(time_zone="Pacific/Auckland").execute()
    # Friday evening in Greenwich is Saturday morning in Auckland.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 27, 20, tzinfo=UTC))
    audit_log.record(northwind, None, "account.psa_enabled", "Halo PSA")
    page = unescape(as_alice.get(f"{PAGE}?kind=people").text)
    assert f'href="{PAGE}?kind=people&since=2026-11-24&until=2026-11-24">Tue 24<' in page
    assert f'href="{PAGE}?kind=people&since=2026-11-28&until=2026-11-28">Today<' in page
    assert f'href="{PAGE}?kind=people&since=2026-11-22&until=2026-11-28">Last 7 days<' in page
    today = as_alice.get(f"{PAGE}?since=2026-11-28&until=2026-11-28").text
    assert "turned a PSA on" in today
    assert re.search(r'aria-current="true"[^>]*>Today<', today)
    assert "turned a PSA on" not in as_alice.get(f"{PAGE}?since=2026-11-27&until=2026-11-27").text


def test_who_changed_the_filters_on_a_day_is_one_list(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    filter_changes.change(halo, ["clients"], Filters(), alice)
    audit_log.record(halo.account, alice, "integration.paused")
    today = f"{clock.now():%Y-%m-%d}"
    page = as_alice.get(f"{PAGE}?kind=filters&since={today}&until={today}").text
    assert page.count('class="list-group-item action"') == 1
    assert "Record types" in page
