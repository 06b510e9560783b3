"""Syncs with filters: what they exclude, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.models.records import RecordState
from portal.models.sync import RunKind, SyncLog
from portal.services.syncing import filter_changes, sync_runs
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from tests.halo_fixtures import SIZES, Copy
from tests.sync.interruptions import OnPage, on_page

__all__ = ["on_page"]

CLIENT_OWNED = ["sites", "contacts", "assets", "opportunities", "contracts"]


def choose(copy: Copy, **chosen: Any) -> None:
    filter_changes.change(copy.integration, list(SIZES), Filters(**chosen), None)


def active_only(copy: Copy, *, on: bool) -> None:
    choose(copy, active_only=on)


def ids_where(copy: Copy, record_type: str, wanted: Callable[[dict[str, Any]], bool]) -> set[int]:
    """Return the ids of Halo's records whose rows match."""
    truth = copy.halo.truth(record_type, ids=True)
    rows = [copy.halo.record(record_type, each)["row"] for each in truth["active_ids"] + truth["inactive_ids"]]
    return {int(row["id"]) for row in rows if wanted(row)}


def records_of_clients(copy: Copy, record_type: str, clients: set[int]) -> set[int]:
    """Return the ids of Halo's records that belong to these clients or to none."""
    return ids_where(copy, record_type, lambda row: int(row.get("client_id", 0)) in clients | {0, -1})


def test_inactive_clients_and_their_records_are_filtered_out(copy: Copy) -> None:
    active_only(copy, on=True)
    report = copy.sync()
    truth = copy.halo.truth("clients", ids=True)
    active = set(truth["active_ids"])
    assert report["state"] == "succeeded"
    assert truth["inactive"] > 0
    assert copy.ids("clients") == active
    assert report["steps"]["clients"]["left_out"] == truth["inactive"]
    for record_type in CLIENT_OWNED:
        step = report["steps"][record_type]
        assert copy.ids(record_type) == records_of_clients(copy, record_type, active)
        assert step["created"] + step["left_out"] == step["fetched"] == step["expected"]
    assert report["steps"]["products"]["left_out"] == 0


def test_disabling_the_filter_brings_the_rest(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    active_only(copy, on=False)
    assert copy.sync()["state"] == "succeeded"
    assert {name: len(copy.ids(name)) for name in SIZES} == SIZES


def test_enabling_the_filter_puts_stored_records_out_of_scope_and_keeps_them(synced: Copy) -> None:
    active_only(synced, on=True)
    synced.sync()
    truth = synced.halo.truth("clients", ids=True)
    assert synced.ids("clients", RecordState.OUT_OF_SCOPE) == set(truth["inactive_ids"])
    active_only(synced, on=False)
    step = synced.sync()["steps"]["clients"]
    assert (step["created"], step["updated"]) == (0, truth["inactive"])
    assert synced.ids("clients", RecordState.OUT_OF_SCOPE) == set()


def test_a_client_that_becomes_inactive_excludes_its_records(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    (gone,) = copy.halo.deactivate("clients", count=1)
    theirs = records_of_clients(copy, "contacts", {gone}) - records_of_clients(copy, "contacts", set())
    assert theirs
    copy.sync()
    assert copy.ids("clients", RecordState.OUT_OF_SCOPE) == {gone}
    assert copy.ids("contacts", RecordState.OUT_OF_SCOPE) == theirs


def test_clients_count_as_last_seen_if_only_other_types_are_synced(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    step = copy.sync("contacts")["steps"]["contacts"]
    assert (step["created"], step["updated"]) == (0, 0)


def test_a_run_keeps_the_filters_that_it_started_with(copy: Copy) -> None:
    run = copy.open()
    active_only(copy, on=True)
    sync_runs.execute(run.id)
    assert len(copy.ids("clients")) == SIZES["clients"]


@pytest.mark.parametrize("dropped", ["assets", "contracts"])
def test_a_disabled_type_goes_out_of_scope_before_the_next_sync(dropped: str, synced: Copy) -> None:
    chosen = [each.value for each in RecordType if each != dropped]
    filter_changes.change(synced.integration, chosen, Filters(), None)
    synced.retire()
    assert synced.ids(dropped) == set()
    assert len(synced.ids(dropped, RecordState.OUT_OF_SCOPE)) == SIZES[dropped]
    assert dropped not in synced.sync()["steps"]


def test_a_type_that_is_enabled_again_comes_back(synced: Copy) -> None:
    filter_changes.change(synced.integration, ["clients"], Filters(), None)
    synced.retire()
    filter_changes.change(synced.integration, ["clients", "assets"], Filters(), None)
    assert synced.sync()["steps"]["assets"]["updated"] == SIZES["assets"]
    assert len(synced.ids("assets")) == SIZES["assets"]


@pytest.mark.parametrize(
    ("record_type", "chosen", "wanted"),
    [
        ("clients", {"top_levels": {2, 4}}, lambda row: row["toplevel_id"] in (2, 4)),
        ("clients", {"relationships": {3}}, lambda row: {"id": 3, "name": "Vendor"} in row["customer_relationship"]),
        ("clients", {"include_clients": {12, 14}}, lambda row: row["id"] in (12, 14)),
        ("clients", {"exclude_clients": {12, 14}}, lambda row: row["id"] not in (12, 14)),
        ("contacts", {"without_service_accounts": True}, lambda row: not row["isserviceaccount"]),
        ("contacts", {"without_general_users": True}, lambda row: row["name"] != "General User"),
        ("products", {"product_groups": {6, 7}}, lambda row: row["assetgroup_id"] in (6, 7)),
        ("assets", {"asset_types": {130}}, lambda row: row["assettype_id"] == 130),
        ("opportunities", {"open_opportunities_only": True}, lambda row: "hasbeenclosed" not in row),
        ("opportunities", {"opportunities_since": date(2025, 5, 1)}, lambda row: row["dateoccurred"] >= "2025-05-01"),
        ("contracts", {"active_contracts_only": True}, lambda row: row["active"]),
    ],
)
def test_each_filter_excludes_records_and_brings_them_back(
    record_type: str, chosen: dict[str, Any], wanted: Callable[[dict[str, Any]], bool], synced: Copy
) -> None:
    everything, kept = ids_where(synced, record_type, lambda _: True), ids_where(synced, record_type, wanted)
    assert kept
    assert everything - kept
    choose(synced, **{name: frozenset(value) if isinstance(value, set) else value for name, value in chosen.items()})
    report = synced.sync()
    step = report["steps"][record_type]
    assert report["state"] == "succeeded"
    assert synced.ids(record_type) == kept
    assert synced.ids(record_type, RecordState.OUT_OF_SCOPE) == everything - kept
    assert (step["left_out"], step["deleted"], step["failed"]) == (len(everything - kept), 0, 0)
    choose(synced)
    step = synced.sync()["steps"][record_type]
    assert synced.ids(record_type) == everything
    assert (step["created"], step["updated"], step["left_out"]) == (0, len(everything - kept), 0)


@pytest.mark.parametrize("chosen", [{"top_levels": frozenset({2})}, {"exclude_clients": frozenset({29, 42})}])
def test_every_client_filter_excludes_the_clients_records(chosen: dict[str, Any], synced: Copy) -> None:
    choose(synced, **chosen)
    steps = synced.sync()["steps"]
    clients = synced.ids("clients")
    for record_type in CLIENT_OWNED:
        assert synced.ids(record_type) == records_of_clients(synced, record_type, clients)
        assert steps[record_type]["left_out"] > 0
    assert steps["products"]["left_out"] == 0


def test_type_filters_and_client_filters_both_apply(synced: Copy) -> None:
    choose(synced, top_levels=frozenset({3}), asset_types=frozenset({130, 131}))
    step = synced.sync()["steps"]["assets"]
    theirs = records_of_clients(synced, "assets", synced.ids("clients"))
    right_type = ids_where(synced, "assets", lambda row: row["assettype_id"] in (130, 131))
    assert synced.ids("assets") == theirs & right_type
    assert step["left_out"] == SIZES["assets"] - len(theirs & right_type)


def test_a_filter_set_before_the_first_sync_keeps_the_rest_out(copy: Copy) -> None:
    choose(copy, asset_types=frozenset({130}))
    step = copy.sync()["steps"]["assets"]
    assert step["created"] + step["left_out"] == SIZES["assets"]
    assert copy.ids("assets", RecordState.OUT_OF_SCOPE) == set()


def test_a_run_with_broken_filters_copies_everything(copy: Copy) -> None:
    copy.integration.filters = {"active_only": "perhaps", "asset_types": "all of them"}
    copy.integration.save()
    assert copy.sync()["state"] == "succeeded"
    assert {name: len(copy.ids(name)) for name in SIZES} == SIZES


def test_values_of_wrong_types_never_stop_a_filtered_sync(synced: Copy) -> None:
    choose(synced, top_levels=frozenset({2}), without_general_users=True, opportunities_since=date(2025, 5, 1))
    synced.halo.fault("wrong_types", times=None)
    report = synced.sync()
    for step in report["steps"].values():
        assert step["fetched"] == sum(
            step[name] for name in ("created", "updated", "unchanged", "left_out", "failed")
        )


def test_details_are_fetched_for_rows_that_lack_the_filtered_value(copy: Copy) -> None:
    truth = copy.halo.truth("clients", ids=True)
    row = copy.halo.record("clients", truth["active_ids"][-1])["row"]
    wanted = row["customer_relationship"][0]["id"]
    copy.halo.fault("thin_rows", on="/api/client", times=None)
    choose(copy, active_only=True, relationships=frozenset({wanted}))
    assert copy.sync("clients")["state"] == "succeeded"
    assert copy.ids("clients") == ids_where(
        copy,
        "clients",
        lambda row: not row["inactive"] and wanted in {each["id"] for each in row["customer_relationship"]},
    )
    details = [entry for entry in copy.halo.journal(kind="clients") if entry["path"].lower() != "/api/client"]
    assert len(details) == truth["active"]


def test_filters_changed_during_a_sync_cause_another_full_read(copy: Copy, on_page: OnPage) -> None:
    choose(copy, without_service_accounts=True)
    on_page("contacts", 1, lambda: choose(copy))
    copy.sync()
    hidden = SIZES["contacts"] - len(copy.ids("contacts"))
    assert hidden > 0
    assert copy.sync("contacts", kind=RunKind.INCREMENTAL)["steps"]["contacts"]["created"] == hidden


def test_a_type_that_is_disabled_during_a_sync_stays_disabled(copy: Copy, on_page: OnPage) -> None:
    kept = [each for each in SIZES if each != "assets"]
    on_page("assets", 1, lambda: filter_changes.change(copy.integration, kept, Filters(), None))
    copy.sync()
    copy.retire()
    assert copy.ids("assets") == set()
    assert len(copy.ids("assets", RecordState.OUT_OF_SCOPE)) == SIZES["assets"]


def test_each_page_logs_why_rows_were_filtered_out(copy: Copy) -> None:
    choose(copy, without_general_users=True)
    filtered_out = copy.sync("contacts")["steps"]["contacts"]["left_out"]
    line = SyncLog.get(SyncLog.subject == "page", SyncLog.record_type == "contacts")
    assert line.details["filtered_out_because"] == f"{filtered_out} × It's a General User."
