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
    """A step in numbers. `expected` is None until the PSA has reported its count.

    `calls_expected` is set if the step also needs a call per client or record, of which `calls_done` were made.
    """

    state: StepState
    expected: int | None
    fetched: int
    calls_expected: int | None = None
    calls_done: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in (StepState.PENDING, StepState.RUNNING)

    @property
    def total(self) -> int | None:
        """Return the size of the whole step: records and calls. None if unknown."""
        if self.expected is None and self.calls_expected is None:
            return None
        return (self.expected or 0) + (self.calls_expected or 0)

    @property
    def done(self) -> int:
        return (self.fetched if self.expected is not None else 0) + self.calls_done

    @property
    def share(self) -> float | None:
        """Return the share that is done, 0 to 1; None if unknown."""
        if not self.is_open:
            return 1.0
        if self.state == StepState.PENDING:
            return 0.0
        if self.total is None:
            return None
        return min(self.done / self.total, 1.0) if self.total else 1.0


def percent(parts: Sequence[Part]) -> int | None:
    """Return the run's progress in percent: by records and calls if all counts are known, otherwise by steps."""
    if not parts:
        return None
    if all(part.total is not None for part in parts):
        total = sum(part.total or 0 for part in parts)
        done = sum((part.total or 0) if not part.is_open else part.done for part in parts)
        return min(int(100 * done / total), 100) if total else 100
    return int(100 * sum(part.share or 0 for part in parts) / len(parts))


def seconds_left(part: Part, started_at: datetime | None, now: datetime) -> float | None:
    """Return the remaining time of a running step at its speed so far; None if that would be a guess."""
    if part.state != StepState.RUNNING or started_at is None or not part.total or not part.done:
        return None
    seconds = (now - started_at).total_seconds()
    if seconds < SETTLING_SECONDS:
        return None
    return max(part.total - part.done, 0) * seconds / part.done


def run_seconds_left(parts: Sequence[Part], started_at: datetime | None, now: datetime) -> float | None:
    """Return the remaining time of a run at its speed so far; None if that would be a guess."""
    if started_at is None or any(part.total is None for part in parts):
        return None
    seconds, total = (now - started_at).total_seconds(), sum(part.total or 0 for part in parts)
    done = sum((part.total or 0) if not part.is_open else min(part.done, part.total or 0) for part in parts)
    if seconds < SETTLING_SECONDS or not done:
        return None
    return (total - done) * seconds / done
