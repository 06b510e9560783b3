"""Active clients only: what is left out, and how it comes back."""

from __future__ import annotations

import pytest

from portal.models.records import RecordState
from portal.services import integrations, syncing
from portal.sync.record_types import RecordType
from tests.halo_fixtures import SIZES, Copy

FOLLOWERS = ["sites", "contacts", "assets", "opportunities", "contracts"]


def active_only(copy: Copy, *, on: bool) -> None:
    integrations.change_data(copy.integration, list(SIZES), on, None)


def belonging_to(copy: Copy, record_type: str, clients: set[int]) -> set[int]:
    """Return the ids of Halo's records of these clients, and of those that have no client."""
    truth = copy.halo.truth(record_type, ids=True)
    ids = truth["active_ids"] + truth["inactive_ids"]
    rows = [copy.halo.record(record_type, each)["row"] for each in ids]
    return {int(row["id"]) for row in rows if int(row.get("client_id", 0)) in clients | {0, -1}}


def test_inactive_clients_and_what_belongs_to_them_are_left_out(copy: Copy) -> None:
    active_only(copy, on=True)
    report = copy.sync()
    truth = copy.halo.truth("clients", ids=True)
    active = set(truth["active_ids"])
    assert report["state"] == "succeeded"
    assert truth["inactive"] > 0
    assert copy.ids("clients") == active
    assert report["steps"]["clients"]["left_out"] == truth["inactive"]
    for record_type in FOLLOWERS:
        step = report["steps"][record_type]
        assert copy.ids(record_type) == belonging_to(copy, record_type, active)
        assert step["created"] + step["left_out"] == step["fetched"] == step["expected"]
    assert report["steps"]["products"]["left_out"] == 0


def test_switching_it_off_brings_the_rest(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    active_only(copy, on=False)
    assert copy.sync()["state"] == "succeeded"
    assert {name: len(copy.ids(name)) for name in SIZES} == SIZES


def test_switching_it_on_puts_what_is_stored_out_of_scope_without_losing_it(synced: Copy) -> None:
    active_only(synced, on=True)
    synced.sync()
    truth = synced.halo.truth("clients", ids=True)
    assert synced.ids("clients", RecordState.OUT_OF_SCOPE) == set(truth["inactive_ids"])
    active_only(synced, on=False)
    step = synced.sync()["steps"]["clients"]
    assert (step["created"], step["updated"]) == (0, truth["inactive"])
    assert synced.ids("clients", RecordState.OUT_OF_SCOPE) == set()


def test_a_client_that_becomes_inactive_takes_its_records_along(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    (gone,) = copy.halo.deactivate("clients", count=1)
    theirs = belonging_to(copy, "contacts", {gone}) - belonging_to(copy, "contacts", set())
    assert theirs
    copy.sync()
    assert copy.ids("clients", RecordState.OUT_OF_SCOPE) == {gone}
    assert copy.ids("contacts", RecordState.OUT_OF_SCOPE) == theirs


def test_clients_count_as_they_were_last_seen_when_only_others_are_synced(copy: Copy) -> None:
    active_only(copy, on=True)
    copy.sync()
    step = copy.sync("contacts")["steps"]["contacts"]
    assert (step["created"], step["updated"]) == (0, 0)


def test_a_run_keeps_the_filter_that_it_began_with(copy: Copy) -> None:
    run = copy.open()
    active_only(copy, on=True)
    syncing.execute(run.id)
    assert len(copy.ids("clients")) == SIZES["clients"]


@pytest.mark.parametrize("dropped", ["assets", "contracts"])
def test_a_type_that_is_no_longer_chosen_goes_out_of_scope_at_once(dropped: str, synced: Copy) -> None:
    chosen = [each.value for each in RecordType if each != dropped]
    integrations.change_data(synced.integration, chosen, False, None)
    assert synced.ids(dropped) == set()
    assert len(synced.ids(dropped, RecordState.OUT_OF_SCOPE)) == SIZES[dropped]
    assert dropped not in synced.sync()["steps"]


def test_a_type_that_is_chosen_again_comes_back(synced: Copy) -> None:
    integrations.change_data(synced.integration, ["clients"], False, None)
    integrations.change_data(synced.integration, ["clients", "assets"], False, None)
    assert synced.sync()["steps"]["assets"]["updated"] == SIZES["assets"]
    assert len(synced.ids("assets")) == SIZES["assets"]
