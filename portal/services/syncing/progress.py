"""The progress of a run and its remaining time, calculated from counters. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.models.sync import StepState

# Before this many seconds, the measured speed varies too much.
SETTLING_SECONDS: Final = 5


@dataclass(frozen=True)
class Part:
    """A step in numbers. `expected` is None until the PSA has reported its count."""

    state: StepState
    expected: int | None
    fetched: int

    @property
    def is_open(self) -> bool:
        return self.state in (StepState.PENDING, StepState.RUNNING)

    @property
    def share(self) -> float | None:
        """Return the share that is done, 0 to 1; None if unknown."""
        if not self.is_open:
            return 1.0
        if self.state == StepState.PENDING:
            return 0.0
        if self.expected is None:
            return None
        return min(self.fetched / self.expected, 1.0) if self.expected else 1.0


def percent(parts: Sequence[Part]) -> int | None:
    """Return the run's progress in percent: by records if all counts are known, otherwise by steps."""
    if not parts:
        return None
    if all(part.expected is not None for part in parts):
        expected = sum(part.expected or 0 for part in parts)
        done = sum((part.expected or 0) if not part.is_open else part.fetched for part in parts)
        return min(int(100 * done / expected), 100) if expected else 100
    return int(100 * sum(part.share or 0 for part in parts) / len(parts))


def seconds_left(part: Part, started_at: datetime | None, now: datetime) -> float | None:
    """Return the remaining time of a running step at its speed so far; None if that would be a guess."""
    if part.state != StepState.RUNNING or started_at is None or not part.expected or not part.fetched:
        return None
    seconds = (now - started_at).total_seconds()
    if seconds < SETTLING_SECONDS:
        return None
    return max(part.expected - part.fetched, 0) * seconds / part.fetched
