"""Measure the scenarios, the contestants by turns, and print a table with the ratios of the same rounds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from statistics import median
from typing import Final

from benchmarks.contestants import BARE_LOOP, DLT, DLT_PYTHON, PORTAL, Contestant
from benchmarks.scenarios import DELETED, Measure, play
from portal.sandbox.process import spawned

FEWEST: Final = 6_000
HEAD: Final = f"{'':32}{'time':>10}{'records/s':>12}{'requests':>10}{'memory':>9}{'bare loop':>11}{'dlt':>9}"


def measure(records: int, rounds: int, engines: list[str], *, with_dlt: bool) -> None:
    """Play the rounds on Halos with the same records, and print medians. SystemExit for what cannot be played."""
    if records < FEWEST:
        raise SystemExit(f"At least {FEWEST:,} records: of fewer, the portal holds {DELETED} deletes for a decision.")
    if with_dlt and not DLT_PYTHON.exists():
        raise SystemExit("dlt is not in .venv-dlt yet. `make bench` brings it; --no-dlt measures without it.")
    contestants = _contestants(engines, with_dlt=with_dlt)
    played, violations = [], 0
    for _ in range(rounds):
        with spawned("--records", str(records), "--quota", "0") as halo:
            played.append(play(halo, contestants))
            violations += halo.counts()["violations"]
    _print(records, played, violations)


def _contestants(engines: list[str], *, with_dlt: bool) -> list[tuple[Contestant, str]]:
    """Name who plays, and into what. The bare loop always does: it is the yardstick."""
    chosen = [(PORTAL, engine) for engine in engines] + [(DLT, engine) for engine in engines if with_dlt]
    return [(BARE_LOOP, BARE_LOOP.engines[0]), *chosen]


def _print(records: int, played: list[list[Measure]], violations: int) -> None:
    print(f"\n{records:,} records, sandbox without latency; medians of {len(played)} rounds, by turns; how many")
    print("times as fast as the bare loop on SQLite, and as dlt on the same database, in the same round\n")
    print(HEAD)
    in_columns = zip(*played, strict=True)  # every round has the same measures in the same order
    for scenario, rows in groupby(in_columns, key=lambda column: column[0].scenario):
        print(f"\n{scenario}")
        for column in rows:
            _print_row(column, played)
    print(f"\nrequests that were not reads: {violations}")


def _print_row(column: tuple[Measure, ...], played: list[list[Measure]]) -> None:
    one = column[0]
    name = f"{one.who}, {one.engine}" + (", changes" if one.kind == "incremental" else "")
    seconds = median(each.seconds for each in column)
    speed = median(each.records / each.seconds for each in column)
    requests = median(each.requests for each in column)
    peak = median(each.peak_mb for each in column)
    ratios = f"{_ratio(column, played, 'bare loop'):>11}{_ratio(column, played, 'dlt'):>9}"
    row = f"  {name:30}{seconds:>8.2f} s{speed:>12,.0f}{requests:>10,.0f}{peak:>6.0f} MB{ratios}  {_remark(column)}"
    print(row.rstrip())


def _ratio(column: Iterable[Measure], played: list[list[Measure]], who: str) -> str:
    """How many times as fast as `who`, each beside the one of its round."""
    ratios = [
        theirs.seconds / mine.seconds
        for mine, measures in zip(column, played, strict=True)
        for theirs in measures
        if (theirs.scenario, theirs.who, theirs.kind) == (mine.scenario, who, "full")
        and (theirs.engine == mine.engine or who == BARE_LOOP.name)
    ]
    return f"{median(ratios):.2f}x" if ratios else ""


def _remark(column: Iterable[Measure]) -> str:
    return " / ".join(dict.fromkeys(each.remark for each in column))
