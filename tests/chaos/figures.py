"""The table that a storm leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from os import cpu_count, getloadavg
from statistics import median

from portal.models.sync import SyncRun
from tests.chaos.books import states
from tests.chaos.storm import Storm


def table(storm: Storm) -> str:
    """Return the figures of a storm, one a line."""
    return "\n".join(f"{name:<46}{value}" for name, value in _lines(storm))


def _lines(storm: Storm) -> Iterator[tuple[str, str]]:
    runs = Counter(run.state for run in SyncRun.select().where(SyncRun.integration == storm.integration))
    asked, watch = storm.asked, storm.watch
    yield "processes killed or stopped", _listed(storm.killer.killed)
    yield "edits in Halo", _listed(Counter(_by_verb(storm.edits)))
    yield "faults that fired", _listed(storm.fired)
    yield "runs", _listed(runs)
    yield "records", _listed(states(storm.integration))
    yield "takeovers", str(sum(max(seen.claims - 1, 0) for seen in watch.runs.values()))
    yield "from the last sign of life to the next claim", _seconds(watch.gaps)
    yield "from the last kill to the next claim", _seconds(watch.late)
    yield "pages asked for in runs with kills alone", f"{asked['pages']:,} in {asked['runs']} runs"
    yield "of them again", f"{asked['again']:,} after {asked['takeovers']:,} takeovers"
    yield "load of the machine, and its processors", f"{getloadavg()[1]:.1f}, {cpu_count()}"


def _by_verb(edits: Counter[str]) -> Counter[str]:
    verbs: Counter[str] = Counter()
    for what, count in edits.items():
        verbs[what.split()[0]] += count
    return verbs


def _listed(counts: Counter[str]) -> str:
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if count)
    return f"{counts.total():,} ({parts})" if parts else "0"


def _seconds(values: list[float]) -> str:
    return f"median {median(values):.1f} s, longest {max(values):.1f} s" if values else "none"
