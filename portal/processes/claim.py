"""Allows one portal per data directory: two would conflict over its Valkey and its keys."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.errors import Conflict


@contextmanager
def claimed(data_dir: Path) -> Iterator[None]:
    """Create the directory if necessary and lock it for the block. Raises Conflict if another portal uses it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "portal.lock").open("w") as lock:
        try:
            # The kernel releases the lock when the process ends, so a crash leaves no stale lock behind.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"A portal is already running on {data_dir}.",
                "Stop it first, or set PORTAL_DATA_DIR to another folder.",
            ) from error
        yield
