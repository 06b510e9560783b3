"""The copy, record by record."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordState
from portal.models.sync import RemoteList, RunKind, RunState, SyncLog, SyncRun, SyncStep
from portal.models.webhooks import Delivery
from tests.copies import changed, copied
from tests.routes.conftest import make_run
from tests.telling import about, tell

LIST = "/integrations/halo/records/assets"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def names(page: str) -> list[str]:
    return re.findall(r">(PC-\d{4})</a>", page)


@pytest.mark.parametrize("address", [LIST, f"{LIST}/1", f"{LIST}/1/payload.json", f"{LIST}/1/progress"])
def test_what_others_copied_is_not_found(
    as_mallory: FlaskClient, mallory: User, halo: Integration, address: str
) -> None:
    copied(halo, [1])
    Integration.create(account=mallory.account, psa="halo", state="active", record_types=["assets"])
    page = as_mallory.get(address)
    assert page.status_code == (200 if address == LIST else 404)
    assert "PC-0001" not in page.text


def test_support_looks_and_cannot_ask_halo(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [1])
    page = as_sam.get(f"{LIST}/1").text
    assert "PC-0001" in page
    assert "Sync this record" not in page
    assert "Look it up in Halo" not in as_sam.get(f"{LIST}/2").text
    assert as_sam.post(f"{LIST}/1/sync").status_code == 403
    assert SyncRun.select().count() == 0


@pytest.mark.parametrize(
    "address", ["records/tickets", "records/assets/x", "records/assets/-1", f"records/assets/{2**63}"]
)
def test_an_address_that_names_no_record_is_not_found(as_alice: FlaskClient, halo: Integration, address: str) -> None:
    assert as_alice.get(f"/integrations/halo/{address}").status_code == 404


@pytest.mark.parametrize("query", ["state=lost", "sort=size", "after=x", "before=-1", "after=" + "9" * 40, "q=%00"])
def test_a_wish_that_nobody_could_have_counts_as_none(as_alice: FlaskClient, halo: Integration, query: str) -> None:
    copied(halo, [1])
    page = as_alice.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert names(page.text) == ["PC-0001"]


@pytest.mark.parametrize(
    ("query", "summary", "is_open"),
    [("", "Filters", False), ("q=pc", "Filters", False), ("client=5&active=no&q=pc", "Filters (2)", True)],
)
def test_the_filters_are_open_and_counted_if_some_are_set(
    as_alice: FlaskClient, halo: Integration, query: str, summary: str, *, is_open: bool
) -> None:
    page = as_alice.get(f"{LIST}?{query}").text
    assert f"<summary>{summary}</summary>" in page
    assert bool(re.search(r'<details class="more-filters" open', page)) == is_open


def test_an_empty_list_says_what_fills_it(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(LIST).text
    assert "No live assets" in page
    assert "The next sync adds what Halo has." in page


def test_paging_keeps_the_search_the_state_and_the_order(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, range(1, 121), state=RecordState.DELETED)
    query = {"state": "deleted", "sort": "name", "q": "pc"}
    first = as_alice.get(LIST, query_string=query).text
    second = as_alice.get(link(first, "next")).text
    third = as_alice.get(link(second, "next")).text
    assert names(first) + names(second) + names(third) == [f"PC-{number:04}" for number in range(1, 121)]
    assert 'id="previous"' not in first
    assert 'id="next"' not in third
    assert names(as_alice.get(link(second, "previous")).text) == names(first)


def test_a_number_finds_its_record_in_whatever_state(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [7], state=RecordState.OUT_OF_SCOPE)
    page = as_alice.get(LIST, query_string={"q": "7"}).text
    assert names(page) == ["PC-0007"]
    assert "Excluded</span>" in page


def test_a_number_that_is_not_here_is_answered_with_what_the_logs_say(
    as_alice: FlaskClient, halo: Integration
) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    message = "Asset 99 was left out: its client is inactive."
    SyncLog.create(integration=halo, run=run, subject="record", record_type="assets", remote_id=99, message=message)
    for page in (as_alice.get(LIST, query_string={"q": "99"}), as_alice.get(f"{LIST}/99")):
        assert "Asset 99 isn't in Scopable" in page.text
        assert message in page.text
        assert "Look it up in Halo" in page.text
    assert page.status_code == 404


@pytest.mark.parametrize(
    ("types", "words"),
    [(["clients"], "Assets aren&#39;t synced."), (["clients", "assets"], "No assets have been read from Halo yet.")],
)
def test_where_the_logs_say_nothing_the_choices_do(
    as_alice: FlaskClient, halo: Integration, types: list[str], words: str
) -> None:
    Integration.update(record_types=types).where(Integration.id == halo.id).execute()
    assert words in as_alice.get(f"{LIST}/99").text


def test_where_nobody_knows_it_says_when_the_list_was_last_read(as_alice: FlaskClient, halo: Integration) -> None:
    RemoteList.create(integration=halo, record_type="assets", full_at=clock.now() - timedelta(minutes=3))
    page = as_alice.get(f"{LIST}/99").text
    assert "Halo&#39;s list of assets didn&#39;t include it when the whole list was last read." in page
    assert re.search(r">3 min( \d+ s)? ago</time>", page)
    assert "It was created after that." in page


def test_a_record_shows_its_fields_its_client_and_what_halo_sent(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [5], of="clients", name="Harbourside")
    client = {"client_id": 5.0, "client_name": "Harbourside Ltd"}
    payload = json.dumps({"id": 1, "inventory_number": "PC-0001", "status_name": "In stock", "empty": "", **client})
    copied(halo, [1], payload=payload)
    page = as_alice.get(f"{LIST}/1").text
    assert 'href="/integrations/halo/records/clients/5">Harbourside Ltd</a>' in page
    assert re.search(r"Status</dt><dd[^>]*>In stock</dd>", page)
    assert '<th scope="row">inventory_number</th>' in page
    assert "Added to Scopable" in page


def test_history_shows_fields_before_and_after_and_its_run(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    copied(halo, [1], first_run=run.id)
    changed(halo, 1, ChangeKind.UPDATED, {"status_name": ["Active", "In stock"]}, run_id=run.id)
    changed(halo, 1, ChangeKind.DELETED)
    page = as_alice.get(f"{LIST}/1").text
    assert page.index("Deleted</div>") < page.index("<dt>Status</dt>") < page.index("Added to Scopable")
    assert re.search(r"<del>.*Active.*</del>.*<ins>.*In stock.*</ins>", page, re.DOTALL)
    assert f'href="/integrations/halo/logs/runs/{run.id}"' in page


def test_what_halo_sent_is_shown_as_text(as_alice: FlaskClient, halo: Integration) -> None:
    nasty = "<script>alert(1)</script>"
    payload = json.dumps({nasty: nasty, "long": nasty * 100})
    copied(halo, [1], name=nasty, client_name=nasty, reference=nasty, status=nasty, payload=payload)
    changed(halo, 1, ChangeKind.UPDATED, {nasty: [nasty, nasty * 100]})
    SyncLog.create(integration=halo, record_type="assets", remote_id=1, message=nasty)
    for address in (f"{LIST}/1", LIST, f"{LIST}?q={nasty}", f"/integrations/halo/logs/lines?record={nasty}"):
        assert "<script>alert" not in as_alice.get(address).text


def test_a_huge_payload_makes_no_huge_page(as_alice: FlaskClient, halo: Integration) -> None:
    payload = json.dumps({"id": 1, "photo": "iVBOR" * 2_000_000, "text": "some words " * 1_000_000})
    copied(halo, [1], payload=payload)
    page = as_alice.get(f"{LIST}/1").text
    assert len(page) < 100_000
    assert "characters of binary data" in page
    saved = as_alice.get(f"{LIST}/1/payload.json")
    assert saved.text == payload
    assert "attachment" in saved.headers["Content-Disposition"]


def test_what_is_no_json_is_said_so(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [1], payload="not json")
    assert "This can't be shown as a table." in as_alice.get(f"{LIST}/1").text


def test_asking_halo_for_one_record_opens_a_run_for_it_alone(
    as_alice: FlaskClient, alice: User, halo: Integration
) -> None:
    copied(halo, [1])
    answer = as_alice.post(f"{LIST}/1/sync")
    assert (answer.status_code, answer.location) == (303, f"{LIST}/1")
    run, step = SyncRun.get(), SyncStep.get()
    assert (run.kind, run.trigger, run.started_by) == (RunKind.RECORD, "user", alice)
    assert (step.record_type, step.remote_ids) == ("assets", [1])


def test_a_page_waits_for_halos_answer_and_then_shows_it(as_alice: FlaskClient, halo: Integration) -> None:
    as_alice.post(f"{LIST}/1/sync")
    waiting = as_alice.get(f"{LIST}/1").text
    assert "Looking it up in Halo…" in waiting
    assert as_alice.get(poll(waiting), headers=HTMX).status_code == 204
    copied(halo, [1])
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    part = as_alice.get(poll(waiting), headers=HTMX).text
    assert "PC-0001" in part
    assert "Looking it up in Halo…" not in part
    assert "<html" not in part


def test_asking_beside_a_live_run_leads_to_it(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.RUNNING)
    answer = as_alice.post(f"{LIST}/1/sync")
    assert answer.location == "/integrations/halo/sync"
    assert "A sync is already running" in as_alice.get(answer.location).text
    SyncRun.update(kind=RunKind.RECORD).execute()
    assert as_alice.post(f"{LIST}/1/sync").location == f"/integrations/halo/logs/runs/{run.id}"
    assert SyncRun.select().count() == 1


def test_a_type_that_is_not_synced_cannot_be_asked_for(as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(record_types=["clients"]).where(Integration.id == halo.id).execute()
    answer = as_alice.post(f"{LIST}/1/sync")
    assert answer.status_code == 422
    assert "Choose them under Sync Filters." in answer.text


def test_the_data_sync_tab_leads_to_each_list(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.SUCCEEDED)
    copied(halo, [1], of="clients")
    assert (
        'href="/integrations/halo/records/clients" aria-label="1 client'
        in as_alice.get("/integrations/halo/sync").text
    )
    assert Record.select().count() == 1


def link(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" href="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_page_shows_by_itself_what_changes(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [1, 2])
    page = as_sam.get(f"{LIST}/1").text
    Record.update(name="another", changed_at=clock.now()).where(Record.remote_id == 2).execute()
    assert as_sam.get(poll(page), headers=HTMX).status_code == 204
    changed(halo, 1, ChangeKind.UPDATED, {"seats": [1, 2]})
    Record.update(name="PC-new", changed_at=clock.now()).where(Record.remote_id == 1).execute()
    part = as_sam.get(poll(page), headers=HTMX).text
    assert "PC-new" in part
    assert as_sam.get(poll(part), headers=HTMX).status_code == 204
    Record.update(state=RecordState.DELETED).where(Record.remote_id == 1).execute()
    assert "Deleted" in as_sam.get(poll(part), headers=HTMX).text


def test_a_page_of_older_history_stays_on_its_page(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [1])
    for number in range(30):
        changed(halo, 1, ChangeKind.UPDATED, {"seats": [number, number + 1]})
    page = as_sam.get(f"{LIST}/1?before=5").text
    assert "before=5" in poll(page)


def test_a_record_that_is_not_here_appears_when_it_comes(as_sam: FlaskClient, halo: Integration) -> None:
    page = as_sam.get(f"{LIST}/1").text
    assert as_sam.get(poll(page), headers=HTMX).status_code == 204
    copied(halo, [1])
    assert "PC-0001" in as_sam.get(poll(page), headers=HTMX).text


def test_history_leads_to_the_delivery_that_brought_it(as_sam: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 1))
    copied(halo, [1], first_delivery=1)
    changed(halo, 1, ChangeKind.UPDATED, {"seats": [1, 2]}, delivery_id=1)
    link_to_it = '<a href="/integrations/halo/deliveries/1">by webhook</a>'
    assert as_sam.get(f"{LIST}/1").text.count(link_to_it) == 2
    Delivery.delete().execute()
    page = as_sam.get(f"{LIST}/1").text
    assert "by webhook" in page
    assert "/deliveries/1" not in page


def test_history_does_not_lead_to_deliveries_of_others(as_sam: FlaskClient, mallory: User, halo: Integration) -> None:
    tell(Integration.create(account=mallory.account, psa="halo", record_types=["assets"]), about("assets", 1))
    copied(halo, [1], first_delivery=1)
    assert "/deliveries/1" not in as_sam.get(f"{LIST}/1").text


def poll(page: str) -> str:
    found = re.search(r'hx-get="([^"]+/progress[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")
