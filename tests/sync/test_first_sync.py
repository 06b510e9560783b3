"""From a simulated Halo into the database: the first sync, the second, and syncs after changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.records import Record, RecordState
from portal.models.sync import RemoteList, SyncPage
from tests.halo_fixtures import PAGES, SIZES, Copy, connected


def test_all_records_of_halo_arrive(copy: Copy) -> None:
    report = copy.sync()
    assert report["state"] == "succeeded"
    for record_type, size in SIZES.items():
        step = report["steps"][record_type]
        assert (step["expected"], step["fetched"], step["created"]) == (size, size, size)
        truth = copy.halo.truth(record_type, digests=True)
        assert copy.digests(record_type) == truth["digests"]
    assert SyncPage.select().count() == 0


def test_a_sync_makes_no_more_requests_than_needed(copy: Copy) -> None:
    report = copy.sync()
    counts = copy.halo.counts()
    # Lists of several pages that may filter by date: find a record's update time, and probe the filter.
    tried = {"assets": 2, "opportunities": 1}
    assert counts["by_kind"] == {"token": 1, **{name: pages + tried.get(name, 0) for name, pages in PAGES.items()}}
    assert counts["violations"] == 0
    assert report["requests"] == counts["total"]
    assert sum(step["requests"] for step in report["steps"].values()) == counts["total"]


def test_the_log_covers_the_run_its_steps_and_their_pages(copy: Copy) -> None:
    copy.sync("clients")
    assert copy.logged()[-4:] == [
        "Sync started by a user: clients.",
        "Page 1: 25 clients read.",
        "25 clients read: 25 created, 0 updated.",
        "Sync completed.",
    ]


def test_a_second_sync_writes_no_record(synced: Copy) -> None:
    before = synced.written()
    later = clock.now() + timedelta(hours=1)
    with clock.using(lambda: later):
        report = synced.sync()
    assert synced.written() == before
    for record_type, size in SIZES.items():
        step = report["steps"][record_type]
        assert (step["unchanged"], step["created"], step["updated"], step["deleted"]) == (size, 0, 0, 0)


def test_a_sync_after_changes_writes_only_the_changes(synced: Copy) -> None:
    halo = synced.halo
    changed = {("contacts", each) for each in halo.change("contacts", count=4)}
    changed |= {("products", each) for each in halo.create("products", 2)}
    changed |= {("clients", each) for each in halo.deactivate("clients", count=1)}
    changed |= {("assets", each) for each in halo.delete("assets", count=3)}
    later = clock.now() + timedelta(hours=1)
    with clock.using(lambda: later):
        report = synced.sync()
    written = {(row[0], row[1]) for row in synced.written() if row[4] == later}
    assert written == changed
    steps = report["steps"]
    assert (steps["contacts"]["updated"], steps["products"]["created"], steps["assets"]["deleted"]) == (4, 2, 3)
    for record_type in SIZES:
        assert synced.digests(record_type) == halo.truth(record_type, digests=True)["digests"]


def test_a_deleted_record_is_kept_as_a_tombstone_and_can_return(synced: Copy) -> None:
    (gone,) = synced.halo.delete("contacts", count=1)
    first_seen = Record.get(record_type="contacts", remote_id=gone).first_seen_at
    assert synced.sync("contacts")["steps"]["contacts"]["deleted"] == 1
    assert synced.ids("contacts", RecordState.DELETED) == {gone}
    assert synced.sync("contacts")["steps"]["contacts"]["deleted"] == 0

    synced.halo.create("contacts", ids=[gone])
    step = synced.sync("contacts")["steps"]["contacts"]
    assert (step["created"], step["updated"]) == (0, 1)
    assert gone in synced.ids("contacts")
    assert Record.get(record_type="contacts", remote_id=gone).first_seen_at == first_seen


def test_only_enabled_types_are_requested(copy: Copy) -> None:
    report = copy.sync("clients", "products")
    assert list(report["steps"]) == ["clients", "products"]
    assert copy.halo.counts()["by_kind"].keys() == {"token", "clients", "products"}


@pytest.mark.parametrize("quirk", ["text_ids", "odd_dates", "wrong_types", "nul_bytes", "huge_strings"])
def test_odd_rows_are_still_copied(quirk: str, copy: Copy) -> None:
    copy.halo.fault(quirk, times=None)
    report = copy.sync()
    assert report["state"] == "succeeded"
    assert {name: step["created"] for name, step in report["steps"].items()} == SIZES


def test_two_accounts_copies_are_separate(synced: Copy) -> None:
    other = connected(Account.create(name="Other MSP", enabled_psas=["halo"]), synced.halo)
    before = synced.written()
    other.sync("clients")
    assert len(other.ids("clients")) == len(synced.ids("clients")) == SIZES["clients"]
    assert [row for row in synced.written() if row in before] == before


def test_the_granted_page_size_is_saved_and_a_change_is_logged(synced: Copy) -> None:
    known = {each.record_type: each.page_size for each in RemoteList.select()}
    assert (known["assets"], known["contacts"]) == (50, 1000)
    synced.halo.turn(caps={"assets": 20})
    synced.sync("assets")
    assert RemoteList.get(RemoteList.record_type == "assets").page_size == 20
    assert "Halo now sends 20 assets per page; before, it was 50." in synced.logged(subject="step")
