"""For how long the syncs of the last day were held up by the request limit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
# A run that sends this part of what the limit allows is held up by it, and not by a slow PSA.
HELD_UP: Final = 0.8


@dataclass(frozen=True)
class RunUse:
    """A run's time and its number of requests."""

    started_at: datetime
    ended_at: datetime
    requests: int


def held_up(runs: Iterable[RunUse], quota: int, window: timedelta, now: datetime) -> timedelta:
    """Return for how long runs used what `quota` requests per `window` allow, in the last day.

    A run shorter than two windows may use up what was left over from quiet times, so it doesn't count.
    """
    total = timedelta()
    for run in runs:
        length = run.ended_at - run.started_at
        if length >= 2 * window and run.requests >= HELD_UP * quota * (length / window):
            total += max(timedelta(), run.ended_at - max(run.started_at, now - DAY))
    return total
