"""Excluded records are listed with their reasons, whether or not they were ever stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.models.exclusions import Exclusion
from portal.models.records import RecordState
from portal.models.sync import RunKind, RunTrigger, SyncLog, SyncRun
from portal.services.syncing import filter_changes, sync_runs
from portal.sync import exclusions
from portal.sync.exclusions import CLIENT_DELETED
from portal.sync.filters import Filters
from portal.sync.retirement import TYPE_DISABLED
from portal.sync.scope import CLIENT_NOT_SEEN
from tests.halo_fixtures import SIZES, Copy
from tests.sync.refetches import fresh, one_of, record, refetch_pending
from tests.telling import about, tell

INACTIVE = "The client is inactive."
THROUGH_CLIENT = "Your sync filters exclude its client: the client is inactive."


def choose(copy: Copy, *types: str, **chosen: Any) -> None:
    filter_changes.change(copy.integration, list(types or SIZES), Filters(**chosen), None)
    fresh(copy)


def excluded(copy: Copy, record_type: str = "clients") -> dict[int, str]:
    rows = Exclusion.select().where(Exclusion.integration == copy.integration, Exclusion.record_type == record_type)
    return {row.remote_id: row.reason for row in rows}


def of_client(copy: Copy, record_type: str, client: int) -> set[int]:
    truth = copy.halo.truth(record_type, ids=True)
    rows = [copy.halo.record(record_type, each)["row"] for each in truth["active_ids"] + truth["inactive_ids"]]
    return {int(row["id"]) for row in rows if int(row.get("client_id", 0)) == client}


def sync_record(copy: Copy, record_type: str, number: int) -> list[str]:
    """Sync one record. Returns the log lines that follow the request, oldest first."""
    run = sync_runs.open_run(
        copy.integration,
        kind=RunKind.RECORD,
        trigger=RunTrigger.USER,
        record_types=[record_type],
        remote_ids=[number],
    )
    sync_runs.execute(run.id)
    question, *answers = copy.logged(run_id=run.id, remote_id=number)
    assert question.startswith("Looking up ")
    return answers


def test_rows_that_were_never_stored_are_listed_with_name_and_reason(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    inactive = copy.halo.truth("clients", ids=True)["inactive_ids"]
    assert excluded(copy) == dict.fromkeys(inactive, INACTIVE)
    assert copy.ids("clients", RecordState.OUT_OF_SCOPE) == set()
    row = Exclusion.get(Exclusion.record_type == "clients", Exclusion.remote_id == inactive[0])
    assert row.name == copy.halo.record("clients", inactive[0])["row"]["name"]


def test_records_of_an_excluded_client_show_the_clients_own_reason(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    client = copy.halo.truth("clients", ids=True)["inactive_ids"][0]
    theirs = of_client(copy, "sites", client)
    assert theirs
    assert {excluded(copy, "sites")[each] for each in theirs} == {THROUGH_CLIENT}


def test_records_of_a_deleted_client_do_not_blame_the_filters(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    client = next(each for each in sorted(copy.ids("clients")) if of_client(copy, "sites", each))
    theirs = of_client(copy, "sites", client)
    copy.halo.delete("clients", [client])
    copy.sync()
    assert copy.ids("clients", RecordState.DELETED) == {client}
    assert copy.ids("sites", RecordState.OUT_OF_SCOPE) == theirs
    assert {excluded(copy, "sites")[each] for each in theirs} == {CLIENT_DELETED}


def test_records_of_an_unknown_client_say_so(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync("clients")
    (client,) = copy.halo.create("clients")
    (site,) = copy.halo.create("sites", fields={"client_id": client})
    copy.sync("sites")
    assert excluded(copy, "sites")[site] == CLIENT_NOT_SEEN


def test_a_record_that_is_synced_again_is_no_longer_listed(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    back = copy.halo.reactivate("clients", copy.halo.truth("clients", ids=True)["inactive_ids"][:1])
    copy.sync()
    assert not excluded(copy).keys() & set(back)
    choose(copy)
    copy.sync()
    assert Exclusion.select().count() == 0


def test_an_unlisted_record_is_removed_from_the_exclusions(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    gone = copy.halo.truth("clients", ids=True)["inactive_ids"][0]
    assert gone in excluded(copy)
    copy.halo.delete("clients", [gone])
    copy.sync()
    assert gone not in excluded(copy)


def test_a_stored_record_that_goes_out_of_scope_is_listed_and_a_tombstone_is_not(synced: Copy) -> None:
    choose(synced, active_only=True)
    synced.sync()
    out = synced.ids("clients", RecordState.OUT_OF_SCOPE)
    assert excluded(synced).keys() == out
    gone = min(out)
    synced.halo.delete("clients", [gone])
    synced.sync()
    assert gone in synced.ids("clients", RecordState.DELETED)
    assert gone not in excluded(synced)


def test_records_of_a_disabled_type_are_listed_with_that_reason(synced: Copy) -> None:
    choose(synced, *[each for each in SIZES if each != "contracts"])
    assert excluded(synced, "contracts") == dict.fromkeys(
        synced.ids("contracts", RecordState.OUT_OF_SCOPE), TYPE_DISABLED
    )


def test_an_unchanged_sync_leaves_the_list_as_it_is(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    before = list(Exclusion.select().order_by(Exclusion.id).dicts())
    later = clock.now() + timedelta(hours=1)
    with clock.using(lambda: later):
        copy.sync()
    assert list(Exclusion.select().order_by(Exclusion.id).dicts()) == before


def test_a_new_reason_replaces_the_old_one(copy: Copy) -> None:
    choose(copy, active_only=True)
    copy.sync()
    number = min(excluded(copy))
    choose(copy, exclude_clients=frozenset({number}))
    copy.sync()
    assert excluded(copy) == {number: "It's one of the excluded clients."}


def test_the_list_is_bounded(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exclusions, "MAX_LISTED", 2)
    choose(copy, include_clients=frozenset({1}))
    report = copy.sync("clients")
    assert report["state"] == "succeeded"
    assert report["steps"]["clients"]["left_out"] == SIZES["clients"] - 1
    assert len(excluded(copy)) == 2


def test_a_run_also_counts_records_excluded_through_clients(synced: Copy) -> None:
    before = {each: synced.ids(each) for each in SIZES}
    choose(synced, active_only=True)
    report = synced.sync()
    gone = sum(len(before[each] - synced.ids(each)) for each in SIZES)
    assert gone > len(synced.ids("clients", RecordState.OUT_OF_SCOPE))
    assert SyncRun.get_by_id(report["run"]).excluded == gone
    choose(synced)
    assert SyncRun.get_by_id(synced.sync()["run"]).returned == gone


def test_syncing_an_excluded_record_logs_the_reason(copy: Copy) -> None:
    number = copy.halo.truth("clients", ids=True)["inactive_ids"][0]
    choose(copy, active_only=True)
    assert sync_record(copy, "clients", number) == [f"Record {number} is excluded. {INACTIVE}"]
    assert excluded(copy) == {number: INACTIVE}


@pytest.mark.parametrize("is_listed", [False, True])
def test_syncing_a_record_that_halo_does_not_have_says_so(copy: Copy, *, is_listed: bool) -> None:
    number = copy.halo.truth("clients", ids=True)["inactive_ids"][0]
    if is_listed:
        choose(copy, active_only=True)
        copy.sync()
    copy.halo.delete("clients", [number])
    assert sync_record(copy, "clients", number) == [f"Halo has no client {number}."]
    assert number not in excluded(copy)


def test_syncing_a_stored_record_logs_the_result(synced: Copy) -> None:
    number = one_of(synced, "assets")
    assert sync_record(synced, "assets", number) == [f"Record {number} is up to date. Nothing has changed."]
    synced.halo.change("assets", [number])
    assert sync_record(synced, "assets", number) == [f"Record {number} was updated."]
    synced.halo.delete("assets", [number])
    (deleted,) = sync_record(synced, "assets", number)
    assert deleted.startswith("Deleted: ")


def test_a_webhook_lists_records_that_the_filters_exclude(synced: Copy) -> None:
    choose(synced, active_only=True)
    number = one_of(synced, "contacts")
    client = record("contacts", number).client_remote_id
    assert client is not None
    synced.halo.deactivate("clients", [client])
    tell(synced.integration, about("clients", client, "deactivated"))
    refetch_pending(fresh(synced))
    assert excluded(synced) == {client: INACTIVE}
    assert excluded(synced, "contacts")[number] == THROUGH_CLIENT


def test_a_steps_log_line_counts_excluded_records(copy: Copy) -> None:
    choose(copy, active_only=True)
    filtered_out = copy.sync("clients")["steps"]["clients"]["left_out"]
    message = SyncLog.get(SyncLog.subject == "step").message
    created = SIZES["clients"] - filtered_out
    assert message == f"25 clients read: {created} created, 0 updated, {filtered_out} excluded."
