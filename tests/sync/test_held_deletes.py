"""Many deletes at once wait for a person, who is told the likely cause."""

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


def ids(hold: HeldDelete) -> set[int]:
    return set(array("q", bytes(hold.remote_ids)))


@pytest.mark.parametrize(("deleted", "held"), [(20, False), (21, True), (120, True)])
def test_mass_vanishing_is_held(deleted: int, held: bool, synced: Copy) -> None:  # noqa: FBT001  # a table's column
    gone = synced.halo.delete("assets", count=deleted)
    report = synced.sync("assets")
    assert report["state"] == ("incomplete" if held else "succeeded")
    assert len(synced.ids("assets", RecordState.DELETED)) == (0 if held else deleted)
    hold = pending()
    assert (hold is not None) == held
    if hold is not None:
        assert report["problem"].startswith(f"{deleted} assets are no longer in Halo's list. They were kept")
        assert (ids(hold), hold.count, hold.stored) == (set(gone), deleted, SIZES["assets"])
        assert hold.cause == "Halo says they don't exist: they were probably deleted on purpose."


def test_rows_that_the_agent_may_no_longer_see_are_held_and_the_cause_is_told(synced: Copy) -> None:
    synced.halo.change_tenant(unseen=["opportunities"])
    assert synced.sync()["state"] == "incomplete"
    assert len(synced.ids("opportunities")) == SIZES["opportunities"]
    hold = pending()
    assert hold is not None
    assert hold.cause == "Halo's list is empty: the agent probably may no longer see any of them."
    assert "agent may still see" in hold.advice


def test_a_refusal_to_show_them_is_told(synced: Copy) -> None:
    synced.halo.delete("assets", count=40)
    synced.halo.fault("status", status=403, on="/api/asset/*", times=None)
    synced.sync("assets")
    hold = pending()
    assert hold is not None
    assert hold.cause == "Halo refuses to show them: the agent has probably lost a permission."


def test_a_second_sync_renews_the_question_instead_of_asking_twice(synced: Copy) -> None:
    first = set(synced.halo.delete("assets", count=30))
    synced.sync("assets")
    second = set(synced.halo.delete("assets", count=5, seed=9))
    synced.sync("assets")
    (hold,) = HeldDelete.select()
    assert ids(hold) == first | second


def test_a_question_is_over_when_the_records_are_back(synced: Copy) -> None:
    synced.halo.change_tenant(unseen=["assets"])
    synced.sync("assets")
    synced.halo.change_tenant(unseen=[])
    assert synced.sync("assets")["state"] == "succeeded"
    assert [hold.state for hold in HeldDelete.select()] == [HeldDeleteState.OVER]


def test_what_a_person_keeps_is_not_asked_about_again(synced: Copy) -> None:
    gone = synced.halo.delete("assets", count=30)
    synced.sync("assets")
    HeldDelete.update(state=HeldDeleteState.KEPT).execute()
    assert synced.sync("assets")["state"] == "succeeded"
    assert set(gone) <= synced.ids("assets")
    assert pending() is None


def test_an_unbalanced_sync_neither_asks_nor_settles(synced: Copy) -> None:
    synced.halo.delete("assets", count=30)
    synced.sync("assets")
    synced.halo.fault("lying_count", on="assets", size=3, times=None)
    synced.sync("assets")
    assert pending() is not None


def test_out_of_scope_records_become_tombstones_too(synced: Copy) -> None:
    gone = synced.halo.delete("contacts", count=2)
    Record.update(state=RecordState.OUT_OF_SCOPE).where(
        Record.record_type == "contacts", Record.remote_id.in_(gone)
    ).execute()
    synced.sync("contacts")
    assert synced.ids("contacts", RecordState.DELETED) == set(gone)


def test_a_row_whose_id_is_spoiled_for_once_is_not_taken_for_deleted(synced: Copy) -> None:
    synced.halo.fault("bad_ids", on="contacts")
    step = synced.sync("contacts")["steps"]["contacts"]
    assert (step["failed"], step["deleted"]) == (5, 0)
    assert len(synced.ids("contacts")) == SIZES["contacts"]


def test_each_deleted_record_has_a_line_in_its_history_and_in_the_log(synced: Copy) -> None:
    (gone,) = synced.halo.delete("contacts", count=1)
    run = synced.sync("contacts")["run"]
    line = RecordChange.get(RecordChange.remote_id == gone, RecordChange.kind == "deleted")
    assert (line.run_id, line.why) == (run, "Halo says it doesn't exist.")
    (told,) = synced.logged(subject=LogSubject.RECORD, remote_id=gone)
    assert told == f"Deleted: {Record.get(record_type='contacts', remote_id=gone).name}."
