"""What webhooks have delivered, as the pages show it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from tests.copies import copied
from tests.routes.test_sync_logs import link
from tests.telling import about, tell

LIST = "/integrations/halo/deliveries"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="delivery-(\d+)"', page)]


def settled(outcome: str = "updated", **columns: Any) -> None:
    """Let everything that waits be done."""
    done = {"state": "done", "outcome": outcome, "settled_at": clock.now() + timedelta(seconds=7), **columns}
    RefetchRequest.update(**done).where(RefetchRequest.state == "waiting").execute()
    Delivery.update(state=done["state"]).where(Delivery.state == "waiting").execute()


@pytest.fixture
def theirs(mallory: User) -> Integration:
    integration: Integration = Integration.create(
        account=mallory.account, psa="halo", state="active", record_types=["assets"]
    )
    return integration


@pytest.mark.parametrize("path", ["", "/progress"])
def test_the_list_of_others_stays_with_them(
    as_alice: FlaskClient, halo: Integration, theirs: Integration, path: str
) -> None:
    tell(theirs, about("assets", 7))
    for query in ("", "?record=7", "?state=waiting", "?event=asset updated"):
        assert shown(as_alice.get(f"{LIST}{path}{query}").text) == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/1"), ("GET", "/1/progress"), ("POST", "/1/replay")])
def test_a_delivery_of_others_is_not_found(
    as_alice: FlaskClient, halo: Integration, theirs: Integration, method: str, path: str
) -> None:
    tell(theirs, about("assets", 7))
    settled()
    assert as_alice.open(f"{LIST}{path}", method=method).status_code == 404
    assert RefetchRequest.get().state == "done"


@pytest.mark.parametrize(
    "query",
    [
        "state=lost",
        "record_type=tickets",
        "record=x",
        "record=0",
        "before=-1",
        "after=9" + "9" * 30,
        "since=soon",
        "until=0001-01-01T00:00",
        "since=9999-12-31T23:59",
        "event=%00",
    ],
)
def test_a_filter_that_nobody_could_choose_counts_as_none(
    as_alice: FlaskClient, halo: Integration, query: str
) -> None:
    tell(halo, about("assets", 7))
    page = as_alice.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert shown(page.text) == [1]


@pytest.mark.parametrize("number", ["0", "2", "x", str(2**31), "9" * 30])
def test_what_is_no_delivery_is_not_found(as_alice: FlaskClient, halo: Integration, number: str) -> None:
    tell(halo, about("assets", 7))
    assert as_alice.get(f"{LIST}/{number}").status_code == 404


def test_what_was_delivered_is_shown_as_text(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, {"event": "<script>alert(1)</script> asset", "object_id": 7, "<b>": "<img src=x>"}, b"<svg>\xff\x00")
    RefetchRequest.update(why="<i>why</i>").execute()
    Delivery.update(headers=[["<u>", "<s>"]]).execute()
    for address in (LIST, f"{LIST}/1", f"{LIST}/2"):
        page = as_alice.get(address).text
        for markup in ("<script>alert", "<img", "<b>", "<i>why", "<u>", "<s>", "<svg>\\"):
            assert markup not in page
    assert r"&lt;svg&gt;\xff\x00" in page
    assert "The body isn't text" in page


def test_before_the_first_delivery_the_list_says_how_to_get_one(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(LIST).text
    assert "Halo hasn't sent anything yet." in page
    assert 'href="/integrations/halo/configuration/webhook"' in page
    assert 'hx-trigger="every' not in page


def test_both_halves_of_the_tab_lead_to_each_other(as_alice: FlaskClient, halo: Integration) -> None:
    for address in (LIST, "/integrations/halo/logs"):
        page = as_alice.get(address).text
        assert 'id="show-deliveries" href="/integrations/halo/deliveries"' in page
        assert 'id="show-sync_logs" href="/integrations/halo/logs"' in page
        assert 'class="nav-link active" id="tab-sync_logs"' in page


def test_a_row_says_what_was_done_and_how_soon(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7))
    settled(received_at=clock.now())
    page = as_alice.get(LIST).text
    for words in ("asset updated", 'href="/integrations/halo/records/assets/7"', "Asset 7", ">Done<", "Updated"):
        assert words in page
    assert re.search(r'data-label="Delay">[78] s<', page)


def test_a_batch_names_its_first_records_and_counts_the_rest(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, [about("assets", number) for number in range(1, 11)])
    settled()
    page = as_alice.get(LIST).text
    assert "Asset 3<" in page
    assert "Assets 4<" not in page
    assert "and 7 more" in page
    assert "10 updated" in page


def test_paging_back_and_forth_keeps_the_filters(as_alice: FlaskClient, halo: Integration) -> None:
    for number in range(1, 121):
        tell(halo, about("assets", number), about("sites", number))
    query = {"event": "asset updated", "state": "waiting"}
    first = as_alice.get(LIST, query_string=query).text
    second = as_alice.get(link(first, "older")).text
    third = as_alice.get(link(second, "older")).text
    assert shown(first) + shown(second) + shown(third) == list(range(239, 0, -2))
    assert 'id="older"' not in third
    assert shown(as_alice.get(link(second, "newer")).text) == shown(first)


def test_filters_count_together(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7), about("sites", 7), about("assets", 8), {"event": "weather"}, b"nonsense")
    for query, found in (
        ({"record": 7}, [2, 1]),
        ({"record": 7, "record_type": "sites"}, [2]),
        ({"record": 7, "record_type": "clients"}, []),
        ({"record": 7, "event": "asset updated", "state": "waiting"}, [1]),
        ({"event": "asset updated"}, [3, 1]),
        ({"event": "asset"}, []),
        ({"state": "ignored"}, [4]),
        ({"state": "ignored", "event": "weather"}, [4]),
        ({"state": "unreadable"}, [5]),
        ({"record_type": "sites"}, [5, 4, 3, 2, 1]),
    ):
        assert shown(as_alice.get(LIST, query_string=query).text) == found
    assert "enter a record number too" in as_alice.get(LIST, query_string={"record_type": "sites"}).text
    assert "No deliveries match these filters." in as_alice.get(LIST, query_string={"event": "asset"}).text


def test_times_are_the_accounts(as_alice: FlaskClient, halo: Integration) -> None:
    halo.account.time_zone = "Australia/Sydney"
    halo.account.save()
    tell(halo, *(about("assets", number) for number in range(1, 6)))
    for delivery in Delivery.select():
        moment = clock.now().replace(year=2026, month=3, day=delivery.id, hour=3, minute=30)
        Delivery.update(received_at=moment).where(Delivery.id == delivery.id).execute()
    query = {"since": "2026-03-02T14:00", "until": "2026-03-04T14:00"}
    assert shown(as_alice.get(LIST, query_string=query).text) == [3, 2]
    page = as_alice.get(LIST, query_string={"since": "2026-03-04T14:00"}).text
    assert shown(page) == [5, 4]
    assert 'value="2026-03-04T14:00"' in page


def test_a_list_asks_for_itself_while_something_waits(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7))
    page = as_alice.get(LIST, query_string={"event": "asset updated"}).text
    found = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', page)
    assert found
    poll = found[1].replace("&amp;", "&")
    assert as_alice.get(poll, headers=HTMX).status_code == 204
    settled()
    part = as_alice.get(poll, headers=HTMX).text
    assert ">Done<" in part
    assert 'hx-trigger="every' not in part
    assert "<html" not in part


def test_a_delivery_shows_what_came_and_what_came_of_it(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, [about("assets", 7), {"event": "weather"}])
    RefetchRequest.update(
        attempts=3, why="Halo did not answer.", not_before=clock.now() + timedelta(minutes=5, seconds=25)
    ).where(RefetchRequest.state == "waiting").execute()
    page = as_alice.get(f"{LIST}/1").text
    for words in (
        "2 events",
        "Content-Type",
        "&#34;object_id&#34;: 7",
        "Halo did not answer.",
        ">3<",
        "next try",
        "in 5 min",
    ):
        assert words in page
    assert "It doesn't say what it's about." in unescape(page)
    assert "record_type=assets&amp;record=7" in page
    stamp = re.search(r'hx-get="([^"]+/progress[^"]+)"', page)
    assert stamp
    assert as_alice.get(stamp[1], headers=HTMX).status_code == 204
    settled()
    assert 'hx-trigger="every' not in as_alice.get(stamp[1], headers=HTMX).text


def test_a_long_body_is_cut(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, {"event": "asset updated", "object_id": 7, "text": ["x" * 1_000] * 14 + ["y" * 1_000] * 14})
    page = as_alice.get(f"{LIST}/1").text
    assert page.count("x" * 100) < 200
    assert "Not shown: " in page


def test_a_record_that_is_there_is_linked_to(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [7])
    tell(halo, about("assets", 7))
    assert "PC-0007" in as_alice.get(link_to_record(as_alice.get(f"{LIST}/1").text)).text


def link_to_record(page: str) -> str:
    found = re.search(r'href="(/integrations/halo/records/[^"]+)"', page)
    assert found
    return found[1]
