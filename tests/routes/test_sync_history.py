"""The history of syncs on the Data Sync tab."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.integrations import Integration
from portal.models.sync import RunState, SyncRun
from portal.services.pages.data_sync.history import MOST_RUNS
from tests.routes.conftest import make_run

TAB = "/integrations/halo/sync"
POLL = f"{TAB}/progress"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_history_leads_to_each_run_and_to_its_days(as_alice: FlaskClient, halo: Integration) -> None:
    assert "No sync ended in the last 7 days." in as_alice.get(TAB).text
    run = make_run(halo, RunState.FAILED, finished_at=clock.now())
    page = as_alice.get(TAB, query_string={"days": "30"}).text
    history = page.partition('id="history"')[2]
    assert f'href="/integrations/halo/logs/runs/{run.id}"' in history
    assert "1 sync in the last 30 days." in history
    assert "days=30" in history.partition('data-refresh="')[2][:80]


def test_a_history_with_too_many_runs_leads_to_a_day(as_alice: FlaskClient, halo: Integration) -> None:
    at = clock.now() - timedelta(days=1)
    run = {"started_at": at, "finished_at": at, "created_at": at, "kind": "full", "trigger": "user"}
    SyncRun.insert_many([{**run, "integration": halo, "state": "cancelled"}] * (MOST_RUNS + 1)).execute()
    page = as_alice.get(TAB, query_string={"days": "90"}).text
    assert "each bar stands for a day" in page
    links = re.findall(r"/integrations/halo/sync\?days=90&amp;day=[\d-]+", page)
    assert links
    assert f"{MOST_RUNS + 1} syncs on" in as_alice.get(unescape(links[0])).text


@pytest.mark.parametrize("period", [{"days": "8"}, {"days": "x"}, {"day": "yesterday"}, {"day": "2026-02-30"}])
def test_a_period_that_nobody_offers_is_the_usual_one(
    as_alice: FlaskClient, halo: Integration, period: dict[str, str]
) -> None:
    assert "No sync ended in the last 7 days." in as_alice.get(TAB, query_string=period).text


def test_an_unchanged_history_is_not_sent_again(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.SUCCEEDED)
    found = re.search(r'id="history".*?data-refresh="([^"]*)"', as_alice.get(TAB).text, re.DOTALL)
    assert found
    assert as_alice.get(unescape(found[1]), headers=HTMX).status_code == 204
    make_run(halo, RunState.SUCCEEDED)
    assert "2 syncs" in as_alice.get(unescape(found[1]), headers=HTMX).text


def test_the_bar_of_a_run_comes_when_it_ends(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    assert 'id="history"' not in as_alice.get(POLL, headers=HTMX).text
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    assert 'hx-swap-oob="outerMorph"' in as_alice.get(POLL, headers=HTMX).text


# Live progress


def axes(page: str) -> list[list[str]]:
    """Return the times below each chart."""
    ends = re.findall(r'class="chart-ends[^"]*">(.*?)</div>', page.partition('id="history"')[2])
    return [re.findall(r"<time[^>]*>([^<]+)</time>", each) for each in ends]


def run_at(halo: Integration, moment: datetime) -> None:
    run = make_run(halo, RunState.SUCCEEDED, created_at=moment, finished_at=moment)
    SyncRun.update(started_at=moment).where(SyncRun.id == run.id).execute()


def test_a_single_bar_shows_its_time_once(as_alice: FlaskClient, halo: Integration) -> None:
    run_at(halo, NOON)
    with clock.using(lambda: NOON + timedelta(hours=1)):
        assert axes(as_alice.get(TAB).text) == [["12:00"], ["12:00"]]


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (timedelta(seconds=59), ["12:00"]),
        (timedelta(minutes=1), ["12:00", "12:01"]),
        (timedelta(minutes=-1, seconds=59), ["12:00", "11:59"]),
        (timedelta(days=-1), ["12:00", "22 Nov 12:00"]),
    ],
)
def test_two_bars_show_two_times_unless_they_read_the_same(
    as_alice: FlaskClient, halo: Integration, later: timedelta, shown: list[str]
) -> None:
    run_at(halo, NOON)
    run_at(halo, NOON + later)
    with clock.using(lambda: NOON + timedelta(hours=1)):
        assert axes(as_alice.get(TAB).text) == [shown, shown]


def test_bars_of_days_show_the_first_day_and_the_last(as_alice: FlaskClient, halo: Integration) -> None:
    run = {"started_at": NOON, "finished_at": NOON, "created_at": NOON, "kind": "full", "trigger": "user"}
    SyncRun.insert_many([{**run, "integration": halo, "state": "cancelled"}] * (MOST_RUNS + 1)).execute()
    with clock.using(lambda: NOON + timedelta(hours=1)):
        shown = ["26 Aug 2026", "23 Nov 2026"]
        assert axes(as_alice.get(TAB, query_string={"days": "90"}).text) == [shown, shown]
