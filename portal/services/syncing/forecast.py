"""How long a sync will take, calculated from the counts of the last connection test and the allowed pace. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.psa.diagnosis import Access, ListAccess

DAY_SECONDS: Final = 24 * 3600
# Seconds that a list request takes.
SECONDS_PER_REQUEST: Final = 0.4
# A token request, and at most one page per type more than the records need.
FIXED_REQUESTS: Final = 1


@dataclass(frozen=True)
class Pace:
    """The PSA allows `quota` requests per window. The sync may make `by_hour` of them, for each hour of the day.

    `second` is the second of the day when the sync starts. `is_limited` is true if limit settings slow it down then.
    """

    quota: int
    window_seconds: int
    by_hour: tuple[int, ...]
    second: int = 0
    is_limited: bool = False

    def allowed(self, seconds: float = 0) -> int:
        """Return the number of requests allowed in the window that starts in this many seconds."""
        return self.by_hour[int(self.second + seconds) % DAY_SECONDS // 3600]


@dataclass(frozen=True)
class TypeForecast:
    """`records` is how many will be read, `filtered_out` how many of them the filter will exclude at least."""

    records: int
    filtered_out: int
    requests: int
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """`seconds` is the longer of the response time and the time that the pace allows.

    `is_least` is true if the PSA does not count some of the lists, so that it may take longer.
    """

    types: dict[str, TypeForecast]
    records: int
    filtered_out: int
    requests: int
    seconds: float
    pace: Pace
    is_least: bool = False


def forecast(
    lists: Mapping[str, ListAccess], chosen: list[str], pace: Pace, *, active_only: bool, single_requests: int = 0
) -> Forecast:
    """Add up the chosen types, and `single_requests` for single records. Types that were refused or not counted add
    nothing.
    """
    types = {
        each: _of_type(each, lists, active_only=active_only)
        for each in chosen
        if each in lists and lists[each].access in {Access.GRANTED, Access.EMPTY}
    }
    requests = FIXED_REQUESTS + single_requests + sum(each.requests for each in types.values())
    return Forecast(
        types=types,
        records=sum(each.records for each in types.values()),
        filtered_out=sum(each.filtered_out for each in types.values()),
        requests=requests,
        seconds=max(_answering(requests), _waiting(requests, pace)),
        pace=pace,
        is_least=any(lists[each].is_uncounted for each in types),
    )


def _of_type(record_type: str, lists: Mapping[str, ListAccess], *, active_only: bool) -> TypeForecast:
    seen = lists[record_type]
    requests = max(1, -(-seen.total // seen.page_size))
    if seen.is_per_client and "clients" in lists:
        clients = lists["clients"]
        requests = max(1, clients.total - (clients.inactive if active_only else 0))
    if seen.has_details:
        requests += seen.total
    filtered_out = seen.inactive if active_only and record_type == "clients" else 0
    return TypeForecast(seen.total, filtered_out, requests, _answering(requests))


def _answering(requests: int) -> float:
    return requests * SECONDS_PER_REQUEST


def _waiting(requests: int, pace: Pace) -> float:
    """Return the seconds until the last request fits into the rolling window. The first window starts empty."""
    windows_a_day = max(1, DAY_SECONDS // pace.window_seconds)
    a_day = sum(pace.allowed(each * pace.window_seconds) for each in range(windows_a_day))
    days, left = divmod(requests - 1, a_day)
    windows = days * windows_a_day
    while (left := left - pace.allowed(windows * pace.window_seconds)) >= 0:
        windows += 1
    return float(windows * pace.window_seconds)
