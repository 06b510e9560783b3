"""What pages say comes from what happened: runs, types that failed or were not synced, cards, and records."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordState
from portal.models.sync import RemoteList, RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.sync.exclusions import CLIENT_DELETED, add_stored
from portal.sync.record_types import RecordType
from tests.copies import changed, copied, held

HALO = "/integrations/halo"
TAB = f"{HALO}/sync"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
ALL = [one.value for one in RecordType]
ENDED = {RunState.SUCCEEDED: StepState.SUCCEEDED, RunState.FAILED: StepState.FAILED}


def ran(
    halo: Integration, state: RunState, types: list[str], steps: dict[str, Any] | None = None, **run: Any
) -> SyncRun:
    now = clock.now()
    made: SyncRun = SyncRun.create(
        **{
            "integration": halo,
            "kind": RunKind.FULL,
            "trigger": RunTrigger.USER,
            "state": state,
            "started_at": now,
            "finished_at": now,
            **run,
        }
    )
    for position, record_type in enumerate(types):
        step = {"state": ENDED[state], "finished_at": now, **(steps or {})}
        SyncStep.create(run=made, position=position, record_type=record_type, **step)
    return made


def row_of(page: str, record_type: str) -> str:
    found = re.search(rf'<tr id="step-{record_type}".*?</tr>', page, re.DOTALL)
    assert found
    return found[0]


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


# Runs


def test_a_sync_that_applied_filters_says_so_and_who_changed_them(
    as_alice: FlaskClient, halo: Integration, alice: User
) -> None:
    ran(halo, RunState.SUCCEEDED, ALL, trigger=RunTrigger.FILTERS, started_by=alice, excluded=821)
    page = as_alice.get(TAB).text
    assert "Started by a change to the sync filters by Alice" in page
    assert "Your new sync filters are applied: 821 records newly excluded." in page
    assert "nothing had changed" not in page


def test_saving_filters_starts_a_run_in_their_name(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    as_alice.post(f"{HALO}/filters", data={"record_types": ALL})
    run = SyncRun.get()
    assert (run.trigger, run.started_by) == (RunTrigger.FILTERS, alice)


def test_switching_a_type_off_says_what_becomes_of_its_records(as_alice: FlaskClient, halo: Integration) -> None:
    halo.filters = {}
    halo.save()
    page = as_alice.post(
        f"{HALO}/filters", data={"record_types": [each for each in ALL if each != "assets"]}, follow_redirects=True
    ).text
    assert "Assets are no longer synced. Their records are kept, marked as excluded." in page


def test_a_sync_in_which_nothing_changed_says_that_alone(as_alice: FlaskClient, halo: Integration) -> None:
    ran(halo, RunState.SUCCEEDED, ALL, {"fetched": 3, "unchanged": 3})
    assert "Everything is complete and up to date. No record changed." in as_alice.get(TAB).text


def test_what_earlier_runs_excluded_counts_as_changed(as_alice: FlaskClient, halo: Integration) -> None:
    ran(halo, RunState.SUCCEEDED, ALL, trigger=RunTrigger.FILTERS, excluded=821)
    ran(halo, RunState.SUCCEEDED, ALL)
    earlier = as_alice.get(TAB).text.partition("Previous runs")[2]
    assert ">821</td>" in earlier
    assert "started by a change to the sync filters" in earlier


def test_a_cancelled_sync_was_cancelled_by_a_person(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    ran(halo, RunState.SUCCEEDED, ALL)
    SyncRun.update(state=RunState.QUEUED).execute()
    as_alice.post(f"{TAB}/cancel", headers=HTMX)
    assert AuditEntry.get(AuditEntry.action == "sync.cancelled").user == alice


# Types


def test_syncing_one_type_keeps_the_others_in_sight(as_alice: FlaskClient, halo: Integration) -> None:
    ran(halo, RunState.SUCCEEDED, ["clients", "sites"])
    ran(halo, RunState.FAILED, ["products"], {"problem": "Halo doesn't let the agent read products."})
    ran(halo, RunState.SUCCEEDED, ["assets"])
    page = as_alice.get(TAB).text
    assert re.findall(r'<tr id="step-(\w+)"', page) == ALL
    assert "Assets are complete and up to date." in page
    assert "Not part of this run." not in row_of(page, "assets")
    assert "Not part of this run. Last sync: Complete just now" in text(row_of(page, "clients"))
    assert "Last sync: Failed just now Halo doesn't let the agent read products." in unescape(
        text(row_of(page, "products"))
    )
    assert "Not synced yet." in row_of(page, "contracts")


def test_seven_failed_types_are_not_called_nought(as_alice: FlaskClient, halo: Integration) -> None:
    run = ran(halo, RunState.FAILED, ALL, problem="Halo doesn't let the agent read clients.")
    page = as_alice.get(TAB).text
    assert "<dt>Failed types</dt><dd>7 of 7</dd>" in page
    assert "Failed records" not in page
    assert "<dd>0</dd>" not in page.partition("<dt>Requests")[0]
    assert ">0</td>" not in row_of(page, "clients").partition("In Scopable")[0]
    log = as_alice.get(f"{HALO}/logs/runs/{run.id}").text
    assert ">0</td>" not in log
    ran(halo, RunState.SUCCEEDED, ALL)
    assert ">7 types</td>" in as_alice.get(TAB).text


def test_failed_types_and_failed_records_are_told_apart(as_alice: FlaskClient, halo: Integration) -> None:
    run = ran(halo, RunState.FAILED, ["clients"])
    SyncStep.create(run=run, position=1, record_type="sites", state=StepState.SUCCEEDED, fetched=5, failed=2)
    page = as_alice.get(TAB).text
    assert "<dt>Failed types</dt><dd>1 of 2</dd>" in page
    assert "<dt>Failed records</dt><dd>2</dd>" in page


# Cards


def test_the_card_says_connected_only_while_all_is_well(as_alice: FlaskClient, halo: Integration) -> None:
    ran(halo, RunState.SUCCEEDED, ALL)
    assert ">Connected</span>" in as_alice.get("/integrations").text
    held(halo, range(1, 22), of="clients")
    page = as_alice.get("/integrations").text
    assert ">Connected</span>" not in page
    assert ">Decision needed</span>" in page
    assert "Halo no longer lists 21 clients." in page


def test_the_card_of_a_halo_that_does_not_answer_says_since_when(as_alice: FlaskClient, halo: Integration) -> None:
    ran(halo, RunState.SUCCEEDED, ALL, finished_at=clock.now() - timedelta(hours=1))
    ran(halo, RunState.WAITING, [], problem="Halo did not answer.", waits=9, not_before=clock.now())
    page = text(as_alice.get("/integrations").text)
    assert "Waiting for the PSA" in page
    assert re.search(r"Halo did not answer\. Resumes automatically .* Last completed sync: 1 h ago", page)


# Records


def test_the_excluded_records_are_listed_with_their_reasons(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, range(1, 4), state=RecordState.OUT_OF_SCOPE, client_name="Acme")
    add_stored(halo.id, "assets", {1: "Its asset type isn't one you chose.", 2: CLIENT_DELETED, 3: "Why not."})
    tab = as_alice.get(TAB).text
    assert "excluded" not in tab
    ran(halo, RunState.SUCCEEDED, ALL)
    link = re.search(r'href="([^"]*state=out_of_scope)"[^>]*>3 excluded<', as_alice.get(TAB).text)
    assert link
    page = as_alice.get(link[1]).text
    assert re.findall(r">(PC-\d{4})</a>", page) == ["PC-0001", "PC-0002", "PC-0003"]
    assert "Its client was deleted." in page
    assert "3 excluded" in page


def test_the_list_of_excluded_records_is_paged_and_searched(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, range(1, 121), state=RecordState.OUT_OF_SCOPE)
    add_stored(halo.id, "assets", dict.fromkeys(range(1, 121), "Why not."))
    address: str | None = f"{HALO}/records/assets?state=out_of_scope"
    seen: list[str] = []
    while address:
        page = as_alice.get(address).text
        seen += re.findall(r">(PC-\d{4})</a>", page)
        link = re.search(r'id="next" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else None
    assert seen == [f"PC-{number:04}" for number in range(1, 121)]
    found = as_alice.get(f"{HALO}/records/assets?state=out_of_scope&q=0077").text
    assert re.findall(r">(PC-\d{4})</a>", found) == ["PC-0077"]


def test_others_excluded_records_are_not_listed(as_alice: FlaskClient, halo: Integration, mallory: User) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo", state="active", record_types=["assets"])
    copied(theirs, [1], state=RecordState.OUT_OF_SCOPE)
    add_stored(theirs.id, "assets", {1: "Why not."})
    assert "PC-0001" not in as_alice.get(f"{HALO}/records/assets?state=out_of_scope").text
    assert "PC-0001" not in as_alice.get(f"{HALO}/records/assets/1").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "No live assets 1 is excluded. See why"),
        ("?state=out_of_scope&q=nothing", "No excluded asset has “nothing” in its name."),
        ("?state=deleted", "No synced assets have been deleted in Halo."),
    ],
)
def test_an_empty_list_says_what_is_true_of_it(
    as_alice: FlaskClient, halo: Integration, query: str, words: str
) -> None:
    copied(halo, [1], state=RecordState.OUT_OF_SCOPE)
    add_stored(halo.id, "assets", {1: "Why not."})
    assert words in text(as_alice.get(f"{HALO}/records/assets{query}").text)


def test_an_empty_list_of_a_type_that_is_not_synced_promises_no_sync(
    as_alice: FlaskClient, halo: Integration
) -> None:
    Integration.update(record_types=["clients"]).where(Integration.id == halo.id).execute()
    page = as_alice.get(f"{HALO}/records/assets").text
    assert "Assets aren't synced." in page
    assert "The next sync brings" not in page


def test_a_list_that_halo_left_empty_says_so(as_alice: FlaskClient, halo: Integration) -> None:
    RemoteList.create(integration=halo, record_type="assets", full_at=clock.now())
    assert "Halo had none the last time the whole list was read" in as_alice.get(f"{HALO}/records/assets").text


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        (RecordState.OUT_OF_SCOPE, CLIENT_DELETED, "Its client was deleted. Below is"),
        (
            RecordState.OUT_OF_SCOPE,
            "The client is inactive.",
            "Excluded by your sync filters. The client is inactive.",
        ),
        (RecordState.DELETED, "Halo says it doesn't exist.", "Halo says it doesn't exist. Below is"),
        (RecordState.LIVE, "", "Synced from Halo."),
    ],
)
def test_a_record_says_how_it_stands_and_why(
    as_alice: FlaskClient, halo: Integration, state: RecordState, why: str, words: str
) -> None:
    copied(halo, [1], state=state, is_active=True)
    if state == RecordState.OUT_OF_SCOPE:
        add_stored(halo.id, "assets", {1: why})
    elif why:
        changed(halo, 1, ChangeKind(state.value), why=why)
    assert words in unescape(text(as_alice.get(f"{HALO}/records/assets/1").text))


def test_a_record_of_an_open_decision_is_not_called_synced_alone(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [1])
    hold = held(halo, [1, 2])
    page = as_alice.get(f"{HALO}/records/assets/1").text
    assert "Halo no longer lists it. It's kept until an admin decides" in page
    assert f'href="{HALO}/held/{hold.id}"' in page


def test_a_record_says_what_became_of_its_client(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [5], of="clients", name="Acme", state=RecordState.DELETED)
    copied(halo, [1], client_remote_id=5, client_name="Acme")
    assert "Acme (deleted)" in text(as_alice.get(f"{HALO}/records/assets/1").text)
