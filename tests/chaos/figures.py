"""The result table of a storm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from os import cpu_count, getloadavg
from statistics import median

from portal.models.sync import SyncRun
from tests.chaos.checks import count_by_state
from tests.chaos.storm import Storm


def table(storm: Storm) -> str:
    """Return the figures of a storm, one per line."""
    return "\n".join(f"{name:<46}{value}" for name, value in _lines(storm))


def _lines(storm: Storm) -> Iterator[tuple[str, str]]:
    runs = Counter(run.state for run in SyncRun.select().where(SyncRun.integration == storm.integration))
    pages, watch = storm.page_requests, storm.watch
    yield "processes killed or stopped", _joined(storm.killer.killed)
    yield f"edits in {storm.psa.name}", _joined(Counter(_by_verb(storm.edits)))
    yield "faults that fired", _joined(storm.fired)
    yield "runs", _joined(runs)
    yield "records", _joined(count_by_state(storm.integration))
    yield "takeovers", str(sum(seen.takeovers for seen in watch.runs.values()))
    yield "from the last sign of life to the next claim", _seconds(watch.gaps)
    yield "from the last kill to the next claim", _seconds(watch.late)
    yield "pages requested in runs with kills only", f"{pages['pages']:,} in {pages['runs']} runs"
    yield "requested again", f"{pages['again']:,} after {pages['takeovers']:,} takeovers"
    yield "load average, processors", f"{getloadavg()[1]:.1f}, {cpu_count()}"


def _by_verb(edits: Counter[str]) -> Counter[str]:
    verbs: Counter[str] = Counter()
    for what, count in edits.items():
        verbs[what.split()[0]] += count
    return verbs


def _joined(counts: Counter[str]) -> str:
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if count)
    return f"{counts.total():,} ({parts})" if parts else "0"


def _seconds(values: list[float]) -> str:
    return f"median {median(values):.1f} s, longest {max(values):.1f} s" if values else "none"
