"""Many people who open the Sync Filters tab at once while Halo is slow: one of them waits, the others do not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal import clock, db
from portal.halo import lookups
from portal.models.integrations import Integration
from portal.services.connecting import filter_choices
from portal.services.connecting.filter_choices import STILL_ASKING, Choices
from portal.services.connecting.single_flight import SingleFlightCache
from tests.halo_fixtures import Copy
from tests.processes.waiting import until


def in_a_thread(work: Callable[[], Any]) -> Any:
    def connected() -> Any:
        with db.connected():
            return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(connected).result(30)


def test_while_one_page_asks_a_slow_halo_the_others_get_what_is_known(gathered: Copy) -> None:
    gathered.halo.reset()
    gathered.halo.fault("hold", on="token", times=None)
    one = Integration.get_by_id(gathered.integration.id)
    with ThreadPoolExecutor(1) as pool:

        def first() -> Choices:
            with db.connected():
                return filter_choices.of(one)

        asking = pool.submit(first)
        until(lambda: gathered.halo.counts()["total"] == 1, "the first page to ask for a token")
        others = [in_a_thread(lambda: filter_choices.of(one)) for _ in range(20)]
        assert not asking.done()
        assert {each.problem for each in others} == {STILL_ASKING}
        assert set(others[0].lists["product_groups"]) == {5, 6, 7, 8}  # what the copy names
        assert gathered.halo.counts()["total"] == 1
        gathered.halo.clear_faults()
        assert asking.result(30).problem == ""
    assert filter_choices.of(one).problem == ""
    assert gathered.halo.counts()["by_kind"]["token"] == 1


def test_all_lists_of_a_page_are_asked_for_with_one_token(copy: Copy) -> None:
    copy.halo.reset()
    filter_choices.of(copy.integration)
    counts = copy.halo.counts()
    assert (counts["by_kind"]["token"], counts["total"]) == (1, 1 + len(lookups.LOOKUPS))


def test_without_a_token_no_list_is_asked_for_and_none_again_for_a_minute(copy: Copy) -> None:
    copy.halo.fault("status", status=503, on="token", times=None)
    for _ in range(3):
        assert filter_choices.of(copy.integration).problem
    copy.halo.clear_faults()
    assert copy.halo.counts()["by_kind"].get("lookup", 0) == 0
    assert filter_choices.of(copy.integration).problem


@pytest.mark.parametrize("on", ["token", "lookup"])
def test_one_limit_of_time_covers_the_token_and_all_lists(
    on: str, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_choices, "SECONDS", 0.5)
    copy.halo.reset()
    copy.halo.fault("hold", on=on, times=None)
    began = clock.monotonic()
    try:
        assert "didn't respond in time" in filter_choices.of(copy.integration).problem
    finally:
        copy.halo.clear_faults()
    assert clock.monotonic() - began < 5
    assert copy.halo.counts()["by_kind"].get("lookup", 0) == (1 if on == "lookup" else 0)


def test_what_is_kept_is_forgotten_an_hour_after_it_has_counted() -> None:
    kept, now = SingleFlightCache[int](), clock.now()
    with clock.using(lambda: now):
        kept.store("old", 1, filter_choices.KEPT)
    with clock.using(lambda: now + filter_choices.KEPT):
        assert (kept.fresh("old"), kept.last("old")) == (None, 1)
    with clock.using(lambda: now + 100 * filter_choices.KEPT):
        kept.store("new", 2, filter_choices.KEPT)
        assert (kept.last("old"), kept.fresh("new")) == (None, 2)


def test_only_one_thread_at_a_time_gets_a_value() -> None:
    kept = SingleFlightCache[int]()
    with kept.exclusive("a") as first:
        assert first
        with kept.exclusive("a") as second, kept.exclusive("b") as other:
            assert (second, other) == (False, True)
    with kept.exclusive("a") as again:
        assert again
