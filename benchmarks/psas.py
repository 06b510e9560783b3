"""The portal's syncs of two PSAs with as many records, by turns: what each costs, and the ratio between them."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.contestants import PORTAL, SQLITE, Entry
from benchmarks.databases import Databases
from benchmarks.task import Result, Task
from portal.sandbox import Verbs
from portal.sandbox.process import spawned

HALO: Final = "halo"
CONNECTWISE: Final = "connectwise"
SCENARIOS: Final = (("first sync", "full"), ("nothing changed", "full"), ("nothing changed, changes", "incremental"))


@dataclass
class Side:
    """One PSA with the copies made of it."""

    psa: str
    sandbox: Verbs
    entry: Entry
    requests: int = 0

    def sync(self, kind: str) -> Result:
        self.sandbox.reset()
        result = self.entry.sync(kind)
        self.requests = self.sandbox.counts()["total"]
        return result


def measure(records: int, rounds: int) -> None:
    """Sync both PSAs `rounds` times, and print medians."""
    found: dict[tuple[str, str], list[tuple[Result, int]]] = {}
    for _ in range(rounds):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            size = ("--records", str(records), "--quota", "0")
            halo = stack.enter_context(spawned(*size))
            connectwise = stack.enter_context(spawned(*size, kind="connectwise"))
            sides = [_side(HALO, halo, folder), _side(CONNECTWISE, connectwise, folder)]
            for scenario, kind in SCENARIOS:
                for side in sides:
                    found.setdefault((scenario, side.psa), []).append((side.sync(kind), side.requests))
    _print(records, rounds, found)


def _side(psa: str, sandbox: Verbs, folder: Path) -> Side:
    database = Databases(folder, "").new(SQLITE)
    task = Task(sandbox.url, json.dumps(sandbox.entered()), database, tempfile.mkdtemp(dir=folder), psa=psa)
    entry = Entry(PORTAL, SQLITE, task)
    entry.connect()
    # A fresh sandbox fills its caches for whoever asks first.
    sandbox.truth(rows=True)
    return Side(psa, sandbox, entry)


def _print(records: int, rounds: int, found: dict[tuple[str, str], list[tuple[Result, int]]]) -> None:
    print(f"\n{records:,} records of each PSA, sandboxes without latency; medians of {rounds} rounds, by turns\n")
    print(f"{'':44}{'time':>10}{'records/s':>12}{'requests':>10}{'memory':>9}{'speed beside Halo':>20}")
    for scenario, _ in SCENARIOS:
        theirs = median(result.seconds for result, _ in found[scenario, HALO])
        for psa in (HALO, CONNECTWISE):
            results = found[scenario, psa]
            seconds = median(result.seconds for result, _ in results)
            requests = median(count for _, count in results)
            peak = median(result.peak_mb for result, _ in results)
            print(
                f"  {scenario + ', ' + psa:42}{seconds:>8.2f} s{records / seconds:>12,.0f}{requests:>10,.0f}"
                f"{peak:>6.0f} MB{theirs / seconds:>19.2f}x"
            )
