"""Putting the records of disabled record types out of scope, in slices between other work."""

from __future__ import annotations

from functools import partial
from typing import Final

from portal import clock
from portal.services.operations.isolation import Isolation
from portal.sync import retirement

DUTY: Final = "put records out of scope"
# Then the scheduler's other duties get a turn.
SLICE_SECONDS: Final = 0.5
# Between batches, other writers get a turn.
PAUSE_SECONDS: Final = 0.005


def retire(isolation: Isolation | None = None) -> None:
    """Continue retiring records for a moment, one batch per integration in turn."""
    isolation, until = isolation or Isolation(), clock.monotonic() + SLICE_SECONDS
    waiting = retirement.waiting()
    while waiting and clock.monotonic() < until:
        waiting = [
            each
            for each in waiting
            if isolation.attempt(DUTY, partial(retirement.retire_batch, each), integration_id=each)
        ]
        clock.sleep(PAUSE_SECONDS)
