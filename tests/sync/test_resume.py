"""However a worker dies, the run continues from its checkpoint and ends with exact counts."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.halo.client import HaloClient
from portal.models.sync import CountKind, RemoteList, SyncPage
from portal.sandbox import HaloVerbs
from portal.services.syncing import sync_runs
from portal.sync.lease import DURATION
from tests.halo_fixtures import PAGES, SIZES, Copy
from tests.sync.interruptions import FailingClient, Killed, OnPage, failing_client, on_page

__all__ = ["failing_client", "on_page"]

ALL_PAGES = sum(PAGES.values())


def page_requests(halo: HaloVerbs) -> Counter[tuple[str, str]]:
    """Return how often each page was requested."""
    lists = (entry for entry in halo.journal() if "page_size=1000" in entry["query"])
    return Counter((entry["kind"], entry["query"]) for entry in lists)


def assert_exact(report: dict[str, Any]) -> None:
    assert report["state"] == "succeeded", report["problem"]
    for counter in ("expected", "fetched", "created"):
        assert {name: step[counter] for name, step in report["steps"].items()} == SIZES


@pytest.mark.parametrize("pages", range(ALL_PAGES))
def test_a_run_interrupted_after_any_page_continues_after_it(
    pages: int, copy: Copy, failing_client: type[FailingClient]
) -> None:
    copy.halo.reset()
    run = copy.open()
    failing_client.pages = pages
    with pytest.raises(RuntimeError):
        sync_runs.execute(run.id)
    failing_client.pages = None
    sync_runs.execute(run.id)
    assert_exact(sync_runs.report(run))
    requested = page_requests(copy.halo)
    # Only what was in flight is requested twice: at most one page per type.
    twice = [kind for (kind, _), times in requested.items() if times > 1]
    assert len(requested) == ALL_PAGES
    assert len(twice) == len(set(twice)) <= pages
    assert max(requested.values()) <= 2
    assert SyncPage.select().count() == 0


def page_requests_of_run(copy: Copy, failing_client: type[FailingClient], pages: int | None) -> Counter[Any]:
    """Read 130 assets, supposedly in pages of 50, interrupted after so many. Returns how often each was requested."""
    RemoteList.delete().execute()
    RemoteList.create(
        integration=copy.integration, record_type="assets", total=130, page_size=50, count_kind=CountKind.TOTAL
    )
    copy.halo.reset(faults=False)
    run = copy.open("assets")
    failing_client.pages = pages
    with suppress(RuntimeError):
        sync_runs.execute(run.id)
    failing_client.pages = None
    if sync_runs.report(run)["state"] == "running":
        sync_runs.execute(run.id)
    assert sync_runs.report(run)["state"] == "succeeded"
    return page_requests(copy.halo)


@pytest.mark.parametrize("cap", [20, 30, 70])
def test_a_takeover_requests_nothing_again_even_if_pages_are_not_as_long_as_supposed(
    cap: int, copy: Copy, failing_client: type[FailingClient]
) -> None:
    copy.halo.turn(caps={"assets": cap})
    undisturbed = page_requests_of_run(copy, failing_client, None)
    for pages in range(1, undisturbed.total()):
        assert page_requests_of_run(copy, failing_client, pages) == undisturbed


def test_a_run_interrupted_after_a_reread_page_continues(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    # The supposed last page is read before the last one, and again at the end.
    copy.halo.turn(caps={"assets": 20})
    run = copy.open("assets")
    with monkeypatch.context() as broken:
        broken.setattr(HaloClient, "newest", break_off)
        with pytest.raises(RuntimeError):
            sync_runs.execute(run.id)
    assert max(page_requests(copy.halo).values()) == 2
    sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert (report["state"], report["steps"]["assets"]["created"]) == ("succeeded", SIZES["assets"])


def test_a_killed_worker_is_replaced_when_its_lease_expires(copy: Copy, on_page: OnPage) -> None:
    run = copy.open()

    def die() -> None:
        raise Killed

    on_page("assets", 2, die)
    with pytest.raises(Killed):
        sync_runs.execute(run.id)
    assert (sync_runs.report(run)["state"], sync_runs.claimable()) == ("running", [])
    later = clock.now() + DURATION + timedelta(seconds=1)
    with clock.using(lambda: later):
        assert sync_runs.claimable() == [run]
        sync_runs.execute(run.id)
    assert_exact(sync_runs.report(run))


def test_a_page_whose_transaction_fails_is_not_half_written(copy: Copy, on_page: OnPage) -> None:
    run = copy.open()

    def fail() -> None:
        raise RuntimeError("disk full")

    on_page("assets", 3, fail)  # the last page, which is read first
    with pytest.raises(RuntimeError):
        sync_runs.execute(run.id)
    assert copy.ids("assets") == set()
    assert sync_runs.report(run)["steps"]["assets"]["fetched"] == 0
    sync_runs.execute(run.id)
    assert_exact(sync_runs.report(run))


def test_five_crashes_at_one_page_fail_the_run_and_name_the_page(
    copy: Copy, failing_client: type[FailingClient]
) -> None:
    run = copy.open("assets")
    failing_client.pages = 1
    for _ in range(5):
        with pytest.raises(RuntimeError):
            sync_runs.execute(run.id)
        failing_client.pages = 0
    sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert (report["state"], report["problem"]) == (
        "failed",
        "The sync stopped unexpectedly 5 times at page 2 of assets.",
    )
    assert SyncPage.select().count() == 0
    assert len(copy.ids("assets")) == 30
    failing_client.pages = None
    assert copy.sync()["state"] == "succeeded"


def test_crashes_at_different_pages_do_not_add_up(copy: Copy, failing_client: type[FailingClient]) -> None:
    copy.halo.turn(caps={"assets": 10})
    run = copy.open("assets")
    for _ in range(8):
        failing_client.pages = 1
        with suppress(RuntimeError):
            sync_runs.execute(run.id)
    failing_client.pages = None
    sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert (report["state"], report["steps"]["assets"]["created"]) == ("succeeded", SIZES["assets"])
