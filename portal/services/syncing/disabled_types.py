"""Putting the records of record types that were switched off out of scope, in slices between other work."""

from __future__ import annotations

from functools import partial
from typing import Final

from portal import clock
from portal.services.operations.isolation import Isolation
from portal.sync import retirement

DUTY: Final = "put records out of scope"
# Then it is the scheduler's other duties' turn.
SLICE_SECONDS: Final = 0.5
# Between two batches, whoever else wants to write gets a turn.
PAUSE_SECONDS: Final = 0.005


def retire(isolation: Isolation | None = None) -> None:
    """Go on for a moment with what was asked for, a batch for each integration in turn."""
    isolation, until = isolation or Isolation(), clock.monotonic() + SLICE_SECONDS
    waiting = retirement.waiting()
    while waiting and clock.monotonic() < until:
        waiting = [
            each
            for each in waiting
            if isolation.attempt(DUTY, partial(retirement.retire_batch, each), integration_id=each)
        ]
        clock.sleep(PAUSE_SECONDS)
