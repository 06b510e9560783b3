"""Waiting for a condition, with a limit, instead of sleeping and hoping."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

LIMIT_SECONDS = 60.0


def until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as the condition holds; fail, saying what was missed, when it never does."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123  # vanishes while we look
        return stat.read().rpartition(")")[2].split()[0] != "Z"
