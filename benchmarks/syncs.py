"""Measure first and unchanged syncs of one sandbox Halo, the bare loop and the portal by turns."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import bare_loop, portal_sync
from portal import db
from portal.sandbox.process import spawned


def measure(records: int, rounds: int) -> None:
    """Print records per second of both, and the ratio of each round's two."""
    with tempfile.TemporaryDirectory() as folder, spawned("--records", str(records), "--quota", "0") as halo:
        login = halo.credentials()
        access = (halo.url, login.client_id, login.client_secret)
        bare_loop.sync(*access, Path(folder) / "warm-up.sqlite3")
        speeds = [_round(access) for _ in range(rounds)]
        violations = halo.counts()["violations"]
    _print(records, speeds, violations)


def _round(access: tuple[str, str, str]) -> dict[str, float]:
    """Time each of the four syncs once; in records per second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bare.sqlite3"
        integration = portal_sync.prepare(*access, Path(folder))
        speeds = {
            "bare first": _speed(lambda: bare_loop.sync(*access, file)),
            "portal first": _speed(lambda: portal_sync.sync(integration)[0]),
            "bare unchanged": _speed(lambda: bare_loop.sync(*access, file)),
            "portal unchanged": _speed(lambda: portal_sync.sync(integration)[0]),
        }
        db.db.close()
        return speeds


def _speed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    records = work()
    return float(records / (time.perf_counter() - began))


def _print(records: int, rounds: list[dict[str, float]], violations: int) -> None:
    print(f"{records:,} records, SQLite, sandbox without latency; medians of {len(rounds)} rounds, each by turns\n")
    print(f"{'':12}{'bare loop':>16}{'portal':>16}{'ratio':>9}")
    for what in ("first", "unchanged"):
        bare = [each[f"bare {what}"] for each in rounds]
        ours = [each[f"portal {what}"] for each in rounds]
        ratio = median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
        print(f"{what:12}{median(bare):>12,.0f} r/s{median(ours):>12,.0f} r/s{ratio:>8.2f}x")
    print(f"\nrequests that were not reads: {violations}")
