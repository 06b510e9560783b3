"""Who is measured. Each syncs in a process of its own, into a database of its own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks.lists import LISTS
from benchmarks.task import Result, Task, answered

ROOT: Final = Path(__file__).resolve().parents[1]
DLT_PYTHON: Final = ROOT / ".venv-dlt" / "bin" / "python"
SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"


@dataclass(frozen=True)
class Contestant:
    """`live` selects record type and id of all that its copy holds for existing."""

    name: str
    engines: tuple[str, ...]
    program: tuple[str, ...]
    live: str
    kinds: tuple[str, ...] = ("full",)
    connects_first: bool = False


BARE_LOOP: Final = Contestant(
    "bare loop", (SQLITE,), (sys.executable, "-m", "benchmarks.bare_loop"), "SELECT type, id FROM record"
)
PORTAL: Final = Contestant(
    "portal",
    (SQLITE, POSTGRESQL),
    (sys.executable, "-m", "benchmarks.portal_sync"),
    "SELECT record_type, remote_id FROM record WHERE state = 'live'",
    kinds=("full", "incremental"),
    connects_first=True,
)
DLT: Final = Contestant(
    "dlt",
    (SQLITE, POSTGRESQL),
    (str(DLT_PYTHON), "-m", "benchmarks.dlt_source"),
    " UNION ALL ".join(f"SELECT '{name}', id FROM copy.{name}" for name in LISTS),  # noqa: S608  # our own names
)


@dataclass(frozen=True)
class Entry:
    """A contestant with its task, and the name of its database's engine."""

    contestant: Contestant
    engine: str
    task: Task

    def connect(self) -> None:
        """Do what comes once before all syncs."""
        if self.contestant.connects_first:
            self._run("connect", *self.task.arguments())

    def start(self) -> subprocess.Popen[str]:
        """Start a sync whose process the caller ends."""
        return subprocess.Popen([*self.contestant.program, *self.task.arguments()], cwd=ROOT, text=True)

    def sync(self, kind: str = "full") -> Result:
        """Sync to the end. Raises CalledProcessError when it fails; its own words are on stderr."""
        return answered(self._run(*replace(self.task, kind=kind).arguments()))

    def live(self) -> dict[str, set[int]]:
        """Return the ids that the copy holds for existing, by record type."""
        found: dict[str, set[int]] = defaultdict(set)
        for record_type, number in self.rows(self.contestant.live):
            found[record_type].add(number)
        return found

    def rows(self, query: str) -> Iterable[Any]:
        """Ask the copy itself."""
        if self.task.database.startswith("sqlite:"):
            with closing(sqlite3.connect(self.task.database.removeprefix("sqlite:///"))) as connection:
                # dlt's dataset in SQLite is the file itself.
                return connection.execute(query.replace("FROM copy.", "FROM main.")).fetchall()
        with psycopg.connect(self.task.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def _run(self, *arguments: str) -> str:
        command = [*self.contestant.program, *arguments]
        return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
