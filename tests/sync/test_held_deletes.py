"""Many deletes at once are held for a person, with the likely cause."""

from __future__ import annotations

from array import array

import pytest

from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.records import Record, RecordChange, RecordState
from portal.models.sync import LogSubject
from tests.halo_fixtures import SIZES, Copy


def pending() -> HeldDelete | None:
    found: HeldDelete | None = HeldDelete.get_or_none(HeldDelete.state == HeldDeleteState.PENDING)
    return found


def ids(held: HeldDelete) -> set[int]:
    return set(array("q", bytes(held.remote_ids)))


@pytest.mark.parametrize(("deleted", "is_held"), [(20, False), (21, True), (120, True)])
def test_mass_deletes_are_held(deleted: int, is_held: bool, synced: Copy) -> None:  # noqa: FBT001  # a table's column
    gone = synced.halo.delete("assets", count=deleted)
    report = synced.sync("assets")
    assert report["state"] == ("incomplete" if is_held else "succeeded")
    assert len(synced.ids("assets", RecordState.DELETED)) == (0 if is_held else deleted)
    held = pending()
    assert (held is not None) == is_held
    if held is not None:
        assert report["problem"].startswith(f"Halo no longer lists {deleted} assets. They're kept")
        assert (ids(held), held.count, held.stored) == (set(gone), deleted, SIZES["assets"])
        assert held.cause == "Halo says they don't exist: they were probably deleted on purpose."


def test_records_the_agent_can_no_longer_see_are_held_with_the_cause(synced: Copy) -> None:
    synced.halo.change_tenant(unseen=["opportunities"])
    assert synced.sync()["state"] == "incomplete"
    assert len(synced.ids("opportunities")) == SIZES["opportunities"]
    held = pending()
    assert held is not None
    assert held.cause == "Halo's list is empty: Scopable probably lost access to all of them."
    assert "Scopable can still see" in held.advice


def test_a_refusal_is_given_as_the_cause(synced: Copy) -> None:
    synced.halo.delete("assets", count=40)
    synced.halo.fault("status", status=403, on="/api/asset/*", times=None)
    synced.sync("assets")
    held = pending()
    assert held is not None
    assert held.cause == "Halo refuses to show them: Scopable probably lost a permission."


def test_a_second_sync_replaces_the_pending_held_delete(synced: Copy) -> None:
    first = set(synced.halo.delete("assets", count=30))
    synced.sync("assets")
    second = set(synced.halo.delete("assets", count=5, seed=9))
    synced.sync("assets")
    (held,) = HeldDelete.select()
    assert ids(held) == first | second


def test_a_held_delete_ends_when_the_records_are_back(synced: Copy) -> None:
    synced.halo.change_tenant(unseen=["assets"])
    synced.sync("assets")
    synced.halo.change_tenant(unseen=[])
    assert synced.sync("assets")["state"] == "succeeded"
    assert [held.state for held in HeldDelete.select()] == [HeldDeleteState.OVER]


def test_records_that_a_person_kept_are_not_held_again(synced: Copy) -> None:
    gone = synced.halo.delete("assets", count=30)
    synced.sync("assets")
    HeldDelete.update(state=HeldDeleteState.KEPT).execute()
    assert synced.sync("assets")["state"] == "succeeded"
    assert set(gone) <= synced.ids("assets")
    assert pending() is None


def test_an_unreconciled_sync_neither_holds_nor_releases_deletes(synced: Copy) -> None:
    synced.halo.delete("assets", count=30)
    synced.sync("assets")
    synced.halo.fault("lying_count", on="assets", size=3, times=None)
    synced.sync("assets")
    assert pending() is not None


def test_out_of_scope_records_also_become_tombstones(synced: Copy) -> None:
    gone = synced.halo.delete("contacts", count=2)
    Record.update(state=RecordState.OUT_OF_SCOPE).where(
        Record.record_type == "contacts", Record.remote_id.in_(gone)
    ).execute()
    synced.sync("contacts")
    assert synced.ids("contacts", RecordState.DELETED) == set(gone)


def test_a_row_whose_id_is_unreadable_once_is_not_deleted(synced: Copy) -> None:
    synced.halo.fault("bad_ids", on="contacts")
    step = synced.sync("contacts")["steps"]["contacts"]
    assert (step["failed"], step["deleted"]) == (5, 0)
    assert len(synced.ids("contacts")) == SIZES["contacts"]


def test_each_delete_is_in_the_history_and_in_the_log(synced: Copy) -> None:
    (gone,) = synced.halo.delete("contacts", count=1)
    run = synced.sync("contacts")["run"]
    line = RecordChange.get(RecordChange.remote_id == gone, RecordChange.kind == "deleted")
    assert (line.run_id, line.why) == (run, "Halo says it doesn't exist.")
    (told,) = synced.logged(subject=LogSubject.RECORD, remote_id=gone)
    assert told == f"Deleted: {Record.get(record_type='contacts', remote_id=gone).name}."
