"""The history of syncs on the Data Sync tab."""

from __future__ import annotations

import re
from datetime import timedelta
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
