"""Pages whose parts keep themselves up to date: each tells where to ask, and is answered with nothing if it is."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import LogSubject, RunState, SyncLog, SyncRun
from portal.services.audit import audit_log
from tests.routes.conftest import make_run

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
HALO = "/integrations/halo"
PAGES = [
    "/integrations",
    "/activity",
    f"{HALO}/sync",
    f"{HALO}/logs",
    f"{HALO}/logs/lines",
    f"{HALO}/logs/lines?level=info",
    f"{HALO}/logs/lines/repeated",
    f"{HALO}/deliveries",
    f"{HALO}/records/assets",
    f"{HALO}/records/assets?q=nothing+here",
    f"{HALO}/records/assets/7",
    f"{HALO}/configuration/webhook",
]


def refresh_of(page: str) -> str:
    found, *_ = re.findall(r'data-refresh="([^"]+)"', page.rpartition('id="main"')[2])
    return unescape(found)


@pytest.mark.parametrize("address", PAGES)
def test_an_unchanged_page_is_answered_with_nothing(as_alice: FlaskClient, halo: Integration, address: str) -> None:
    now = clock.now()
    with clock.using(lambda: now):
        refresh = refresh_of(as_alice.get(address).text)
        assert as_alice.get(refresh, headers=HTMX).status_code == 204


@pytest.mark.parametrize("address", PAGES[:4])
def test_nothing_that_runs_leaves_no_trigger(as_alice: FlaskClient, halo: Integration, address: str) -> None:
    make_run(halo, RunState.SUCCEEDED)
    assert "every 2s" not in as_alice.get(address).text


def test_the_cards_follow_the_connection(as_alice: FlaskClient, halo: Integration) -> None:
    refresh = refresh_of(as_alice.get("/integrations").text)
    Integration.update(state=IntegrationState.NEEDS_ATTENTION, problem="Halo refused the secret.").execute()
    part = as_alice.get(refresh, headers=HTMX)
    assert "Halo refused the secret." in part.text
    assert "<html" not in part.text
    assert as_alice.get(refresh_of(part.text), headers=HTMX).status_code == 204


def test_the_activity_follows_what_is_done(as_alice: FlaskClient, northwind: Account) -> None:
    refresh = refresh_of(as_alice.get("/activity").text)
    audit_log.record(northwind, None, "moon.landed")
    assert "moon.landed" in as_alice.get(refresh, headers=HTMX).text


def test_the_log_follows_a_run_and_keeps_its_filters(as_alice: FlaskClient, halo: Integration) -> None:
    run = make_run(halo, RunState.RUNNING)
    page = as_alice.get(f"{HALO}/logs/lines?run={run.id}&level=warning").text
    assert 'hx-trigger="every 2s"' in page
    for level in ("info", "warning"):
        SyncLog.create(
            integration=halo,
            run=run,
            level=level,
            subject=LogSubject.RUN,
            message=f"This is {level}.",
            at=clock.now(),
        )
    SyncRun.update(state=RunState.SUCCEEDED).execute()
    part = as_alice.get(refresh_of(page), headers=HTMX).text
    assert "This is warning." in part
    assert "This is info." not in part
    assert "every 2s" not in part


def test_data_sync_tells_when_the_connection_begins_to_need_somebody(
    as_alice: FlaskClient, halo: Integration
) -> None:
    refresh = refresh_of(as_alice.get(f"{HALO}/sync").text)
    Integration.update(state=IntegrationState.NEEDS_ATTENTION, problem="Halo refused the secret.").execute()
    assert "Halo refused the secret." in as_alice.get(refresh, headers=HTMX).text


def test_data_sync_brings_the_time_up_to_date(as_alice: FlaskClient, halo: Integration) -> None:
    now = clock.now()
    Integration.update(next_sync_at=now + timedelta(minutes=30)).execute()
    with clock.using(lambda: now):
        page = as_alice.get(f"{HALO}/sync").text
    assert "in 30 min" in page
    with clock.using(lambda: now + timedelta(minutes=5)):
        assert "in 25 min" in as_alice.get(refresh_of(page), headers=HTMX).text


def test_the_webhooks_line_follows_each_delivery(as_alice: FlaskClient, halo: Integration) -> None:
    page = as_alice.get(f"{HALO}/configuration/webhook").text
    Integration.update(last_delivery_at=clock.now()).execute()
    part = as_alice.get(refresh_of(page), headers=HTMX).text
    assert "Received." in part
    assert "hx-trigger" not in part
    assert as_alice.get(refresh_of(part), headers=HTMX).status_code == 204
    Integration.update(last_delivery_at=clock.now() + timedelta(minutes=1)).execute()
    assert as_alice.get(refresh_of(part), headers=HTMX).status_code == 200


@pytest.mark.parametrize("query", ["_external=1", "_anchor=x", "record_type=sites", "_scheme=ftp", "q=a&q=b"])
def test_an_address_with_odd_arguments_is_refreshed_where_it_is(
    as_alice: FlaskClient, halo: Integration, query: str
) -> None:
    refresh = refresh_of(as_alice.get(f"{HALO}/records/assets?{query}").text)
    assert refresh.startswith(f"{HALO}/records/assets?{query}&stamp=")
    assert as_alice.get(refresh, headers=HTMX).status_code == 204


def test_without_javascript_a_stamp_brings_the_whole_page(as_alice: FlaskClient, halo: Integration) -> None:
    refresh = refresh_of(as_alice.get(f"{HALO}/logs").text)
    assert "<html" in as_alice.get(refresh).text
