"""The scheduler's duties are isolated: a failing one is logged and retried later, and the others continue."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import structlog
from peewee import OperationalError

from portal import clock
from portal.db import db
from portal.jobs import scheduler
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import SyncLog, SyncRun
from portal.services.operations import retention
from portal.services.operations.isolation import FIRST_PAUSE, LONGEST_PAUSE, Isolation
from portal.services.operations.retention import Periods
from portal.services.syncing import due_runs
from portal.services.webhooks import silence
from tests.halo_fixtures import Copy, copy, halo
from tests.services.webhooks.test_coverage import run as past_run

__all__ = ["copy", "halo"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WRITES = ("BEGIN", "SAVEPOINT", "INSERT", "UPDATE", "DELETE", "REPLACE")


def connected(name: str, **columns: Any) -> Integration:
    values = {"state": "active", "record_types": ["clients"], "next_sync_at": NOON} | columns
    made: Integration = Integration.create(account=Account.create(name=name), psa="halo", **values)
    return made


def fail(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("a bug")


@contextmanager
def at(moment: datetime) -> Iterator[list[Any]]:
    """Set the clock and collect what is logged."""
    with clock.using(lambda: moment), structlog.testing.capture_logs() as lines:
        yield lines


@pytest.mark.parametrize("broken", list(scheduler.duties()))
def test_a_failing_duty_is_logged_and_the_others_still_run(broken: str, database: None) -> None:
    done: list[str] = []
    own: dict[str, scheduler.Duty] = {
        name: lambda _, name=name: done.append(name)  # type: ignore[misc]  # mypy does not infer the default's type
        for name in scheduler.duties()
    }
    with at(NOON) as lines:
        scheduler.tick(Isolation(), {**own, broken: fail})
    assert done == [name for name in own if name != broken]
    assert [(line["event"], line["duty"]) for line in lines] == [("a duty failed", broken)]


def test_the_process_keeps_ticking_whatever_a_duty_raises(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[int] = []

    def second_tick_stops(_: Isolation) -> None:
        ticks.append(1)
        if len(ticks) == 2:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(scheduler, "duties", lambda: {"broken": fail, "sound": second_tick_stops})
    monkeypatch.setattr(scheduler, "EVERY_SECONDS", 0.01)
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        scheduler.serve()
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    assert len(ticks) == 2


def test_a_duty_that_keeps_failing_is_retried_less_and_less_often(database: None) -> None:
    isolation, moment, tries = Isolation(), NOON, []

    def count() -> None:
        tries.append((moment - NOON).total_seconds())
        fail()

    while moment < NOON + timedelta(minutes=30):
        with at(moment):
            isolation.attempt("a duty", count)
        moment += timedelta(seconds=2)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert (max(pauses), FIRST_PAUSE.total_seconds()) == (LONGEST_PAUSE.total_seconds(), 2)


def test_a_duty_that_recovers_runs_at_every_tick(database: None) -> None:
    isolation = Isolation()
    with at(NOON):
        isolation.attempt("a duty", fail)
        assert isolation.attempt("a duty", lambda: "done") is None
    with at(NOON + FIRST_PAUSE):
        assert [isolation.attempt("a duty", lambda: "done") for _ in range(2)] == ["done", "done"]


def test_a_busy_database_does_not_pause_a_duty(database: None) -> None:
    def busy() -> None:
        raise OperationalError("database is locked")

    isolation = Isolation()
    with at(NOON) as lines:
        for duty in ("a duty", "another"):
            isolation.attempt(duty, busy)
        assert isolation.attempt("a duty", lambda: "done") == "done"
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "a store does not answer")]


def test_an_integration_whose_run_cannot_be_opened_delays_no_other(database: None) -> None:
    connected("Nothing chosen", record_types=[], next_sync_at=NOON - timedelta(hours=1))
    sound = connected("Sound")
    with at(NOON) as lines:
        scheduler.tick(Isolation(), scheduler.duties())
    assert [run.integration_id for run in SyncRun.select()] == [sound.id]
    assert [line["duty"] for line in lines if line["event"] == "a duty failed"] == [due_runs.OPENING]


def test_integrations_that_keep_failing_do_not_crowd_out_the_others(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_runs, "MOST_AT_ONCE", 2)
    for hours in (1, 2):
        connected(f"Nothing chosen {hours}", record_types=[], next_sync_at=NOON - timedelta(hours=hours))
    sound = connected("Sound")
    isolation = Isolation()
    with at(NOON):
        assert due_runs.open_runs(isolation) == []
        assert [run.integration_id for run in due_runs.open_runs(isolation)] == [sound.id]
    with at(NOON + FIRST_PAUSE):
        assert len(isolation.paused(due_runs.OPENING)) == 0


def test_a_failing_silence_check_does_not_affect_other_integrations(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = connected("Odd", last_delivery_at=NOON - timedelta(hours=7), next_sync_at=None)
    Integration.update(last_delivery_at=NOON - timedelta(hours=7)).execute()
    for hours in (6, 5):
        past_run(copy.integration, NOON - timedelta(hours=hours), clients=(0, 5, 0))
    judge = silence.silence
    monkeypatch.setattr(silence, "silence", lambda one: fail() if one.id == odd.id else judge(one))
    with at(NOON) as lines:
        assert silence.notice_silence() == 1
    assert [line["integration"] for line in lines] == [odd.id]


def test_a_table_that_cannot_be_pruned_affects_no_other(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    SyncLog.create(integration=copy.integration, at=NOON - timedelta(days=40), message="Old.")
    retention.bind(Periods())
    batch = retention._batch
    monkeypatch.setattr(
        retention, "_batch", lambda table, *rest, **more: fail() if table is SyncRun else batch(table, *rest, **more)
    )
    with at(NOON):
        pruned = retention.prune()
    assert (pruned["runs"], pruned["log rows"]) == (0, 1)


def test_nothing_is_written_while_there_is_nothing_to_do(copy: Copy) -> None:
    scheduler.tick(Isolation(), scheduler.duties())  # the connection is new, so there is something to do
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    try:
        scheduler.tick(Isolation(), scheduler.duties())
    finally:
        db.connection().set_trace_callback(None)
    assert statements
    assert [each for each in statements if each.upper().startswith(WRITES)] == []
