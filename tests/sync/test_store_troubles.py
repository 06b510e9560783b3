"""The portal's database refuses to write during a run: the run waits, says why, and loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from peewee import PeeweeException

from portal import clock
from portal.db import db
from portal.models.sync import RunState, SyncRun
from portal.services.syncing import sync_runs
from portal.sync.lease import DURATION
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import interrupting

UNLIMITED = 4_294_967_294
NO_SPACE = "SELECT RAISE(ABORT, 'database or disk is full')"


def limit_disk(spare_pages: int) -> None:
    """Limit the growth of SQLite to so many pages, like a full disk."""
    (pages,) = db.execute_sql("PRAGMA page_count").fetchone()
    db.execute_sql(f"PRAGMA max_page_count = {pages + spare_pages}")


def resume(run: SyncRun) -> dict[str, Any]:
    """Work on the run when its wait is over, or its lease has expired."""
    now = SyncRun.get_by_id(run.id)
    later = now.not_before or clock.now() + DURATION + timedelta(seconds=1)
    with clock.using(lambda: later):
        sync_runs.execute(run.id)
    return sync_runs.report(run)


def assert_exact(report: dict[str, Any]) -> None:
    assert report["state"] == RunState.SUCCEEDED
    for name, step in report["steps"].items():
        assert step["created"] == step["fetched"] == SIZES[name]


def test_a_run_that_hits_a_full_disk_waits_and_names_the_disk(copy: Copy) -> None:
    run = copy.open("assets")
    limit_disk(4)  # enough for a log line, but not for the first page
    with pytest.raises(PeeweeException):
        sync_runs.execute(run.id)
    report = sync_runs.report(run)
    assert report["state"] == RunState.WAITING
    assert report["problem"] == "The disk of the portal's database is full."
    assert "frees some space" in report["remedy"]
    db.execute_sql(f"PRAGMA max_page_count = {UNLIMITED}")
    assert_exact(resume(run))


def test_a_disk_that_stays_full_does_not_count_as_a_crash(copy: Copy) -> None:
    run = copy.open()
    limit_disk(60)
    for _ in range(8):
        with suppress(PeeweeException):
            resume(run)
    assert sync_runs.report(run)["state"] == RunState.WAITING
    assert SyncRun.get_by_id(run.id).crashes == 0
    db.execute_sql(f"PRAGMA max_page_count = {UNLIMITED}")
    assert_exact(resume(run))


def test_a_disk_without_space_for_a_log_line_does_not_count_as_a_crash_either(copy: Copy) -> None:
    run = copy.open()
    limit_disk(0)
    db.execute_sql(f"CREATE TRIGGER no_space BEFORE INSERT ON sync_log BEGIN {NO_SPACE}; END")
    for _ in range(8):
        with suppress(PeeweeException):
            resume(run)
        assert (sync_runs.report(run)["state"], SyncRun.get_by_id(run.id).crashes) == (RunState.WAITING, 0)
    db.execute_sql("DROP TRIGGER no_space")
    db.execute_sql(f"PRAGMA max_page_count = {UNLIMITED}")
    assert_exact(resume(run))


@pytest.mark.parametrize("at", [1, 2, 5, 9])
def test_a_database_that_is_locked_for_a_while_delays_the_run_and_loses_nothing(
    at: int, copy: Copy, tmp_path: Path
) -> None:
    run = copy.open()
    db.execute_sql("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)) as other:
        with interrupting(at, "before", lambda: other.execute("BEGIN IMMEDIATE")), suppress(PeeweeException):
            sync_runs.execute(run.id)
        assert sync_runs.live_run(copy.integration) == run
        other.execute("ROLLBACK")
    assert_exact(resume(run))
