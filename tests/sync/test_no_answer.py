"""A call that gets no answer has a line of its own in the sync log, whatever kind of call it is."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.halo import client
from portal.models.integrations import Integration
from portal.models.sync import LogSubject, RemoteList, RunKind, RunTrigger, SyncLog, SyncRun
from portal.outbound import CallLimits, OutboundError, TransportFailure, UnansweredCall
from portal.services.syncing import filter_changes, sync_runs
from portal.sync import logbook
from portal.sync.engine import WAITS_BETWEEN_CHECKS
from portal.sync.filters import Filters
from tests.halo_fixtures import SIZES, Copy
from tests.psa_copies import PsaCopy

CUT = "127.0.0.1 closed the connection in the middle of its response."


def unanswered(copy: PsaCopy[Any]) -> list[Any]:
    """Return the lines about calls without an answer, oldest first."""
    query = SyncLog.select().where(SyncLog.integration == copy.integration, SyncLog.message.startswith("No answer"))
    return list(query.order_by(SyncLog.id))


def calls(copy: PsaCopy[Any]) -> list[str]:
    return [line.message.removesuffix(f" {CUT}") for line in unanswered(copy)]


@pytest.fixture
def thin(copy: Copy) -> Copy:
    """Filter by relationship, with a client list that lacks relationships: each client's details are fetched."""
    copy.halo.fault("thin_rows", on="/api/client", times=None)
    filter_changes.change(copy.integration, list(SIZES), Filters(relationships=frozenset({3})), None)
    return copy


def test_a_single_record_without_an_answer_has_a_line_under_its_run_and_step(thin: Copy) -> None:
    number = thin.halo.truth("clients", ids=True)["active_ids"][0]
    thin.halo.fault("reset", on=f"/api/client/{number}", times=None)
    report = thin.sync("clients")
    (line,) = unanswered(thin)
    assert (line.run_id, line.subject, line.record_type) == (report["run"], LogSubject.STEP, "clients")
    assert (line.level, line.message) == ("warning", f"No answer to GET /api/Client/{number}. {CUT}")
    assert line.details.pop("ms") >= 0
    assert line.details == {
        "method": "GET",
        "path": f"/api/Client/{number}?includedetails=true",
        "status": "no answer",
        "retries": 1,
    }


def test_a_call_that_is_answered_when_repeated_has_no_line(thin: Copy) -> None:
    thin.halo.fault("reset", on="/api/client/*", times=1)
    assert thin.sync("clients")["state"] == "succeeded"
    assert calls(thin) == []


def test_a_call_that_is_answered_with_an_error_has_no_line(thin: Copy) -> None:
    thin.halo.fault("status", status=503, on="/api/client/*", times=None)
    thin.sync("clients")
    assert calls(thin) == []


def test_a_page_without_an_answer_has_a_line(copy: Copy) -> None:
    copy.halo.fault("reset", on="assets", page=2, times=None)
    assert copy.sync("assets")["state"] == "waiting"
    (line,) = unanswered(copy)
    assert line.message == f"No answer to GET /api/Asset. {CUT}"
    assert "page_no=2" in line.details["path"]


def test_a_token_request_without_an_answer_has_a_line_in_its_step(copy: Copy) -> None:
    copy.halo.fault("reset", on="token", times=None)
    assert copy.sync("clients")["state"] == "waiting"
    (line,) = unanswered(copy)
    assert line.message == f"No answer to POST /auth/token. {CUT}"
    assert (line.subject, line.record_type) == (LogSubject.STEP, "clients")
    assert copy.halo.credentials().client_secret not in str(line.details)


def test_a_log_in_without_an_answer_has_a_line_in_its_run(copy: Copy) -> None:
    Integration.update(credential_refusals=1).execute()
    copy.halo.fault("reset", on="token", times=None)
    report = copy.sync("clients")
    (line,) = unanswered(copy)
    assert (line.run_id, line.subject, line.record_type) == (report["run"], LogSubject.RUN, None)


def test_the_version_without_an_answer_has_a_line(synced: Copy) -> None:
    RemoteList.update(probed_at=clock.now() - timedelta(days=30)).execute()
    synced.halo.fault("reset", on="instanceinfo", times=None)
    synced.sync("assets")
    assert calls(synced) == ["No answer to GET /api/InstanceInfo."]


def test_the_list_that_shows_whether_halo_is_up_has_a_line(copy: Copy) -> None:
    for record_type in ("assets", "clients"):
        copy.halo.fault("reset", on=record_type, times=None)
    run = copy.open("assets")
    SyncRun.update(waits=WAITS_BETWEEN_CHECKS).where(SyncRun.id == run.id).execute()
    sync_runs.execute(run.id)
    assert calls(copy) == ["No answer to GET /api/Asset.", "No answer to GET /api/Client."]
    assert {line.record_type for line in unanswered(copy)} == {"assets"}


@pytest.fixture
def lookup(copy: Copy) -> SyncRun:
    """Return a run that looks up one client."""
    assert copy.sync("clients")["state"] == "succeeded"
    number = min(copy.ids("clients"))
    return sync_runs.open_run(
        copy.integration,
        kind=RunKind.RECORD,
        trigger=RunTrigger.USER,
        record_types=["clients"],
        remote_ids=[number],
    )


def test_a_timeout_has_a_line_with_the_time_that_it_took(
    copy: Copy, lookup: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_LIMITS", CallLimits(seconds=0.3, size=1_000_000))
    copy.halo.fault("hold", on="/api/client/*", times=None)
    sync_runs.execute(lookup.id)
    copy.halo.clear_faults()
    (line,) = unanswered(copy)
    assert line.message.endswith(". 127.0.0.1 didn't respond in time.")
    assert 300 <= line.details["ms"] < 3000


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_refused_connection_and_broken_tls_have_lines(copy: Copy, lookup: SyncRun, scheme: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        address = closed if scheme == "http" else copy.halo.url.replace("http:", "https:")
        integration = Integration.get_by_id(copy.integration.id)
        integration.connection = {**integration.connection, "base_url": address}
        integration.save()
        sync_runs.execute(lookup.id)
    why = "refused the connection." if scheme == "http" else "doesn't use https on this port."
    (line,) = unanswered(copy)
    assert line.message.endswith(f". 127.0.0.1 {why}")
    assert (line.run_id, line.details["status"]) == (lookup.id, "no answer")


def test_secrets_in_an_address_are_blanked(copy: Copy) -> None:
    run = sync_runs.open_run(copy.integration, kind=RunKind.FULL, trigger=RunTrigger.USER)
    error = OutboundError(TransportFailure.TIMED_OUT, "halo.example")
    path = "/api/Client?access_token=hush&api_key=hush&page_no=1&Password=hush"
    logbook.note_no_answer(SyncRun.get_by_id(run.id), "Halo", UnansweredCall("GET", path, error, 15.0, 5), "clients")
    (line,) = unanswered(copy)
    assert line.message == "No answer to GET /api/Client. halo.example didn't respond in time."
    assert line.details["path"] == "/api/Client?access_token=•••&api_key=•••&page_no=1&Password=•••"
    assert (line.details["ms"], line.details["retries"]) == (15000, 5)
