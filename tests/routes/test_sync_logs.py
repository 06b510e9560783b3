"""The lines of the Sync Logs tab."""

from __future__ import annotations

import csv
import io
import json
import re
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import RunState, SyncLog
from portal.services.pages import log_files
from tests.routes.conftest import make_run

LOGS = "/integrations/halo/logs"
TAB = f"{LOGS}/lines"


@pytest.fixture
def rows(halo: Integration) -> list[int]:
    """Write 120 rows, three pages of them; the message is the row's number."""
    return [SyncLog.create(integration=halo, message=f"row {number:03}").id for number in range(120)]


def shown(page: str) -> list[str]:
    return re.findall(r"row \d{3}", page)


def test_no_rows_yet_is_said_so(as_alice: FlaskClient, halo: Integration) -> None:
    assert "The first sync logs its progress here." in as_alice.get(TAB).text


def test_the_newest_row_comes_first(as_alice: FlaskClient, rows: list[int]) -> None:
    assert shown(as_alice.get(TAB).text)[:2] == ["row 119", "row 118"]


def test_paging_back_and_forth_misses_and_repeats_nothing(as_alice: FlaskClient, rows: list[int]) -> None:
    first = as_alice.get(TAB).text
    second = as_alice.get(link(first, "older")).text
    third = as_alice.get(link(second, "older")).text
    assert shown(first) + shown(second) + shown(third) == [f"row {number:03}" for number in range(119, -1, -1)]
    assert 'id="older"' not in third
    assert shown(as_alice.get(link(third, "newer")).text) == shown(second)
    assert shown(as_alice.get(link(second, "newer")).text) == shown(first)


def test_filters_hold_while_paging(as_alice: FlaskClient, halo: Integration, rows: list[int]) -> None:
    SyncLog.update(level="warning").where(SyncLog.id.in_(rows[:60])).execute()
    page = as_alice.get(TAB, query_string={"level": "warning"}).text
    assert shown(page)[0] == "row 059"
    assert "level=warning" in link(page, "older")


@pytest.mark.parametrize("level", ["info", "error"])
def test_level_and_type_count_together(as_alice: FlaskClient, halo: Integration, rows: list[int], level: str) -> None:
    SyncLog.create(integration=halo, level=level, record_type="sites", message="row 901")
    SyncLog.create(integration=halo, level="warning", record_type="sites", message="row 902")
    SyncLog.create(integration=halo, level=level, record_type="assets", message="row 903")
    assert shown(as_alice.get(TAB, query_string={"level": level, "record_type": "sites"}).text) == ["row 901"]


def test_a_run_filter_shows_that_run_alone(as_alice: FlaskClient, halo: Integration, rows: list[int]) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    SyncLog.create(integration=halo, run=run, message="row 999")
    assert shown(as_alice.get(TAB, query_string={"run": run.id}).text) == ["row 999"]


@pytest.mark.parametrize(
    "query",
    [
        "level=shouting",
        "record_type=tickets",
        "before=abc",
        "before=-1",
        "before=99999999999999999999",
        "after=0&run=x",
        "subject=weather",
        "record=x",
        "record=0",
    ],
)
def test_a_filter_that_nobody_could_choose_counts_as_none(as_alice: FlaskClient, rows: list[int], query: str) -> None:
    page = as_alice.get(f"{TAB}?{query}")
    assert page.status_code == 200
    assert shown(page.text)[0] == "row 119"


def test_a_filter_without_a_match_offers_the_way_back(as_alice: FlaskClient, rows: list[int]) -> None:
    page = as_alice.get(TAB, query_string={"level": "error"}).text
    assert "No entries match these filters." in page
    assert "Clear filters" in page


def test_rows_of_another_account_stay_out_of_reach(as_alice: FlaskClient, halo: Integration) -> None:
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    run = make_run(other, RunState.SUCCEEDED)
    SyncLog.create(integration=other, run=run, message="row 777")
    assert not shown(as_alice.get(TAB).text)
    assert not shown(as_alice.get(TAB, query_string={"run": run.id}).text)


def test_times_stand_in_the_accounts_time_zone(as_alice: FlaskClient, northwind: Account, halo: Integration) -> None:
    northwind.time_zone = "Australia/Sydney"
    northwind.save()
    row = SyncLog.create(integration=halo, message="row 001", remedy="Look again.")
    page = as_alice.get(TAB).text
    local = row.at.astimezone(ZoneInfo("Australia/Sydney"))
    assert f'title="{local:%-d %b %Y, %H:%M:%S} Australia/Sydney">{local:%-d %b %H:%M:%S}</time>' in page
    assert "Times are in Australia/Sydney." in page
    assert "Look again." in page


def test_what_halo_sent_is_shown_as_text(as_alice: FlaskClient, halo: Integration) -> None:
    SyncLog.create(integration=halo, message="<script>alert(1)</script>", details={"<b>": "<i>"})
    page = as_alice.get(TAB).text
    assert "<script>alert" not in page
    assert "<i>" not in page


def test_subjects_and_a_records_number_narrow_the_rows(as_alice: FlaskClient, halo: Integration) -> None:
    for number, (subject, remote_id) in enumerate([("run", None), ("page", None), ("record", 5), ("record", 6)]):
        SyncLog.create(
            integration=halo, subject=subject, remote_id=remote_id, record_type="sites", message=f"row {number:03}"
        )
    for query, rows in (
        ({"subject": "record"}, ["row 003", "row 002"]),
        ({"subject": "page"}, ["row 001"]),
        ({"record": "5"}, ["row 002"]),
        ({"record": "5", "record_type": "assets"}, []),
        ({"record": "6", "subject": "record", "level": "info", "record_type": "sites"}, ["row 003"]),
    ):
        assert shown(as_alice.get(TAB, query_string=query).text) == rows


def test_a_records_rows_of_one_run_can_be_asked_for(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    SyncLog.create(integration=halo, run=run, remote_id=5, message="row 001")
    SyncLog.create(integration=halo, remote_id=5, message="row 002")
    SyncLog.create(integration=halo, run=run, remote_id=6, message="row 003")
    assert shown(as_alice.get(TAB, query_string={"run": run.id, "record": 5}).text) == ["row 001"]


def test_a_row_about_a_record_leads_to_its_page(as_alice: FlaskClient, halo: Integration) -> None:
    SyncLog.create(integration=halo, subject="record", record_type="sites", remote_id=5, message="row 001")
    page = as_alice.get(TAB).text
    assert 'href="/integrations/halo/records/sites/5"' in page
    assert "log-record" in page


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_log_of_a_run_of_others_cannot_be_saved(as_alice: FlaskClient, halo: Integration, form: str) -> None:
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    run = make_run(other, RunState.SUCCEEDED)
    SyncLog.create(integration=other, run=run, message="row 777")
    assert as_alice.get(f"{LOGS}/{run.id}.{form}").status_code == 404


@pytest.mark.parametrize("name", ["1.exe", "x.csv", f"{10**12}.csv"])
def test_a_file_that_there_is_not_is_not_found(as_alice: FlaskClient, halo: Integration, name: str) -> None:
    assert as_alice.get(f"{LOGS}/{name}").status_code == 404


def test_the_log_of_a_run_is_saved_whole_and_oldest_first(
    as_sam: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "BATCH", 2)
    run = make_run(halo, RunState.SUCCEEDED)
    for number in range(5):
        SyncLog.create(integration=halo, run=run, subject="page", message=f"=row {number}", details={"rows": number})
    SyncLog.create(integration=halo, message="of no run")
    documents = [json.loads(line) for line in as_sam.get(f"{LOGS}/{run.id}.jsonl").text.splitlines()]
    assert [(each["message"], each["details"]) for each in documents] == [
        (f"=row {number}", {"rows": number}) for number in range(5)
    ]
    saved = as_sam.get(f"{LOGS}/{run.id}.csv")
    rows = list(csv.DictReader(io.StringIO(saved.text)))
    assert [row["message"] for row in rows] == [f"'=row {number}" for number in range(5)]
    assert rows[0]["details"] == '{"rows": 0}'
    assert f'filename="sync-log-{run.id}.csv"' in saved.headers["Content-Disposition"]


def test_an_empty_log_is_saved_as_its_heading(as_sam: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    assert as_sam.get(f"{LOGS}/{run.id}.jsonl").text == ""
    assert as_sam.get(f"{LOGS}/{run.id}.csv").text.startswith("at,run,level,subject")


def link(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" href="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")
