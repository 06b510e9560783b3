"""What happens to a Halo and its copies in one round: read, read again, change, delete, kill."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contestants import POSTGRESQL, Contestant, Entry
from benchmarks.databases import Databases, postgresql
from benchmarks.task import Task
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.sizes import sizes_for

CHANGED_PERCENT: Final = 2
DELETED: Final = 500
KILLED_AT: Final = 0.8
LOOK_SECONDS: Final = 0.005

FIRST: Final = "first sync"
UNCHANGED: Final = "nothing changed"
CHANGED: Final = f"{CHANGED_PERCENT} % changed"
DELETES: Final = f"{DELETED} deleted"
KILLED: Final = f"started again after a kill at {KILLED_AT:.0%}"


@dataclass(frozen=True)
class Measure:
    """One sync of one contestant. `records` are those that Halo has, whether they were read again or not."""

    scenario: str
    who: str
    engine: str
    kind: str
    records: int
    seconds: float
    requests: int
    peak_mb: float
    remark: str = ""


class Round:
    """All scenarios on one Halo, the contestants by turns in each."""

    def __init__(
        self, halo: HaloVerbs, contestants: list[tuple[Contestant, str]], databases: Databases, folder: Path
    ):
        self._halo = halo
        self._contestants = contestants
        self._databases = databases
        self._folder = folder

    def measures(self) -> Iterator[Measure]:
        # Whoever reads a fresh Halo first pays for its caches; that is nobody's merit or fault.
        self._entries()[0].sync()
        entries = self._entries()
        first = []
        for entry in entries:
            first.append(self._sync(FIRST, entry))
            yield first[-1]
        for kind in ("full", "incremental"):
            yield from self._by_turns(UNCHANGED, entries, kind)
        for seed, kind in enumerate(("full", "incremental")):
            for record_type, count in sizes_for(self._records() * CHANGED_PERCENT // 100).items():
                self._halo.change(record_type, count=count, seed=seed)
            yield from self._by_turns(CHANGED, entries, kind)
        for record_type, count in sizes_for(DELETED).items():
            self._halo.delete(record_type, count=count)
        yield from (self._sync(DELETES, entry, remark=self._still_live) for entry in entries)
        for entry, before in zip(self._entries(), first, strict=True):
            self._kill(entry, int(before.requests * KILLED_AT))
            yield self._sync(KILLED, entry, remark=self._difference)

    def _entries(self) -> list[Entry]:
        login = self._halo.credentials()
        entries = []
        for contestant, engine in self._contestants:
            folder = tempfile.mkdtemp(dir=self._folder)
            database = self._databases.new(engine)
            asked = Task.of_halo(self._halo.url, login.client_id, login.client_secret, database, folder)
            entries.append(Entry(contestant, engine, asked))
            entries[-1].connect()
        return entries

    def _by_turns(self, scenario: str, entries: list[Entry], kind: str) -> Iterator[Measure]:
        yield from (self._sync(scenario, entry, kind) for entry in entries if kind in entry.contestant.kinds)

    def _sync(
        self, scenario: str, entry: Entry, kind: str = "full", *, remark: Callable[[Entry], str] = lambda _: ""
    ) -> Measure:
        self._halo.reset()
        result = entry.sync(kind)
        waited = f"waited {result.waited:.0f} s" if result.waited >= 1 else ""
        return Measure(
            scenario,
            entry.contestant.name,
            entry.engine,
            kind,
            self._records(),
            result.seconds,
            self._halo.counts()["total"],
            result.peak_mb,
            ", ".join(filter(None, (remark(entry), waited))),
        )

    def _kill(self, entry: Entry, requests: int) -> None:
        """Kill a first sync once so many requests were answered."""
        self._halo.reset()
        with entry.start() as process:
            while self._halo.counts()["total"] < requests:
                if process.poll() is not None:
                    raise RuntimeError(f"{entry.contestant.name} had ended before it could be killed")
                time.sleep(LOOK_SECONDS)
            process.kill()

    def _records(self) -> int:
        return sum(each["total"] for each in self._halo.truth().values())

    def _still_live(self, entry: Entry) -> str:
        truth, live = self._ids(), entry.live()
        stale = sum(len(live[record_type] - ids) for record_type, ids in truth.items())
        return f"{stale} of {DELETED} still live" if stale else "all noticed"

    def _difference(self, entry: Entry) -> str:
        truth, live = self._ids(), entry.live()
        wrong = sum(len(live[record_type] ^ ids) for record_type, ids in truth.items())
        return f"{wrong} records differ" if wrong else "complete"

    def _ids(self) -> dict[str, set[int]]:
        truth = self._halo.truth(ids=True)
        return {name: {*each["active_ids"], *each["inactive_ids"]} for name, each in truth.items()}


def play(halo: HaloVerbs, contestants: list[tuple[Contestant, str]]) -> list[Measure]:
    """Play one round in a folder that is gone afterwards, and tell on stderr how it goes."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        needs_server = any(engine == POSTGRESQL for _, engine in contestants)
        server = stack.enter_context(postgresql(folder)) if needs_server else ""
        played = []
        for one in Round(halo, contestants, Databases(folder, server), folder).measures():
            print(f"{one.scenario}: {one.who}, {one.engine}, {one.kind}: {one.seconds:.2f} s", file=sys.stderr)
            played.append(one)
        return played
