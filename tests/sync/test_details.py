"""Details of incomplete rows are fetched once, however small the budget and whenever a worker is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from portal.halo.client import HaloClient
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.row_details import RowDetail
from portal.models.sync import SyncRun
from portal.services.syncing import filter_changes, sync_runs
from portal.services.syncing.run_endings import MOST_WAITS
from portal.services.webhooks import refetches
from portal.sync.details import MAX_AGE_DAYS, SPREAD_DAYS
from portal.sync.filters import Filters
from portal.sync.lease import DURATION
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import Killed
from tests.sync.refetches import later
from tests.sync.windows import sync_by_windows
from tests.telling import about, results, tell

WANTED = 3  # a relationship that some clients have


@pytest.fixture
def thin(copy: Copy) -> Copy:
    """Filter by relationship, with a client list that lacks relationships."""
    copy.halo.fault("thin_rows", on="/api/client", times=None)
    filter_changes.change(copy.integration, list(SIZES), Filters(relationships=frozenset({WANTED})), None)
    copy.halo.reset(faults=False)
    return copy


@pytest.fixture
def read_once(thin: Copy) -> Copy:
    assert thin.sync("clients")["state"] == "succeeded"
    assert set(detail_requests(thin).values()) == {1}
    thin.halo.reset(faults=False)
    return thin


def detail_requests(copy: Copy) -> Counter[int]:
    """Return how often the details of each client were requested."""
    paths = (entry["path"].lower() for entry in copy.halo.journal(kind="clients"))
    return Counter(int(path.rpartition("/")[2]) for path in paths if path != "/api/client")


def everyone(copy: Copy) -> set[int]:
    truth = copy.halo.truth("clients", ids=True)
    return {*truth["active_ids"], *truth["inactive_ids"]}


def wanted(copy: Copy) -> set[int]:
    """Return Halo's clients that have the relationship."""
    truth = copy.halo.truth("clients", ids=True)
    rows = [copy.halo.record("clients", each)["row"] for each in truth["active_ids"] + truth["inactive_ids"]]
    return {row["id"] for row in rows if WANTED in {each["id"] for each in row["customer_relationship"]}}


def relate(copy: Copy, number: int, relationship: int) -> None:
    fields = {"customer_relationship": [{"id": relationship, "name": "Edited"}]}
    copy.halo.change("clients", [number], fields=fields)


def test_details_beyond_one_budget_window_arrive_window_by_window(thin: Copy) -> None:
    report, windows = sync_by_windows(thin, "clients", quota=10)
    assert report["state"] == "succeeded"
    assert detail_requests(thin) == Counter(everyone(thin))
    assert thin.ids("clients") == wanted(thin)
    assert windows <= 5  # 25 clients, and a token and the page in each window of nine requests
    assert report["requests"] == thin.halo.counts()["total"]


def test_each_detail_counts_as_progress_so_waits_never_fail_the_run(thin: Copy) -> None:
    Integration.update(quota=10).execute()
    with later(hours=1):
        run = thin.open("clients")
        SyncRun.update(waits=MOST_WAITS - 1).where(SyncRun.id == run.id).execute()
        sync_runs.execute(run.id)
    assert SyncRun.get_by_id(run.id).waits == 1


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Kill the worker after so many details, while the list is not empty."""
    left: list[int] = []
    read = HaloClient.record

    def record(self: HaloClient, *requested: Any) -> Any:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return read(self, *requested)

    monkeypatch.setattr(HaloClient, "record", record)
    yield left
    left.clear()


@pytest.mark.parametrize("paid", [0, 1, 11, 24])
def test_a_kill_repeats_at_most_the_detail_in_flight(paid: int, thin: Copy, killed_after: list[int]) -> None:
    run = thin.open("clients")
    killed_after.append(paid)
    with pytest.raises(Killed):
        sync_runs.execute(run.id)
    assert RowDetail.select().count() == paid
    killed_after.clear()
    with later(seconds=DURATION.total_seconds() + 1):
        sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"
    assert set(detail_requests(thin).values()) == {1}
    assert thin.ids("clients") == wanted(thin)


def test_a_full_sync_fetches_no_details_again_for_unchanged_list_rows(read_once: Copy) -> None:
    kept = read_once.ids("clients")
    for _ in range(2):
        assert read_once.sync("clients")["state"] == "succeeded"
    assert detail_requests(read_once) == {}
    assert read_once.ids("clients") == kept == wanted(read_once)


def test_only_changed_rows_have_their_details_fetched_again(read_once: Copy) -> None:
    number = min(everyone(read_once) - wanted(read_once))
    read_once.halo.change("clients", [number])
    relate(read_once, number, WANTED)
    read_once.sync("clients")
    assert detail_requests(read_once) == {number: 1}
    assert number in read_once.ids("clients")


def test_a_row_that_differs_only_in_computed_keys_is_unchanged(read_once: Copy) -> None:
    read_once.halo.turn(flickers=["computed"])
    read_once.sync("clients")
    assert detail_requests(read_once) == {}


def test_changing_a_filter_fetches_no_details_again(read_once: Copy) -> None:
    filter_changes.change(read_once.integration, list(SIZES), Filters(relationships=frozenset({WANTED, 1})), None)
    read_once.halo.reset(faults=False)
    read_once.sync("clients")
    assert detail_requests(read_once) == {}


@pytest.mark.parametrize("comes", [True, False])
def test_details_from_a_refetch_are_used_by_the_next_full_sync(
    comes: bool,  # noqa: FBT001  # a case
    read_once: Copy,
) -> None:
    number = min(everyone(read_once) - wanted(read_once)) if comes else min(wanted(read_once))
    relate(read_once, number, WANTED if comes else WANTED + 1)
    tell(read_once.integration, about("clients", number))
    with later(minutes=1):
        refetches.execute(read_once.integration.id)
    assert results() == [("done", "created" if comes else "filtered_out")]
    read_once.halo.reset(faults=False)
    with later(minutes=2):
        read_once.sync("clients")
    assert detail_requests(read_once) == {}
    assert (number in read_once.ids("clients")) is comes
    assert (number in read_once.ids("clients", RecordState.OUT_OF_SCOPE)) is not comes


def test_details_that_do_not_exist_are_requested_once_per_sync(thin: Copy) -> None:
    thin.halo.fault("status", status=404, on="/api/client/12", times=None)
    sync_by_windows(thin, "clients", quota=10)
    assert detail_requests(thin)[12] == 1
    Integration.update(quota=None).execute()
    thin.halo.reset(faults=False)
    with later(days=1):
        thin.sync("clients")
    assert detail_requests(thin) == {12: 1}


def test_if_rows_carry_no_update_time_saved_details_expire(read_once: Copy) -> None:
    requested: Counter[int] = Counter()
    for days in range(MAX_AGE_DAYS + SPREAD_DAYS):
        with later(days=days + 0.5):
            read_once.sync("clients")
        today = detail_requests(read_once)
        assert len(today) <= 4  # never all of them in one night
        requested += today
        read_once.halo.reset(faults=False)
    assert requested == Counter(everyone(read_once))


def test_details_of_unlisted_records_are_removed(read_once: Copy) -> None:
    number = min(everyone(read_once) - wanted(read_once))
    read_once.halo.delete("clients", [number])
    read_once.sync("clients")
    kept = {each.remote_id for each in RowDetail.select()}
    assert kept == everyone(read_once)
