"""Requests other than pages also spread over budget windows, and none is repeated."""

from __future__ import annotations

from collections import Counter

from portal.models.records import RecordState
from portal.models.sync import RemoteList
from tests.halo_fixtures import SIZES, Copy
from tests.sync.windows import sync_by_windows


def single_requests(copy: Copy) -> Counter[str]:
    """Return how often each single record was requested."""
    paths = (entry["path"] for entry in copy.halo.journal())
    return Counter(path for path in paths if path.rpartition("/")[2].isdigit())


def test_missing_records_beyond_one_budget_window_are_requested_once_each(synced: Copy) -> None:
    gone = synced.halo.delete("assets", sorted(synced.ids("assets"))[3:15])
    synced.halo.reset(faults=False)
    report, _ = sync_by_windows(synced, "assets", quota=10)
    assert report["state"] == "succeeded"
    assert synced.ids("assets", RecordState.DELETED) == set(gone)
    requested = single_requests(synced)
    assert {path for path in requested if "/asset/" in path.lower()} == {f"/api/Asset/{number}" for number in gone}
    assert set(requested.values()) == {1}


def test_a_probe_that_exceeds_every_budget_window_ends_no_sync(copy: Copy) -> None:
    copy.halo.turn(local_dates={"assets": -5})
    report, _ = sync_by_windows(copy, "assets", quota=6)
    assert report["state"] == "succeeded"
    assert len(copy.ids("assets")) == SIZES["assets"]
    assert RemoteList.get(RemoteList.record_type == "assets").probed_at is None
    copy.sync("assets")  # the next one tries again


def test_missed_records_that_never_arrive_are_requested_once_each(synced: Copy) -> None:
    synced.halo.turn(caps={"assets": 20})
    synced.halo.fault("repeated_page", on="assets", page=3, times=None)
    synced.halo.fault("bad_ids", on="/api/asset/*", times=None)
    synced.halo.reset(faults=False)
    report, _ = sync_by_windows(synced, "assets", quota=10)
    assert report["problem"].startswith("Halo lists assets ")
    assert report["problem"].endswith(" and 10 more, but doesn't return them.")
    requested = single_requests(synced)
    assert len(requested) == 20
    assert set(requested.values()) == {1}
