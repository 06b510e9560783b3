"""When a record that refetch requests name is read again. Pure.

At once, when it has not been read for a while. A record that keeps changing is read a second time when it has been
quiet for a moment, and after that seldom: the PSA allows few requests, and the last state is what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

REMEMBERED: Final = timedelta(minutes=1)
QUIET: Final = timedelta(seconds=1.5)
QUIET_WHEN_BUSY: Final = timedelta(seconds=10)


def due_at(first: datetime, last: datetime, reads: Sequence[datetime]) -> datetime:
    """Return when to read: `first` and `last` are the oldest and newest waiting request, `reads` recent reads."""
    recent = [read for read in reads if read > first - REMEMBERED]
    if not recent:
        return first
    quiet = last + (QUIET if len(recent) == 1 else QUIET_WHEN_BUSY)
    return min(quiet, max(recent) + REMEMBERED)
