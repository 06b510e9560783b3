"""Decides when to refetch a record. Pure.

A record that was not read recently is refetched at once. One that keeps changing is refetched a second time after a
quiet moment, and seldom after that: requests are scarce, and only its last state counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

REMEMBERED: Final = timedelta(minutes=1)
QUIET: Final = timedelta(seconds=1.5)
QUIET_WHEN_BUSY: Final = timedelta(seconds=10)


def due_at(first: datetime, last: datetime, reads: Sequence[datetime]) -> datetime:
    """Return when to refetch. `first` and `last` are the times of the oldest and newest pending request."""
    recent = [read for read in reads if read > first - REMEMBERED]
    if not recent:
        return first
    quiet = last + (QUIET if len(recent) == 1 else QUIET_WHEN_BUSY)
    return min(quiet, max(recent) + REMEMBERED)
