"""Incremental syncs: one request per list that filters by date, and the same copy as a full sync."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.records import Record, RecordState
from portal.models.sync import RemoteList, RunKind, RunTrigger, StepMode, SyncStep
from portal.sandbox.halo import HaloSandbox
from portal.services.syncing import sync_runs
from tests.halo_fixtures import SIZES, Copy, connected
from tests.sync.test_filtered_syncs import active_only

DATED = ["clients", "sites", "contacts", "assets", "opportunities"]
# Lists of several pages: a list of one page is always read in full, as that takes no longer.
CAPS = {"clients": 10, "sites": 10, "contacts": 20, "assets": 50, "opportunities": 100}


@pytest.fixture
def copy(halo: HaloSandbox, northwind: Account) -> Copy:
    halo.turn(caps=CAPS)
    return connected(northwind, halo)


def sync_changes(copy: Copy) -> dict[str, Any]:
    return copy.sync(kind=RunKind.INCREMENTAL)


def known(copy: Copy, record_type: str) -> RemoteList:
    found: RemoteList = RemoteList.get(
        RemoteList.integration == copy.integration, RemoteList.record_type == record_type
    )
    return found


def test_an_unchanged_list_that_filters_by_date_costs_one_request(synced: Copy) -> None:
    before = synced.written()
    report = sync_changes(synced)
    assert report["state"] == "succeeded"
    requested = synced.halo.counts()["by_kind"]
    assert {name: requested[name] for name in DATED} == dict.fromkeys(DATED, 1)
    assert (requested["products"], requested["contracts"]) == (1, 1)  # lists of one page: read in full
    assert synced.written() == before


def test_only_the_changes_are_written(synced: Copy) -> None:
    halo = synced.halo
    changed = halo.change("contacts", count=4)
    created = halo.create("assets", 60)
    report = sync_changes(synced)
    assert report["state"] == "succeeded"
    assert (report["steps"]["contacts"]["updated"], report["steps"]["assets"]["created"]) == (4, 60)
    modes = {step.record_type: step.mode for step in SyncStep.select().where(SyncStep.run == report["run"])}
    assert {name for name, mode in modes.items() if mode == StepMode.CHANGES} == set(DATED)
    for record_type in SIZES:
        assert synced.digests(record_type) == halo.truth(record_type, digests=True)["digests"]
    assert set(changed) <= synced.ids("contacts")
    assert set(created) <= synced.ids("assets")


@pytest.mark.parametrize("kind", [RunKind.FULL, RunKind.INITIAL])
def test_a_full_sync_reads_everything(kind: RunKind, synced: Copy) -> None:
    report = synced.sync(kind=kind)
    assert {name: step["fetched"] for name, step in report["steps"].items()} == SIZES


def test_if_halo_ignores_the_date_its_lists_are_read_in_full(copy: Copy) -> None:
    copy.halo.turn(ignores_update_filter=["contacts", "assets"])
    copy.sync()
    assert known(copy, "contacts").filters_by_date is False
    assert known(copy, "sites").filters_by_date is True
    assert known(copy, "sites").date_offset == 0
    report = sync_changes(copy)
    assert report["steps"]["contacts"]["fetched"] == SIZES["contacts"]
    assert report["steps"]["sites"]["fetched"] == 0
    told = "Halo's date filter isn't reliable for contacts: it includes records that haven't changed since the date."
    assert f"{told} Syncs read the whole list." in copy.logged(subject="step")


def test_a_probe_is_valid_for_a_week(synced: Copy) -> None:
    for days, tries in ((6, 0), (8, 5)):
        later = clock.now() + timedelta(days=days)
        with clock.using(lambda later=later: later):  # type: ignore[misc]  # a default binds the loop's value
            synced.sync(kind=RunKind.FULL)
        requested = {each["kind"] for each in synced.halo.journal() if "lastupdatefromdate" in each["query"]}
        assert len(requested) == tries


def test_an_empty_list_proves_nothing(copy: Copy) -> None:
    copy.halo.change_tenant(unseen=["assets"])
    copy.sync("assets")
    assert known(copy, "assets").filters_by_date is None


def test_a_list_that_was_never_read_in_full_is_read_in_full_first(copy: Copy) -> None:
    report = sync_changes(copy)
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES


def test_after_an_incomplete_sync_changes_are_read_from_the_last_good_one(synced: Copy) -> None:
    before = known(synced, "contacts").read_until
    synced.halo.fault("lying_count", on="contacts", size=7, times=None)
    assert sync_changes(synced)["state"] == "incomplete"
    assert known(synced, "contacts").read_until == before
    synced.halo.clear_faults()
    assert sync_changes(synced)["state"] == "succeeded"
    assert known(synced, "contacts").read_until > before


@pytest.mark.parametrize("minutes", [-9, 9])
def test_a_halo_clock_that_is_minutes_off_hides_no_changes(minutes: int, copy: Copy) -> None:
    copy.halo.advance(minutes * 60)
    copy.sync()
    changed = copy.halo.change("contacts", count=3)
    assert sync_changes(copy)["steps"]["contacts"]["updated"] == 3
    assert set(changed) <= copy.ids("contacts")


def test_dates_are_sent_in_utc_with_an_overlap_of_15_minutes(synced: Copy) -> None:
    moment = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
    RemoteList.update(read_until=moment).execute()
    sync_changes(synced)
    (entry,) = synced.halo.journal(kind="sites")
    assert "lastupdatefromdate=2026-11-23T11%3A45%3A05Z" in entry["query"]


def test_the_next_full_sync_finds_deleted_records(synced: Copy) -> None:
    gone = synced.halo.delete("contacts", count=2)
    assert sync_changes(synced)["steps"]["contacts"]["deleted"] == 0
    assert synced.sync()["steps"]["contacts"]["deleted"] == 2
    assert synced.ids("contacts", RecordState.DELETED) == set(gone)


def test_an_excluded_client_excludes_its_unchanged_records(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    (gone,) = copy.halo.deactivate("clients", count=1)
    theirs = {each.remote_id for each in Record.select().where(Record.client_remote_id == gone)}
    assert theirs
    report = sync_changes(copy)
    assert report["state"] == "succeeded"
    assert not Record.select().where(Record.client_remote_id == gone, Record.state == RecordState.LIVE).exists()


def test_a_client_that_comes_back_brings_its_unchanged_records(copy: Copy) -> None:
    active_only(copy, on=True)
    (client,) = copy.halo.deactivate("clients", count=1)
    copy.sync()
    copy.halo.reactivate("clients", [client])
    assert sync_changes(copy)["state"] == "succeeded"
    with_it = copy.ids("contacts") | copy.ids("sites")
    full = copy.sync()
    assert with_it == copy.ids("contacts") | copy.ids("sites")
    assert all(step["created"] == step["updated"] == 0 for step in full["steps"].values())


def test_single_records_are_read_by_id_without_lists(synced: Copy) -> None:
    changed, *_ = synced.halo.change("contacts", count=1)
    synced.halo.reset()
    run = sync_runs.open_run(
        synced.integration,
        kind=RunKind.RECORD,
        trigger=RunTrigger.USER,
        record_types=["contacts"],
        remote_ids=[changed, 987_654],
    )
    sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert (report["state"], report["steps"]["contacts"]["updated"]) == ("succeeded", 1)
    assert synced.halo.counts()["by_kind"] == {"token": 1, "contacts": 2}
    # A full sync finds the same content in another form, and reports no changes.
    step = synced.sync("contacts")["steps"]["contacts"]
    assert (step["updated"], step["unchanged"]) == (0, SIZES["contacts"])
    assert synced.digests("contacts") == synced.halo.truth("contacts", digests=True)["digests"]


def test_a_single_record_that_no_longer_exists_becomes_a_tombstone(synced: Copy) -> None:
    (gone,) = synced.halo.delete("contacts", count=1)
    run = sync_runs.open_run(
        synced.integration,
        kind=RunKind.RECORD,
        trigger=RunTrigger.USER,
        record_types=["contacts"],
        remote_ids=[gone],
    )
    sync_runs.execute(run.id)
    assert synced.ids("contacts", RecordState.DELETED) == {gone}
    assert sync_runs.report(run)["steps"]["contacts"]["deleted"] == 1
