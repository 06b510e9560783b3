"""The lines of the sync logs: searched, followed, one by one, grouped, and as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.sync import RunState, SyncLog
from portal.routes.dashboard import log_lines as routes
from portal.services.pages import log_files, log_lines
from tests.routes.conftest import make_run
from tests.routes.test_refreshing import HTMX, refresh_of
from tests.routes.test_sync_logs import link, shown

LINES = "/integrations/halo/logs/lines"


def row(halo: Integration, number: int, **columns: object) -> int:
    return int(SyncLog.create(integration=halo, **{"message": f"row {number:03}"} | columns).id)


def ids(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="log-(\d+)"', page)]


def test_a_search_goes_together_with_the_filters_and_stays_in_the_links(
    as_alice: FlaskClient, halo: Integration
) -> None:
    for number in range(120):
        row(halo, number, remedy="Check the agent." if number % 2 else "", level="error" if number < 119 else "info")
    page = as_alice.get(LINES, query_string={"q": "agent chec", "level": "error"}).text
    assert shown(page)[:2] == ["row 117", "row 115"]
    assert 'value="agent chec"' in page
    older = link(page, "older")
    assert "q=agent+chec" in older
    assert "level=error" in older
    assert shown(as_alice.get(older).text) == [f"row {number:03}" for number in range(17, 0, -2)]


@pytest.mark.parametrize("text", ["***", "nothing like this", '"', "\0", "😀" * 300])
def test_a_search_without_a_match_says_how_words_match(as_alice: FlaskClient, halo: Integration, text: str) -> None:
    row(halo, 1)
    page = as_alice.get(LINES, query_string={"q": text})
    assert page.status_code == 200
    assert "No entries have all of these words." in page.text
    assert "Clear filters" in page.text


def test_errors_only_is_one_click_and_keeps_the_search(as_alice: FlaskClient, halo: Integration) -> None:
    row(halo, 1, level="error")
    row(halo, 2)
    page = as_alice.get(f"{LINES}?q=row").text
    found = re.search(r'href="([^"]+)">Errors only', page)
    assert found
    assert shown(as_alice.get(found[1].replace("&amp;", "&")).text) == ["row 001"]


def test_presets_and_exact_times_in_the_accounts_zone(
    as_alice: FlaskClient, northwind: Account, halo: Integration
) -> None:
    northwind.time_zone = "Australia/Sydney"
    northwind.save()
    now = clock.now().replace(microsecond=0)
    for number, hours in enumerate((24 * 8, 24 * 6, 23, 2, 0)):
        row(halo, number, at=now - timedelta(hours=hours, minutes=1))
    for period, oldest in (("hour", 4), ("day", 2), ("week", 1), ("", 0), ("eternity", 0)):
        page = as_alice.get(LINES, query_string={"period": period}).text
        assert shown(page) == [f"row {number:03}" for number in range(4, oldest - 1, -1)]
    local = (now - timedelta(hours=3)).astimezone(ZoneInfo("Australia/Sydney"))
    page = as_alice.get(LINES, query_string={"until": f"{local:%Y-%m-%dT%H:%M:%S}", "period": "hour"}).text
    assert shown(page) == ["row 002", "row 001", "row 000"]


def test_new_lines_come_on_top_and_what_is_read_stays(
    as_alice: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_ROWS", 55)
    make_run(halo, RunState.RUNNING)
    first = [row(halo, number) for number in range(60)]
    page = as_alice.get(LINES).text
    assert ids(page) == first[:9:-1]
    assert as_alice.get(refresh_of(page), headers=HTMX).status_code == 204
    new = [row(halo, number) for number in (901, 902)]
    part = as_alice.get(refresh_of(page), headers=HTMX).text
    assert ids(part) == [*new[::-1], *first[:9:-1]]
    assert as_alice.get(refresh_of(part), headers=HTMX).status_code == 204
    for number in range(910, 915):
        row(halo, number)
    full = as_alice.get(refresh_of(part), headers=HTMX).text
    assert len(ids(full)) == 55
    assert 'id="older"' in full


def test_a_line_that_does_not_match_moves_nothing(as_alice: FlaskClient, halo: Integration) -> None:
    row(halo, 1, level="error")
    refresh = refresh_of(as_alice.get(f"{LINES}?level=error").text)
    row(halo, 2)
    assert as_alice.get(refresh, headers=HTMX).status_code == 204
    row(halo, 3, level="error")
    assert shown(as_alice.get(refresh, headers=HTMX).text) == ["row 003", "row 001"]


def test_following_can_be_paused_and_resumed_by_links(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    row(halo, 1, level="error")
    page = as_alice.get(f"{LINES}?level=error").text
    pause = re.search(r'href="([^"]+pause=1[^"]*)"', page)
    assert pause
    paused = as_alice.get(pause[1].replace("&amp;", "&")).text
    assert "data-refresh" not in paused.partition("</form>")[2]
    assert "every 2s" not in paused
    assert shown(paused) == ["row 001"]
    assert f'href="{LINES}?level=error">' in paused


def test_an_older_page_does_not_follow(as_alice: FlaskClient, halo: Integration) -> None:
    for number in range(60):
        row(halo, number)
    older = as_alice.get(link(as_alice.get(LINES).text, "older")).text
    assert "data-refresh" not in older.partition("</form>")[2].partition('id="tab"')[2]


def test_a_line_has_an_address_and_stands_among_its_neighbours(
    as_sam: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_lines, "NEIGHBOURS", 3)
    rows = [row(halo, number) for number in range(10)]
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    row(other, 777)
    page = as_sam.get(f"{LINES}/{rows[5]}").text
    assert ids(page) == rows[8:1:-1]
    assert re.findall(r'log-chosen" id="log-(\d+)"', page) == [str(rows[5])]
    for name, label in (("after", "Newer"), ("before", "Older")):
        assert re.search(rf'href="[^"]+{name}=\d+">(?:<svg.*?</svg>\s*)?\s*{label}', page, re.DOTALL), label
    assert ids(as_sam.get(f"{LINES}/{rows[0]}").text) == rows[3::-1]
    assert f'href="{LINES}/{rows[5]}#log-{rows[5]}"' in as_sam.get(LINES).text


def test_the_lines_of_a_run_lead_to_the_run(as_sam: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.SUCCEEDED)
    line = row(halo, 1, run=run)
    leads = f'href="/integrations/halo/logs/runs/{run.id}">Run {run.id}</a>'
    for address in (f"{LINES}/{line}", LINES):
        assert leads in as_sam.get(address).text.partition('class="log-row')[2], address
    assert leads not in as_sam.get(f"{LINES}?run={run.id}").text


def test_a_line_that_is_gone_is_not_found(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(f"{LINES}/4711")
    assert page.status_code == 404
    assert "Log lines are deleted after a while." in page.text


def test_the_same_problem_is_shown_once_with_its_number(as_alice: FlaskClient, halo: Integration) -> None:
    for number in (7, 12, 1234):
        row(halo, 0, level="warning", message=f'Record {number} wasn\'t stored. "{number} Acme" is too long.')
    row(halo, 0, level="error", message="Halo refuses the agent.")
    row(halo, 0, message="Record 7 was updated.")
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    row(other, 0, level="error", message="Halo refuses the agent.")
    page = as_alice.get(f"{LINES}/repeated").text
    assert re.findall(r"([\d,]+) times?</span>", page) == ["3", "1"]
    assert "Record 1234 wasn" in page
    found = re.search(r'href="([^"]+cause=[^"]+)"', page)
    assert found
    assert len(ids(as_alice.get(found[1].replace("&amp;", "&")).text)) == 3


def test_problems_are_grouped_by_the_period(as_alice: FlaskClient, halo: Integration) -> None:
    row(halo, 0, level="error", message="Old 1.", at=clock.now() - timedelta(days=2))
    row(halo, 0, level="error", message="New 2.")
    assert "Old 1." in as_alice.get(f"{LINES}/repeated").text
    page = as_alice.get(f"{LINES}/repeated?period=day").text
    assert "Old 1." not in page
    assert "New 2." in page
    assert "None were logged in this period." in as_alice.get(f"{LINES}/repeated?until=2020-01-01T00:00").text


@pytest.mark.parametrize("cause", ["x", "' OR 1=1", "0" * 16, "g" * 16])
def test_a_cause_that_is_none_is_no_error(as_alice: FlaskClient, halo: Integration, cause: str) -> None:
    row(halo, 1)
    assert as_alice.get(LINES, query_string={"cause": cause}).status_code == 200


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_has_exactly_what_is_filtered(
    as_sam: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(log_files, "BATCH", 2)
    for number in range(7):
        row(halo, 0, level="error", message=f"=row {number} failed", remedy="@SUM(A1)")
    row(halo, 0, level="error", message="Something else.")
    row(halo, 0, message="It failed, too.")
    other = Integration.create(account=Account.create(name="Third MSP"), psa="halo", state="active")
    row(other, 0, level="error", message="Theirs failed.")
    saved = as_sam.get(f"{LINES}/export.{form}", query_string={"q": "failed", "level": "error"})
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(saved.text)))
        assert [each["message"] for each in rows] == [f"'=row {number} failed" for number in range(6, -1, -1)]
        assert {each["remedy"] for each in rows} == {"'@SUM(A1)"}
    else:
        rows = [json.loads(line) for line in saved.text.splitlines()]
        assert [each["message"] for each in rows] == [f"=row {number} failed" for number in range(6, -1, -1)]
    assert f".{form}" in saved.headers["Content-Disposition"]
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.detail) == ("log.exported", f"q failed, level error, as {form}")


def test_an_export_of_nothing_is_its_heading(as_sam: FlaskClient, halo: Integration) -> None:
    assert as_sam.get(f"{LINES}/export.csv?q=nothing").text.startswith("at,run,level,subject")
    assert as_sam.get(f"{LINES}/export.jsonl?q=nothing").text == ""
    assert as_sam.get(f"{LINES}/export.exe").status_code == 404
