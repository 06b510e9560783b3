"""Records of switched-off types go out of scope in the background, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from portal import clock
from portal.db import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record, RecordChange, RecordCount, RecordState
from portal.models.sync import RemoteList, RunKind, RunState, RunTrigger, SyncRun
from portal.services.operations.isolation import Isolation
from portal.services.syncing import disabled_types, filter_changes, sync_runs
from portal.sync import counting, store
from portal.sync import retirement as batches
from portal.sync.filters import Filters
from portal.sync.retirement import TYPE_DISABLED
from tests.copies import copied
from tests.postgres import database
from tests.services.helpers import fresh

__all__ = ["database"]

LATER = datetime(2026, 11, 24, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone at this instant."""


@pytest.fixture(autouse=True)
def small_batches(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(disabled_types, "SLICE_SECONDS", 60)  # how quick the machine is decides no test


def connected(name: str, *record_types: str) -> Integration:
    made: Integration = Integration.create(
        account=Account.create(name=name), psa="halo", state="active", record_types=["clients", *record_types]
    )
    return made


def switch_off(integration: Integration, *left: str) -> None:
    filter_changes.change(integration, ["clients", *left], Filters(active_only=True), None)


def states(integration: Integration, record_type: str) -> Counter[str]:
    mine = (Record.integration == integration) & (Record.record_type == record_type)
    return Counter(each.state for each in Record.select().where(mine))


def counted(integration: Integration, record_type: str) -> Counter[str]:
    mine = (RecordCount.integration == integration) & (RecordCount.record_type == record_type)
    return Counter({each.state: each.number for each in RecordCount.select().where(mine) if each.number})


@pytest.fixture
def ours() -> Integration:
    """Have a connection with five sites and five assets; another account has the same."""
    ours, theirs = connected("Northwind IT", "sites", "assets"), connected("Other MSP", "sites", "assets")
    for integration in (ours, theirs):
        copied(integration, range(1, 6), of="sites")
        copied(integration, range(1, 6), of="assets")
    copied(ours, [6], of="sites", state=RecordState.DELETED)
    return ours


@pytest.fixture
def dies_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Kill the process in the middle of the transaction that retires this batch."""
    leave = store.set_state

    def plan(batch: int) -> None:
        left = [batch]

        def dying(*rest: Any, **more: Any) -> Any:
            found = leave(*rest, **more)
            left[0] -= 1
            if not left[0]:
                raise Killed
            return found

        monkeypatch.setattr(store, "set_state", dying)

    yield plan
    monkeypatch.setattr(store, "set_state", leave)


def test_switching_a_type_off_leaves_its_records_to_the_background(ours: Integration) -> None:
    switch_off(ours, "assets")
    assert states(ours, "sites") == {"live": 5, "deleted": 1}
    disabled_types.retire()
    assert states(ours, "sites") == {"out_of_scope": 5, "deleted": 1}


def test_only_live_records_of_types_that_are_not_chosen_are_retired(ours: Integration) -> None:
    switch_off(ours, "assets")
    with clock.using(lambda: LATER):
        disabled_types.retire()
        disabled_types.retire()
    out = Record.select().where(Record.state == RecordState.OUT_OF_SCOPE)
    assert {(one.integration, one.record_type, one.remote_id) for one in out} == {
        (ours, "sites", number) for number in range(1, 6)
    }
    lines = list(RecordChange.select().order_by(RecordChange.id))
    assert [line.remote_id for line in lines] == [1, 2, 3, 4, 5]
    assert {(line.at, line.kind, line.run_id, line.why) for line in lines} == {
        (LATER, "out_of_scope", None, TYPE_DISABLED)
    }
    assert fresh(ours).switched_off_at is None


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_retiring_continues_after_a_kill_in_the_middle(
    batch: int, ours: Integration, dies_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_off(ours, "assets")
    dies_at(batch)
    with pytest.raises(Killed):
        disabled_types.retire()
    assert states(ours, "sites")["out_of_scope"] == counted(ours, "sites")["out_of_scope"] == (batch - 1) * 2
    disabled_types.retire(Isolation())
    assert states(ours, "sites") == counted(ours, "sites") == {"out_of_scope": 5, "deleted": 1}
    assert RecordChange.select().count() == 5


def test_a_kill_right_after_the_commit_loses_no_sync(ours: Integration) -> None:
    changed = filter_changes.change_and_sync(
        ours, ["clients", "assets"], Filters(asset_types=frozenset({130})), None, latest=0
    )
    assert changed.touched == ["clients", "assets"]
    (run,) = SyncRun.select()
    assert (run, run.state, run.trigger) == (changed.run, "queued", "filters")


def test_what_cannot_be_saved_opens_no_sync(ours: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(sync_runs, "open_run", broken)
    with pytest.raises(Killed):
        filter_changes.change_and_sync(ours, ["clients"], Filters(active_only=False), None, latest=0)
    assert fresh(ours).record_types == ["clients", "sites", "assets"]
    assert fresh(ours).active_only


def test_while_a_sync_is_live_the_next_one_reads_the_lists_whole(ours: Integration) -> None:
    RemoteList.create(integration=ours, record_type="assets", read_until=LATER)
    SyncRun.create(integration=ours, kind=RunKind.FULL, trigger=RunTrigger.USER)
    changed = filter_changes.change_and_sync(ours, ["clients", "assets", "sites"], Filters(), None, latest=0)
    assert (changed.run, SyncRun.select().count()) == (None, 1)
    assert (fresh(ours).active_only, RemoteList.get().read_until) == (False, None)


def test_no_batch_counts_all_records_anew(ours: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("counted anew")

    monkeypatch.setattr(counting, "recount", never)
    switch_off(ours)
    disabled_types.retire()
    assert counted(ours, "sites") == {"out_of_scope": 5, "deleted": 1}
    assert counted(ours, "assets") == {"out_of_scope": 5}


def test_a_type_that_is_chosen_again_meanwhile_is_left_alone(ours: Integration) -> None:
    switch_off(ours)
    batches.retire_batch(ours.id)
    switch_off(ours, "sites", "assets")
    disabled_types.retire()
    assert states(ours, "sites") == {"live": 3, "out_of_scope": 2, "deleted": 1}
    assert fresh(ours).switched_off_at is None


@pytest.mark.parametrize("ending", [RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED])
def test_records_that_a_live_sync_still_adds_are_retired(ending: RunState, ours: Integration) -> None:
    run = SyncRun.create(integration=ours, kind=RunKind.FULL, trigger=RunTrigger.USER, state=RunState.RUNNING)
    switch_off(ours, "assets")
    disabled_types.retire()
    copied(ours, [7], of="sites")
    SyncRun.update(state=ending).where(SyncRun.id == run.id).execute()
    disabled_types.retire()
    assert states(ours, "sites") == {"out_of_scope": 6, "deleted": 1}
    assert fresh(ours).switched_off_at is None


def test_an_unfinished_setup_retires_nothing(ours: Integration) -> None:
    switch_off(ours)
    Integration.update(state="draft").where(Integration.id == ours.id).execute()
    disabled_types.retire()
    assert states(ours, "sites")["live"] == 5


def test_a_slice_ends_in_time_and_the_next_one_goes_on(ours: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off(ours)
    monkeypatch.setattr(disabled_types, "SLICE_SECONDS", 0.5)
    times = iter([0.0, 0.1, 0.7, 10.0, *(10.1 for _ in range(20))])
    monkeypatch.setattr(clock, "monotonic", lambda: next(times))
    disabled_types.retire()
    assert states(ours, "sites")["out_of_scope"] == 2
    disabled_types.retire()
    assert states(ours, "sites")["live"] == states(ours, "assets")["live"] == 0


def test_a_failing_integration_does_not_delay_others(ours: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = connected("Third MSP", "sites")
    copied(theirs, range(1, 4), of="sites")
    switch_off(ours)
    switch_off(theirs)
    retire_batch = batches.retire_batch

    def failing(integration_id: int) -> bool:
        if integration_id == ours.id:
            raise ZeroDivisionError("a bug")
        return retire_batch(integration_id)

    monkeypatch.setattr(batches, "retire_batch", failing)
    disabled_types.retire()
    assert (states(ours, "sites")["live"], states(theirs, "sites")) == (5, {"out_of_scope": 3})


def test_records_that_come_back_move_their_numbers(ours: Integration) -> None:
    """Each page of a filter that was widened used to count the whole type anew."""
    with db.atomic():
        store.set_state(
            ours.id, "sites", dict.fromkeys((1, 2), "Out."), RecordState.OUT_OF_SCOPE, store.ChangeOrigin()
        )
        store.set_state(ours.id, "sites", dict.fromkeys((2, 3), "Gone."), RecordState.DELETED, store.ChangeOrigin())
    assert counted(ours, "sites") == {"live": 2, "out_of_scope": 1, "deleted": 3} == states(ours, "sites")
