"""Never green with data missing: bad rows, refusals, unreconciled lists, and mass deletes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.errors import OTHERS_GO_ON
from portal.models.integrations import Integration
from portal.models.sync import LogLevel, SyncRun
from portal.services.syncing import sync_runs
from tests.halo_fixtures import SIZES, Copy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_rows_without_a_usable_id_are_counted_and_logged(copy: Copy) -> None:
    copy.halo.fault("bad_ids", on="contacts", times=None)
    report = copy.sync()
    step = report["steps"]["contacts"]
    assert (step["fetched"], step["created"], step["failed"]) == (60, 55, 5)
    assert report["state"] == "succeeded"
    warnings = copy.logged(level=LogLevel.WARNING, record_type="contacts")
    assert [line.removeprefix("A record wasn't stored. Halo sent a record with the id ") for line in warnings] == [
        "0.",
        "-1.",
        "None.",
        "'none'.",
        "1.5.",
    ]


def test_rows_that_are_no_records_are_counted(copy: Copy) -> None:
    copy.halo.fault("not_objects", on="assets", times=None)
    step = copy.sync()["steps"]["assets"]
    assert (step["fetched"], step["created"], step["failed"]) == (130, 127, 3)


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_bad_rows_in_a_repeating_list_count_once(past_end: str, copy: Copy) -> None:
    copy.halo.turn(past_end=past_end)
    copy.halo.fault("bad_ids", on="assets", times=None)
    copy.halo.fault("lying_count", on="assets", size=1, times=None)
    step = copy.sync("clients", "assets")["steps"]["assets"]
    assert (step["fetched"], step["failed"]) == (130, 15)


def test_thousands_of_bad_rows_do_not_flood_the_log(copy: Copy) -> None:
    copy.halo.create("contacts", 300)
    copy.halo.fault("status", status=200, on="contacts", body=_bodies(300))
    step = copy.sync("contacts")["steps"]["contacts"]
    assert step["failed"] == 300
    assert len(copy.logged(level=LogLevel.WARNING)) == 100


def test_a_refused_type_fails_alone(copy: Copy) -> None:
    copy.halo.change_tenant(refused=["assets", "contracts"])
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo doesn't let the agent read assets."
    assert "Permissions tab" in report["remedy"]
    assert {name: step["created"] for name, step in report["steps"].items()} == {**SIZES, "assets": 0, "contracts": 0}


def test_a_run_with_all_types_refused_fails(copy: Copy) -> None:
    copy.halo.change_tenant(refused=list(SIZES))
    assert copy.sync()["state"] == "failed"


def test_a_type_that_is_refused_later_keeps_its_records(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["assets"])
    before = synced.written()
    assert synced.sync()["state"] == "incomplete"
    assert synced.written() == before


def test_an_unreconciled_list_is_amber_and_names_what_is_missing(copy: Copy) -> None:
    copy.halo.fault("lying_count", on="contacts", size=7, times=None)
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo counts 67 contacts, but 60 arrived: 7 are missing."
    assert report["remedy"].startswith("Records may have changed while they were read.")
    assert copy.logged(level=LogLevel.ERROR) == [report["problem"], "Sync incomplete."]


def test_nothing_is_deleted_while_the_list_is_not_reconciled(synced: Copy) -> None:
    synced.halo.delete("contacts", count=2)
    synced.halo.fault("lying_count", on="contacts", size=7, times=None)
    assert synced.sync("contacts")["steps"]["contacts"]["deleted"] == 0
    assert len(synced.ids("contacts")) == SIZES["contacts"]


def test_records_hidden_by_a_repeated_page_are_read_one_by_one(copy: Copy) -> None:
    copy.halo.fault("repeated_page", on="assets", page=2, times=None)
    report = copy.sync("assets")
    assert report["state"] == "succeeded"
    assert copy.digests("assets").keys() == copy.halo.truth("assets", digests=True)["digests"].keys()
    details = [entry for entry in copy.halo.journal(kind="assets") if "/asset/" in entry["path"].lower()]
    assert len(details) == 50 + 1  # and one for the probe of the date filter


def test_a_list_that_repeats_a_page_and_cannot_list_ids_is_amber(copy: Copy) -> None:
    copy.halo.turn(caps={"opportunities": 50})
    copy.halo.fault("repeated_page", on="opportunities", page=2, times=None)
    report = copy.sync("opportunities")
    assert report["state"] == "incomplete"
    assert report["problem"] == "Halo counts 120 opportunities, but 70 arrived: 50 are missing."


@pytest.mark.parametrize(
    "fault",
    [
        *({"what": "status", "status": status} for status in (400, 401, 403, 404, 409, 410, 422, 451)),
        {"what": "redirect"},
        {"what": "huge", "size": 70_000_000},
    ],
    ids=lambda fault: f"{fault['what']} {fault.get('status', '')}",
)
def test_a_list_that_is_refused_fails_alone_and_is_named(fault: dict[str, Any], copy: Copy) -> None:
    copy.halo.fault(on="contacts", times=None, **fault)
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert {name: step["created"] for name, step in report["steps"].items()} == {**SIZES, "contacts": 0}
    assert {step.record_type: step.state for step in sync_runs.steps_of(SyncRun.get_by_id(report["run"]))} == {
        **dict.fromkeys(SIZES, "succeeded"),
        "contacts": "failed",
    }
    assert copy.logged(level=LogLevel.ERROR) == [report["problem"], "Sync incomplete."]
    assert Integration.get_by_id(copy.integration.id).state == "active"
    copy.halo.clear_faults()
    assert copy.sync()["state"] == "succeeded"


def test_a_refusal_names_what_was_refused_and_what_happens_next(copy: Copy) -> None:
    copy.halo.fault("status", status=404, on="assets", times=None)
    report = copy.sync()
    assert report["problem"] == "Halo answered with status 404 (Not Found) when asked for assets."
    assert report["remedy"] == OTHERS_GO_ON


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 410, 422, 451])
@pytest.mark.parametrize("on", ["clients", "assets"])
def test_a_single_refusal_fails_nothing(on: str, status: int, copy: Copy) -> None:
    copy.halo.fault("status", status=status, on=on)
    report = copy.sync()
    assert report["state"] == "succeeded", report["problem"]
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES


def test_refusing_all_lists_with_a_good_token_keeps_the_credentials(copy: Copy) -> None:
    for each in SIZES:
        copy.halo.fault("status", status=401, on=each, times=None)
    assert copy.sync()["state"] == "failed"
    assert Integration.get_by_id(copy.integration.id).state == "active"


@pytest.mark.parametrize("silent", [("contacts",), ("clients", "sites"), ("sites", "contacts", "assets")])
def test_the_other_lists_are_read_while_some_get_no_answer(silent: tuple[str, ...], copy: Copy) -> None:
    for each in silent:
        copy.halo.fault("status", status=500, on=each, times=None)
    report = copy.sync()
    assert report["state"] == "waiting"
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES | dict.fromkeys(silent, 0)


@pytest.mark.parametrize(
    "fault", [{"what": "status"}, {"what": "html"}, {"what": "truncated"}], ids=lambda each: each["what"]
)
@pytest.mark.parametrize(
    "on", [("clients",), ("assets",), ("contacts", "contracts"), ("sites", "contacts", "assets")]
)
def test_lists_that_never_answer_fail_alone_within_minutes(
    on: tuple[str, ...], fault: dict[str, Any], copy: Copy
) -> None:
    for each in on:
        copy.halo.fault(on=each, times=None, **fault)
    seconds, report = sync_to_end(copy)
    assert report["state"] == "incomplete"
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES | dict.fromkeys(on, 0)
    assert report["problem"].startswith(f"Halo answers, but doesn't send {on[0]}. ")
    assert 300 <= seconds <= 330


def test_an_unreachable_halo_is_not_mistaken_for_a_list_that_never_answers(copy: Copy) -> None:
    copy.halo.fault("status", status=500, on="assets", page=3, times=None)
    copy.sync()
    run = sync_runs.live_run(copy.integration)
    for each in SIZES:
        copy.halo.fault("status", status=503, on=each, times=None)
    now = NOON
    with clock.using(lambda: now):
        for _ in range(20):
            now = max(now, SyncRun.get_by_id(run.id).not_before or now)
            sync_runs.execute(run.id)
        assert sync_runs.report(run)["state"] == "waiting"
        copy.halo.clear_faults()
        now += timedelta(minutes=5)
        sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"


def sync_to_end(copy: Copy) -> tuple[float, dict[str, Any]]:
    """Sync, resuming as soon as possible. Returns how many seconds it took, and the report."""
    now = NOON
    with clock.using(lambda: now):
        run = copy.open()
        while SyncRun.get_by_id(run.id).is_live:
            now = max(now, SyncRun.get_by_id(run.id).not_before or now)
            sync_runs.execute(run.id)
    return (now - NOON).total_seconds(), sync_runs.report(run)


def _bodies(count: int) -> str:
    rows = ",".join(f'{{"id":-{number}}}' for number in range(1, count + 1))
    return f'{{"record_count":{count},"users":[{rows}]}}'
