"""The runs of the Sync Logs tab, opened to their steps, pages and records."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.sync import LogSubject, RunState, RunTrigger, SyncLog, SyncRun, SyncStep
from portal.outbound import OutboundError, TransportFailure, UnansweredCall
from portal.sync import logbook
from tests.routes.conftest import make_run
from tests.routes.test_refreshing import HTMX, refresh_of
from tests.routes.test_sync_logs import link

TAB = "/integrations/halo/logs"


def shown(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="run-(\d+)"', page)]


def others_run() -> SyncRun:
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    return make_run(other, RunState.SUCCEEDED)


def page_line(run: SyncRun, number: int, *bad: int) -> SyncLog:
    """Write the line of a page with these records that were refused."""
    call = {"page": number, "path": f"/api/Client?page_no={number}", "status": 200, "ms": 340, "retries": 2}
    common = {"integration": run.integration_id, "run": run, "record_type": "clients"}
    message = f"Page {number}: 100 clients read."
    line: SyncLog = SyncLog.create(
        subject=LogSubject.PAGE, message=message, details={**call, "rows": 100, "budget_left": 650}, **common
    )
    for remote_id in bad:
        SyncLog.create(
            subject=LogSubject.RECORD,
            level="warning",
            message=f"Record {remote_id} wasn't stored.",
            remote_id=remote_id,
            details={"page": number},
            **common,
        )
    return line


def test_no_sync_yet_is_said_so(as_alice: FlaskClient, halo: Integration) -> None:
    assert "The first sync logs its progress here." in as_alice.get(TAB).text


def test_each_run_is_a_row_that_says_why_and_what_came_of_it(
    as_alice: FlaskClient, halo: Integration, sam: User
) -> None:
    run = make_run(halo, RunState.INCOMPLETE, started_by=sam, requests=40)
    SyncStep.update(created=1200, updated=8, deleted=0, failed=3, state="incomplete").execute()
    SyncRun.update(finished_at=run.started_at + timedelta(seconds=75)).execute()
    page = as_alice.get(TAB).text
    assert shown(page) == [run.id]
    for words in ("Full sync, by Sam", "Incomplete", "1,200 created", "3 failed", "1 min 15 s", "40 requests"):
        assert words in page
    assert "0 deleted" not in page
    assert f'href="{TAB}/runs/{run.id}"' in page


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("outcome=failed", ["failed"]),
        ("trigger=schedule", ["old"]),
        ("period=day", ["failed", "done"]),
        ("period=day&outcome=succeeded", ["done"]),
        ("since=2020-01-01T00:00&outcome=succeeded", ["done", "old"]),
        ("until=2020-01-01T00:00", []),
        ("outcome=fine&trigger=moon&period=year&since=x", ["failed", "done", "old"]),
    ],
)
def test_runs_are_filtered_by_the_address(
    as_alice: FlaskClient, halo: Integration, query: str, chosen: list[str]
) -> None:
    long_ago = clock.now() - timedelta(days=3)
    runs = {
        "old": make_run(halo, RunState.SUCCEEDED, created_at=long_ago),
        "done": make_run(halo, RunState.SUCCEEDED),
        "failed": make_run(halo, RunState.FAILED),
    }
    SyncRun.update(trigger=RunTrigger.SCHEDULE).where(SyncRun.id == runs["old"].id).execute()
    page = as_alice.get(f"{TAB}?{query}").text
    assert shown(page) == [runs[name].id for name in chosen]
    assert chosen or "Clear filters" in page


def test_pages_of_runs_keep_the_filters(as_alice: FlaskClient, halo: Integration) -> None:
    runs = [make_run(halo, RunState.FAILED).id for _ in range(60)]
    make_run(halo, RunState.SUCCEEDED)
    first = as_alice.get(f"{TAB}?outcome=failed").text
    second = as_alice.get(link(first, "older")).text
    third = as_alice.get(link(second, "older")).text
    assert shown(first) + shown(second) + shown(third) == runs[::-1]
    assert shown(as_alice.get(link(third, "newer")).text) == shown(second)


def test_the_list_follows_a_run_and_is_answered_with_nothing_while_nothing_changes(
    as_alice: FlaskClient, halo: Integration
) -> None:
    run = make_run(halo, RunState.RUNNING)
    page = as_alice.get(TAB).text
    assert 'hx-trigger="every 2s"' in page
    assert as_alice.get(refresh_of(page), headers=HTMX).status_code == 204
    SyncStep.update(created=1000).execute()
    part = as_alice.get(refresh_of(page), headers=HTMX).text
    assert "1,000 created" in part
    SyncRun.update(state=RunState.SUCCEEDED).where(SyncRun.id == run.id).execute()
    assert "every 2s" not in as_alice.get(refresh_of(part), headers=HTMX).text


def test_a_runs_log_begins_with_its_reconciliation(as_alice: FlaskClient, halo: Integration, sam: User) -> None:
    run = make_run(halo, RunState.INCOMPLETE, started_by=sam, problem="12 clients are missing.", requests=40)
    SyncStep.update(expected=100, created=60, updated=8, unchanged=10, filtered_out=7, failed=3).execute()
    SyncLog.create(integration=halo, run=run, message="Sync started by Sam: clients.")
    page = as_alice.get(f"{TAB}/runs/{run.id}").text
    assert f"Run {run.id}: Full sync" in page
    assert "Started by Sam · 40 requests" in page
    assert "12 clients are missing." in page
    assert re.findall(r'class="number"><span class="step-label">[\w ]+</span>(\d+)<', page) == ["100", "78", "7", "3"]
    assert "12 missing" in page
    assert "Sync started by Sam: clients." in page
    part = as_alice.get(f"{TAB}/runs/{run.id}", headers=HTMX).text
    assert "12 missing" in part
    assert "<html" not in part


def test_a_live_runs_log_keeps_itself_up_to_date(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.RUNNING)
    page = as_alice.get(f"{TAB}/runs/{run.id}").text
    assert 'hx-trigger="every 2s"' in page
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    assert "every 2s" not in as_alice.get(refresh_of(page), headers=HTMX).text


def test_a_step_opens_to_its_pages_and_a_page_to_its_call_and_records(as_sam: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    SyncStep.update(pages_done=2, requests=5).execute()
    first, second = page_line(run, 1, 7, 8), page_line(run, 2, 9)
    SyncLog.create(
        integration=halo, run=run, record_type="clients", subject="record", remote_id=50, message="Deleted: Acme."
    )
    SyncLog.create(
        integration=halo, run=run, record_type="clients", subject="step", message="200 clients read: fine."
    )
    step = as_sam.get(f"{TAB}/runs/{run.id}/clients", headers=HTMX).text
    assert "Page 1: 100 clients read." in step
    assert "200 clients read: fine." in step
    assert "wasn't stored" not in step.replace("&#39;", "'")
    assert "2 for pages, 3 for details, counts and retries" in step
    for line, numbers in ((first, ["7", "8"]), (second, ["9"])):
        page = as_sam.get(f"{TAB}/pages/{line.id}", headers=HTMX).text
        assert re.findall(r"Record (\d+) wasn", page) == numbers
        assert "Acme" not in page
        for words in (f"GET {line.details['path']}", "200", "340 ms", "<dt>Retries</dt><dd>2</dd>", "<dd>650</dd>"):
            assert words in page
    assert "<html" in as_sam.get(f"{TAB}/pages/{first.id}").text


def test_a_step_shows_a_call_without_an_answer_with_its_path_time_and_retries(
    as_sam: FlaskClient, halo: Integration
) -> None:
    run = make_run(halo, RunState.FAILED)
    error = OutboundError(TransportFailure.TIMED_OUT, "halo.example")
    call = UnansweredCall("GET", "/api/Client/12?includedetails=true&token=hush", error, 60.0, 3)
    logbook.note_no_answer(run, "Halo", call, "clients")
    for address in (f"/runs/{run.id}/clients", "/lines?subject=step&level=warning"):
        page = as_sam.get(f"{TAB}{address}").text.replace("&#39;", "'").replace("&amp;", "&")
        assert "No answer to GET /api/Client/12. halo.example didn't respond in time." in page
        for name, value in (("method", "GET"), ("status", "no answer"), ("ms", "60,000"), ("retries", "3")):
            assert f"<dt>{name}</dt><dd>{value}</dd>" in page
        assert "<dd>/api/Client/12?includedetails=true&token=•••</dd>" in page
    assert "No answer to" not in as_sam.get(f"{TAB}/runs/{run.id}").text
    logbook.note_no_answer(run, "Halo", call)
    assert "No answer to" in as_sam.get(f"{TAB}/runs/{run.id}").text


def test_pages_of_a_long_step_join_without_a_gap(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    SyncStep.update(pages_done=70).execute()
    for number in range(1, 71):
        page_line(run, number)
    first = as_alice.get(f"{TAB}/runs/{run.id}/clients").text
    address = re.search(r'href="([^"]+\?after=\d+)"', first)
    assert address
    second = as_alice.get(address[1]).text
    numbers = re.findall(r"<span>Page (\d+): ", first) + re.findall(r"<span>Page (\d+): ", second)
    assert numbers == [str(number) for number in range(1, 71)]


@pytest.mark.parametrize("address", ["/runs/{run}", "/runs/{run}/clients", "/pages/{page}", "/lines/{page}"])
def test_what_others_have_synced_is_not_found(as_alice: FlaskClient, halo: Integration, address: str) -> None:
    run = others_run()
    line = page_line(run, 1)
    assert as_alice.get(f"{TAB}{address.format(run=run.id, page=line.id)}").status_code == 404
    assert shown(as_alice.get(TAB).text) == []


@pytest.mark.parametrize("address", ["/runs/999999", "/runs/{run}/assets", "/runs/{run}/tickets", "/pages/{line}"])
def test_what_there_is_not_is_not_found(as_alice: FlaskClient, halo: Integration, address: str) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    line = SyncLog.create(integration=halo, run=run, message="Not a page.")
    assert as_alice.get(f"{TAB}{address.format(run=run.id, line=line.id)}").status_code == 404


def test_what_halo_sent_is_shown_as_text(as_alice: FlaskClient, halo: Integration) -> None:
    nasty = "<script>alert(1)</script>"
    run = make_run(halo, RunState.FAILED, problem=nasty, remedy=nasty)
    line = SyncLog.create(
        integration=halo,
        run=run,
        subject="page",
        level="error",
        record_type="clients",
        message=nasty,
        details={"path": nasty, "filtered_out_because": nasty, "status": nasty},
    )
    lines = [f"/lines/{line.id}", f"/lines?q={nasty}", "/lines/repeated", "/lines"]
    for address in ("", f"/runs/{run.id}", f"/runs/{run.id}/clients", f"/pages/{line.id}", *lines):
        assert "<script>alert" not in as_alice.get(f"{TAB}{address}").text
