"""The forecast: how many requests, how long, and what the filter leaves out."""

from __future__ import annotations

import pytest

from portal.psa.diagnosis import Access, ListAccess
from portal.services.syncing.forecast import DAY_SECONDS, SECONDS_PER_REQUEST, Pace, forecast

QUOTA, WINDOW_SECONDS = 700, 300
USUAL = Pace(QUOTA, WINDOW_SECONDS, by_hour=(QUOTA,) * 24)


def granted(total: int, page_size: int = 100, inactive: int = 0) -> ListAccess:
    return ListAccess(Access.GRANTED, total=total, inactive=inactive, page_size=page_size)


@pytest.mark.parametrize(
    ("total", "page_size", "requests"), [(1, 100, 1), (100, 100, 1), (101, 100, 2), (1000, 1000, 1), (1000, 50, 20)]
)
def test_each_started_page_of_the_granted_size_is_a_request(total: int, page_size: int, requests: int) -> None:
    found = forecast({"assets": granted(total, page_size)}, ["assets"], USUAL, active_only=False)
    assert found.types["assets"].requests == requests


def test_an_empty_list_takes_one_request() -> None:
    found = forecast({"sites": ListAccess(Access.EMPTY)}, ["sites"], USUAL, active_only=False)
    assert (found.records, found.types["sites"].requests) == (0, 1)


@pytest.mark.parametrize("access", [Access.REFUSED, Access.UNKNOWN])
def test_an_unread_list_adds_nothing(access: Access) -> None:
    found = forecast({"assets": ListAccess(access)}, ["assets"], USUAL, active_only=False)
    assert found.types == {}


def test_a_type_that_is_not_chosen_costs_nothing() -> None:
    lists = {"clients": granted(10), "assets": granted(5000, 50)}
    assert set(forecast(lists, ["clients"], USUAL, active_only=False).types) == {"clients"}


def test_active_clients_only_leaves_out_the_inactive_ones_and_reads_as_much() -> None:
    lists = {"clients": granted(60, inactive=5), "sites": granted(90)}
    everything = forecast(lists, ["clients", "sites"], USUAL, active_only=False)
    active = forecast(lists, ["clients", "sites"], USUAL, active_only=True)
    assert (everything.filtered_out, active.filtered_out) == (0, 5)
    assert (everything.requests, everything.records) == (active.requests, active.records)


def test_within_the_quota_the_answers_decide_how_long_it_takes() -> None:
    found = forecast({"assets": granted(1000)}, ["assets"], USUAL, active_only=False)
    assert found.seconds == found.requests * SECONDS_PER_REQUEST


def test_beyond_the_quota_the_rolling_window_decides() -> None:
    found = forecast({"assets": granted(100 * 3 * QUOTA)}, ["assets"], USUAL, active_only=False)
    assert found.seconds == 3 * WINDOW_SECONDS


def beyond(requests: int, pace: Pace) -> float:
    found = forecast({"assets": granted(100 * (requests - 1))}, ["assets"], pace, active_only=False)
    assert found.requests == requests
    return found.seconds


@pytest.mark.parametrize(("share", "windows"), [(350, 5), (175, 11), (7, 299)])
def test_a_smaller_share_of_the_quota_takes_longer(share: int, windows: int) -> None:
    assert beyond(2100, Pace(QUOTA, WINDOW_SECONDS, by_hour=(share,) * 24)) == windows * WINDOW_SECONDS


def test_a_larger_quota_takes_less_time() -> None:
    assert beyond(14001, Pace(3000, WINDOW_SECONDS, by_hour=(3000,) * 24)) < beyond(14001, USUAL)


def test_quiet_hours_count_from_when_they_begin_to_when_they_end() -> None:
    # From 23:50: two windows of 100 before midnight, then 12 of 10 in the quiet hour, then 100 again.
    pace = Pace(QUOTA, WINDOW_SECONDS, by_hour=(10, *(100,) * 23), second=DAY_SECONDS - 600)
    assert beyond(200, pace) == WINDOW_SECONDS
    assert beyond(321, pace) == 14 * WINDOW_SECONDS
    assert beyond(320, pace) == 13 * WINDOW_SECONDS


def test_a_sync_of_many_days_is_added_up_as_well() -> None:
    pace = Pace(QUOTA, WINDOW_SECONDS, by_hour=(1,) * 24)
    assert beyond(10 * 288 + 1, pace) == 10 * DAY_SECONDS


def test_lists_that_halo_does_not_count_make_it_the_least_that_it_takes() -> None:
    uncounted = ListAccess(Access.GRANTED, total=1, page_size=1000)
    assert forecast({"sites": uncounted}, ["sites"], USUAL, active_only=False).is_least
    assert not forecast(
        {"sites": ListAccess(Access.GRANTED, total=1, counted=True)}, ["sites"], USUAL, active_only=False
    ).is_least
