"""How long a sync will take: pure arithmetic over what the last connection test has counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.psa.diagnosis import Access, ListAccess

# The last known quota of a Halo tenant (halo-api.md section 5), and what a list call takes there.
QUOTA: Final = 700
WINDOW_SECONDS: Final = 300.0
SECONDS_PER_REQUEST: Final = 0.4
# A token, and for each type at most one page more than the records need.
FIXED_REQUESTS: Final = 1


@dataclass(frozen=True)
class TypeForecast:
    """`records` is how many will be read; `left_out` how many of them the filter will leave out at least."""

    records: int
    left_out: int
    requests: int
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """`seconds` is the longer of two: what the answers take, and what the quota per window allows.

    `is_least` says that Halo does not count some of the lists.
    """

    types: dict[str, TypeForecast]
    records: int
    left_out: int
    requests: int
    seconds: float
    is_least: bool = False
    quota: int = QUOTA
    window_minutes: int = int(WINDOW_SECONDS // 60)


def forecast(lists: Mapping[str, ListAccess], chosen: list[str], *, active_only: bool) -> Forecast:
    """Add up the chosen types. Types that were refused or not counted add nothing."""
    types = {
        each: _of_type(each, lists[each], active_only=active_only)
        for each in chosen
        if each in lists and lists[each].access in {Access.GRANTED, Access.EMPTY}
    }
    requests = FIXED_REQUESTS + sum(each.requests for each in types.values())
    return Forecast(
        types=types,
        records=sum(each.records for each in types.values()),
        left_out=sum(each.left_out for each in types.values()),
        requests=requests,
        seconds=max(_answering(requests), _waiting(requests)),
        is_least=any(lists[each].is_uncounted for each in types),
    )


def _of_type(record_type: str, seen: ListAccess, *, active_only: bool) -> TypeForecast:
    requests = max(1, -(-seen.total // seen.page_size))
    left_out = seen.inactive if active_only and record_type == "clients" else 0
    return TypeForecast(seen.total, left_out, requests, _answering(requests))


def _answering(requests: int) -> float:
    return requests * SECONDS_PER_REQUEST


def _waiting(requests: int) -> float:
    """Count the seconds after which the last request fits into the rolling window; the first window is free."""
    return (requests - 1) // QUOTA * WINDOW_SECONDS
