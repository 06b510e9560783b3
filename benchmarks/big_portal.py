"""A portal of a size that few have: a real copy of many records, and three months of runs and log lines."""

from __future__ import annotations

import json
import random
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.contestants import PORTAL, Entry
from benchmarks.databases import Databases
from benchmarks.task import Task
from portal import clock, db
from portal.models.accounts import Account, RoleName, User
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.log_causes import cause_of
from portal.models.records import Record
from portal.models.sync import (
    LogLevel,
    LogSubject,
    RunKind,
    RunState,
    RunTrigger,
    StepState,
    SyncLog,
    SyncRun,
    SyncStep,
)
from portal.sandbox.process import spawned
from portal.sync.record_types import RecordType

LOG_ROWS: Final = 1_000_000
RUNS: Final = 2_000
DAYS: Final = 90
HELD: Final = 5_000
# PostgreSQL takes 65,535 values in a statement, and a step has about thirty.
CHUNK: Final = 1_000
OUTCOMES: Final = (RunState.SUCCEEDED,) * 18 + (RunState.INCOMPLETE, RunState.FAILED)


@dataclass(frozen=True)
class BigPortal:
    """What the pages are about: `asset` and `client` are numbers of stored records, `run` and `line` are ids."""

    integration: Integration
    user: User
    hold: HeldDelete
    asset: int
    client: int
    run: int
    line: int


def copied(folder: Path, engine: str, server: str, records: int) -> str:
    """Sync a simulated Halo with so many records into a new database; return the database's URL."""
    database = Databases(folder, server).new(engine)
    with spawned("--records", str(records), "--quota", "0") as halo:
        task = Task(halo.url, json.dumps(halo.entered()), database, tempfile.mkdtemp(dir=folder))
        entry = Entry(PORTAL, engine, task)
        entry.connect()
        entry.sync()
    return database


def filled(log_rows: int) -> BigPortal:
    """Add a person, a past, and a decision that is due, to the portal whose database is bound."""
    integration: Integration = Integration.get()
    account: Account = integration.account
    user: User = User.create(account=account, email="a@b.example", role=RoleName.ADMIN, fs_uniquifier="benchmark")
    runs = _add_runs(integration)
    _insert(SyncLog, _log_lines(integration, runs, log_rows))
    hold = _add_hold(integration)
    # As PostgreSQL's autovacuum does of itself.
    db.db.execute_sql("ANALYZE" if db.is_sqlite() else "VACUUM ANALYZE")
    asset: Any = (
        Record.select(Record.remote_id, Record.client_remote_id)
        .where(Record.record_type == RecordType.ASSETS, Record.client_remote_id.is_null(False))
        .limit(1)
        .tuples()
        .first()
    )
    line: Any = SyncLog.select(SyncLog.id).order_by(SyncLog.id).limit(1).offset(log_rows // 2).tuples().first()
    return BigPortal(integration, user, hold, asset[0], asset[1], runs[-1], line[0])


def _add_runs(integration: Integration) -> list[int]:
    """Return the ids of the runs, oldest first."""
    draw = random.Random(14)  # noqa: S311  # the same past in every round
    now, first = clock.now(), _next_id(SyncRun)
    rows, steps = [], []
    for number in range(RUNS):
        began = now - timedelta(days=DAYS) * (1 - number / RUNS)
        state = draw.choice(OUTCOMES)
        ended = began + timedelta(seconds=draw.randrange(5, 400))
        rows.append(_run(integration, first + number, state, began, ended))
        steps += [_step(draw, first + number, place, state, ended) for place in range(len(RecordType))]
    _insert(SyncRun, iter(rows))
    _insert(SyncStep, iter(steps))
    if not db.is_sqlite():
        db.db.execute_sql("SELECT setval('sync_run_id_seq', (SELECT max(id) FROM sync_run))")
    return [row["id"] for row in rows]


def _run(integration: Integration, number: int, state: str, began: datetime, ended: datetime) -> dict[str, Any]:
    kind = RunKind.FULL if number % 24 == 0 else RunKind.INCREMENTAL
    problem = "" if state == RunState.SUCCEEDED else "Halo refused the agent."
    times = {"created_at": began, "started_at": began, "finished_at": ended}
    what = {"kind": kind, "trigger": RunTrigger.SCHEDULE, "state": state, "problem": problem, "requests": 27}
    return {"id": number, "integration": integration.id, **times, **what}


def _step(draw: random.Random, run: int, place: int, state: str, ended: datetime) -> dict[str, Any]:
    counts = {name: draw.randrange(40) for name in ("created", "updated", "deleted", "failed")}
    outcome = StepState(state) if place == 0 else StepState.SUCCEEDED
    what = {"run": run, "position": place, "record_type": list(RecordType)[place], "state": outcome}
    return {**what, **counts, "fetched": 1_000, "started_at": ended, "finished_at": ended}


def _log_lines(integration: Integration, runs: list[int], number: int) -> Iterator[dict[str, Any]]:
    types, now = list(RecordType), clock.now()
    for place in range(number):
        which = types[place % len(types)]
        at = now - timedelta(days=DAYS) * (1 - place / number)
        common = {"integration": integration.id, "run": runs[place * len(runs) // number], "at": at}
        if place % 100 < 97:
            message = f"Page {place % 40}: {which.counted(50)} read."
            what: dict[str, Any] = {"level": LogLevel.INFO, "subject": LogSubject.PAGE, "remote_id": None}
        else:
            message = f"Record {place} wasn't stored. It has no name."
            level = LogLevel.ERROR if place % 100 == 99 else LogLevel.WARNING
            what = {"level": level, "subject": LogSubject.RECORD, "remote_id": place}
        cause = cause_of(what["level"], message)
        yield {**common, **what, "record_type": which, "message": message, "cause": cause}


def _add_hold(integration: Integration) -> HeldDelete:
    assets: Any = Record.select(Record.remote_id).where(Record.record_type == RecordType.ASSETS).limit(HELD)
    ids = sorted(row[0] for row in assets.tuples())
    hold: HeldDelete = HeldDelete.create(
        integration=integration,
        record_type=RecordType.ASSETS,
        run_id=1,
        remote_ids=array("q", ids).tobytes(),
        count=len(ids),
        stored=2 * len(ids),
        cause="The agent has probably lost the right to see them.",
    )
    return hold


def _insert(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    with db.db.atomic():
        while chunk := list(islice(rows, CHUNK)):
            table.insert_many(chunk).execute()


def _next_id(table: Any) -> int:
    newest: Any = table.select(table.id).order_by(table.id.desc()).limit(1).tuples().first()
    return newest[0] + 1 if newest else 1
