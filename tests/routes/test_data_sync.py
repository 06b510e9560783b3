"""The Data Sync tab."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import RecordCount
from portal.models.sync import RemoteList, RunKind, RunState, StepState, SyncRun, SyncStep
from tests.routes.conftest import make_run

TAB = "/integrations/halo/sync"
POLL = f"{TAB}/progress"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_before_the_first_sync_there_is_a_way_to_start_it(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(TAB).text
    assert "Nothing has been synced yet" in page
    assert "Sync now" in page


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.WAITING])
def test_a_live_run_is_polled(as_alice: FlaskClient, halo: Integration, state: RunState) -> None:
    make_run(halo, state)
    assert 'hx-trigger="every 2s"' in as_alice.get(TAB).text


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.INCOMPLETE, RunState.FAILED, RunState.CANCELLED])
def test_a_run_that_has_ended_is_not_polled(as_alice: FlaskClient, halo: Integration, state: RunState) -> None:
    make_run(halo, state)
    page = as_alice.get(TAB).text
    assert "hx-trigger" not in page
    assert "Sync now" in page


def test_a_poll_is_answered_with_nothing_until_something_changes(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    stamp = re.search(r"stamp=(\w+)", as_alice.get(TAB).text)
    assert stamp
    poll = {"query_string": {"stamp": stamp[1]}, "headers": HTMX}
    assert as_alice.get(POLL, **poll).status_code == 204
    SyncStep.update(fetched=1500).execute()
    fresh = as_alice.get(POLL, **poll)
    assert fresh.status_code == 200
    assert "1,500 of 2,000 · 75%" in fresh.text


def test_the_time_left_is_estimated_once_it_is_no_guess(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    SyncStep.update(started_at=clock.now() - timedelta(seconds=60)).execute()
    assert "about 1 min left" in as_alice.get(TAB).text


def test_waiting_says_why_and_when_it_goes_on(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(
        halo, RunState.WAITING, problem="Halo's limit is used up.", not_before=clock.now() + timedelta(seconds=90)
    )
    page = as_alice.get(TAB).text
    assert "Halo&#39;s limit is used up." in page
    assert re.search(r"Resumes automatically at <time.*in 1 min", page)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"mode": "full"}, "whole list"),
        ({"mode": "full", "round": 2}, "whole list, attempt 2: the list changed while it was read"),
        ({"mode": "changes", "since": datetime(2026, 11, 23, 11, 5, tzinfo=UTC)}, "changes since <time"),
        ({"mode": "changes", "since": datetime(2026, 11, 23, 11, 5, tzinfo=UTC)}, ">11:05</time>"),
        ({"mode": "changes", "since": datetime(2026, 11, 22, 11, 5, tzinfo=UTC)}, ">22 Nov 11:05</time>"),
        ({"mode": "changes"}, "changes"),
        ({"mode": "records", "remote_ids": [7, 8, 9]}, "3 records"),
        ({"mode": "records", "remote_ids": [7]}, "1 record"),
    ],
)
def test_a_step_says_how_its_list_is_read(
    as_alice: FlaskClient, halo: Integration, step: dict[str, Any], words: str
) -> None:
    with clock.using(lambda: datetime(2026, 11, 23, 12, tzinfo=UTC)):
        make_run(halo, RunState.RUNNING)
        before = as_alice.get(TAB).text
        SyncStep.update(step).execute()
        after = as_alice.get(TAB).text
    assert words in after
    stamps = [re.findall(r"stamp=(\w+)", page) for page in (before, after)]
    assert (stamps[0] == stamps[1]) == (step == {"mode": "full"})


def test_incomplete_is_amber_and_names_what_is_missing(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.INCOMPLETE, problem="1,000 clients are missing.", remedy="Sync again.")
    SyncStep.update(state="incomplete", problem="1,000 clients are missing.").where(SyncStep.run == run).execute()
    page = as_alice.get(TAB).text
    assert "status-orange" in page
    assert "status-green" not in page
    assert "1,000 clients are missing." in page


def test_a_first_run_compares_the_forecast_with_the_fact(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.RUNNING, forecast_requests=120, forecast_seconds=130.0, requests=118)
    page = as_alice.get(TAB).text
    assert "Forecast: 120 requests, about 2 minutes." in page
    assert "It took" not in page
    run.state, run.finished_at = RunState.SUCCEEDED, run.started_at + timedelta(seconds=125)
    run.save()
    assert "Actual: 118 requests, 2 min 5 s." in as_alice.get(TAB).text


def test_sync_now_opens_a_run_even_while_the_queue_is_away(as_alice: FlaskClient, halo: Integration) -> None:
    part = as_alice.post(TAB, headers=HTMX)
    assert part.status_code == 200
    assert "Starting…" in part.text
    assert SyncRun.get().state == RunState.QUEUED


@pytest.mark.parametrize(
    ("form", "kind", "types"),
    [
        ({}, RunKind.INCREMENTAL, 7),
        ({"kind": "incremental"}, RunKind.INCREMENTAL, 7),
        ({"kind": "full"}, RunKind.FULL, 7),
        ({"record_types": "assets"}, RunKind.INCREMENTAL, 1),
        ({"kind": "record"}, RunKind.INCREMENTAL, 7),
    ],
)
def test_a_sync_is_of_changes_or_of_everything_of_all_types_or_of_one(
    as_alice: FlaskClient, halo: Integration, form: dict[str, str], kind: RunKind, types: int
) -> None:
    assert as_alice.post(TAB, data=form, headers=HTMX).status_code == 200
    assert SyncRun.get().kind == kind
    assert SyncStep.select().count() == types


def test_a_type_that_is_not_synced_cannot_be_started(as_alice: FlaskClient, halo: Integration) -> None:
    assert as_alice.post(TAB, data={"record_types": "tickets"}, headers=HTMX).status_code == 422
    assert SyncRun.select().count() == 0


def test_whoever_comes_second_is_led_to_the_run_that_goes_on(
    as_alice: FlaskClient, halo: Integration, sam: User
) -> None:
    run = make_run(halo, RunState.RUNNING, started_by=sam)
    SyncRun.update(started_at=clock.now() - timedelta(minutes=2)).execute()
    part = as_alice.post(TAB, headers=HTMX)
    assert part.status_code == 409
    assert re.search(r"A sync is already running, started by Sam <time.*>2 min ago</time>", part.text)
    assert f'href="{TAB}">View it</a>' in part.text
    assert "1,000 of 2,000" in part.text
    assert SyncRun.get() == run


def test_a_run_for_a_single_record_is_found_by_its_log(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.RUNNING)
    SyncRun.update(kind=RunKind.RECORD).execute()
    part = as_alice.post(TAB, headers=HTMX)
    assert "A single-record sync is already running, started <time" in part.text
    assert f'href="/integrations/halo/logs/runs/{run.id}"' in part.text


def test_a_name_is_shown_as_text_to_whoever_comes_second(as_alice: FlaskClient, halo: Integration, sam: User) -> None:
    User.update(name="<script>alert(1)</script>").where(User.id == sam.id).execute()
    make_run(halo, RunState.RUNNING, started_by=sam)
    assert "<script>alert" not in as_alice.post(TAB, headers=HTMX).text


def test_without_javascript_the_buttons_lead_back_to_the_tab(as_alice: FlaskClient, halo: Integration) -> None:
    response = as_alice.post(TAB)
    assert response.status_code == 303
    assert response.location == TAB


def test_cancelling_a_running_sync_says_that_it_is_stopping(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    part = as_alice.post(f"{TAB}/cancel", headers=HTMX)
    assert "Stopping after the current page…" in part.text
    assert SyncRun.get().cancel_requested_at is not None


def test_cancelling_what_has_ended_is_no_error(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.SUCCEEDED)
    part = as_alice.post(f"{TAB}/cancel", headers=HTMX)
    assert part.status_code == 200
    assert "The sync finished before it could be cancelled." in part.text


@pytest.mark.parametrize("state", [StepState.SUCCEEDED, StepState.INCOMPLETE, StepState.FAILED])
@pytest.mark.parametrize("failed", [0, 3])
def test_the_steps_of_a_run_are_folded_away_once_nothing_is_left_to_look_at(
    as_alice: FlaskClient, halo: Integration, state: StepState, failed: int
) -> None:
    earlier = SyncRun.create(integration=halo, kind=RunKind.FULL, trigger="user", state=RunState.SUCCEEDED)
    SyncStep.create(run=earlier, position=0, record_type="assets", state=state)
    run = make_run(halo, RunState.SUCCEEDED, finished_at=clock.now())
    SyncStep.update(state=StepState.SUCCEEDED, failed=failed).where(SyncStep.run == run).execute()
    page = as_alice.get(TAB).text
    assert ('id="steps"' in page) == (state == StepState.SUCCEEDED and not failed)
    assert "steps-table" in page


def test_support_sees_the_run_and_no_buttons(as_sam: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    page = as_sam.get(TAB).text
    assert "1,000 of 2,000" in page
    assert "sync-button" not in page
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    assert "<form" not in as_sam.get(TAB).text.partition('id="tab"')[2]


# The first line


def read(halo: Integration, minutes_ago: int, *but: str) -> None:
    for record_type in halo.record_types:
        if record_type not in but:
            moment = clock.now() - timedelta(minutes=minutes_ago)
            RemoteList.create(integration=halo, record_type=record_type, read_until=moment, full_at=moment)


def first_line(page: str) -> str:
    found = re.search(r'<h2 id="health-title">(.*?)</h2>', page, re.DOTALL)
    assert found
    return unescape(re.sub("<[^>]*>", "", found[1])).strip()


def test_the_first_line_says_how_fresh_everything_is(as_alice: FlaskClient, halo: Integration) -> None:
    assert first_line(as_alice.get(TAB).text) == "Nothing is stored yet"
    read(halo, 4)
    assert first_line(as_alice.get(TAB).text) == "Up to date with Halo as of 4 min ago"
    as_alice.post(f"{TAB}/pause")
    assert first_line(as_alice.get(TAB).text) == "Paused, up to date with Halo as of 4 min ago"


def test_the_first_line_names_what_is_late_and_why(as_alice: FlaskClient, halo: Integration) -> None:
    Integration.update(activated_at=clock.now() - timedelta(days=9)).execute()
    read(halo, 4, "assets", "sites")
    old = clock.now() - timedelta(hours=30)
    RemoteList.create(integration=halo, record_type="assets", read_until=old, full_at=old)
    run = make_run(halo, RunState.INCOMPLETE)
    columns = {"state": "failed", "problem": "Halo doesn't let the agent read them.", "remedy": "Allow it."}
    SyncStep.create(run=run, position=1, record_type="assets", **columns)
    page = as_alice.get(TAB).text
    assert first_line(page) == "Assets are 30 h behind: Halo doesn't let the agent read them."
    assert "Allow it." in page
    SyncStep.create(run=run, position=2, record_type="sites", **columns)
    assert first_line(as_alice.get(TAB).text).startswith("Sites and assets are not synced yet: Halo doesn't")


def test_the_request_budget_is_shown(as_alice: FlaskClient, halo: Integration) -> None:
    assert re.search(r"\d+ of 700 requests used in the last 5 min\.", as_alice.get(TAB).text)


# The history


def test_a_live_run_shows_time_left_speed_and_what_it_took_last_time(
    as_alice: FlaskClient, halo: Integration
) -> None:
    make_run(halo, RunState.SUCCEEDED, finished_at=clock.now() + timedelta(seconds=140))
    run = make_run(halo, RunState.RUNNING, requests=40)
    assert "Time left: not known yet" in as_alice.get(TAB).text
    SyncRun.update(started_at=clock.now() - timedelta(seconds=100)).where(SyncRun.id == run.id).execute()
    page = unescape(as_alice.get(TAB).text)
    assert "About <strong>1 min 40 s</strong> left" in page
    assert "10 records/s" in page
    assert "24 requests/min" in page
    assert "Last time: 2 min 20 s." in page


# Records


def test_each_part_of_a_types_records_leads_to_exactly_those(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    numbers = {"expected": 12, "failed": 2, "mode": "full", "state": "succeeded", "finished_at": clock.now()}
    SyncStep.update(numbers).where(SyncStep.run == run).execute()
    RecordCount.create(integration=halo, record_type="clients", state="live", number=10)
    page = unescape(as_alice.get(TAB).text)
    row = page.partition('id="type-clients"')[2].partition("</tr>")[0]
    assert 'href="/integrations/halo/records/clients"' in row
    assert f"logs/lines?run={run.id}&record_type=clients&subject=record&level=warning" in row
    assert "As many as Halo counted" in row
    assert "10 stored" in row
    assert "2 failed" in row
