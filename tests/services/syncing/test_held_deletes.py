"""Held deletes, and what an admin decides about them."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from portal import clock
from portal.db import connected
from portal.errors import Conflict, NotFound
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.models.sync import SyncLog
from portal.services.syncing import held_deletes
from tests.copies import NOON, copied, held, states
from tests.postgres import database

__all__ = ["database"]

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", state=IntegrationState.ACTIVE)
    return integration


@pytest.fixture
def hold(halo: Integration) -> HeldDelete:
    """Hold 300 of 600 assets."""
    copied(halo, range(1, 601))
    return held(halo, range(1, 301))


def test_held_deletes_of_others_are_neither_listed_nor_found(
    halo: Integration, hold: HeldDelete, mallory: User
) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo", state=IntegrationState.ACTIVE)
    assert list(held_deletes.pending(theirs)) == []
    with pytest.raises(NotFound):
        held_deletes.get(theirs, hold.id)


@pytest.mark.parametrize("state", [HeldDeleteState.APPROVED, HeldDeleteState.KEPT, HeldDeleteState.OVER])
def test_a_settled_decision_is_final(
    halo: Integration, hold: HeldDelete, alice: User, state: HeldDeleteState
) -> None:
    HeldDelete.update(state=state, decided_by=alice).execute()
    assert list(held_deletes.pending(halo)) == []
    for decide in (held_deletes.approve, held_deletes.keep):
        with pytest.raises(Conflict) as refused:
            decide(hold, alice)
        assert ("Alice already decided" in refused.value.problem) == (state != HeldDeleteState.OVER)
        assert refused.value.remedy
    assert set(states().values()) == {"live"}
    assert AuditEntry.select().count() == 0


def test_only_one_of_two_concurrent_decisions_counts(hold: HeldDelete, alice: User) -> None:
    outcomes: list[str] = []
    start = Barrier(2)

    def click(decide: object) -> None:
        start.wait()
        with connected():
            try:
                decide(HeldDelete.get_by_id(hold.id), alice)  # type: ignore[operator]  # one of the two verbs
                outcomes.append("decided")
            except Conflict:
                outcomes.append("too late")

    people = [Thread(target=click, args=(decide,)) for decide in (held_deletes.approve, held_deletes.keep)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["decided", "too late"]
    approved = HeldDelete.get_by_id(hold.id).state == HeldDeleteState.APPROVED
    assert list(states().values()).count("deleted") == (300 if approved else 0)
    assert AuditEntry.select().count() == 1


def test_approving_marks_each_record_deleted_with_a_history_entry(hold: HeldDelete, alice: User) -> None:
    with clock.using(lambda: LATER):
        assert held_deletes.approve(hold, alice) == 300
    found = states()
    assert {number for number, state in found.items() if state == "deleted"} == set(range(1, 301))
    history = list(RecordChange.select())
    assert sorted(each.remote_id for each in history) == list(range(1, 301))
    assert {(each.kind, each.run_id, each.at) for each in history} == {(ChangeKind.DELETED, hold.run_id, LATER)}
    assert "Alice decided to delete them here" in history[0].why
    assert Record.get(Record.remote_id == 1).changed_at == LATER
    decided = HeldDelete.get_by_id(hold.id)
    assert (decided.state, decided.decided_by, decided.decided_at) == (HeldDeleteState.APPROVED, alice, LATER)


def test_out_of_scope_records_are_deleted_and_deleted_ones_stay_deleted(
    halo: Integration, hold: HeldDelete, alice: User
) -> None:
    Record.update(state=RecordState.OUT_OF_SCOPE).where(Record.remote_id == 1).execute()
    Record.update(state=RecordState.DELETED).where(Record.remote_id == 2).execute()
    Record.delete().where(Record.remote_id == 3).execute()
    assert held_deletes.approve(hold, alice) == 298
    assert states()[1] == "deleted"
    assert RecordChange.select().where(RecordChange.remote_id == 2).count() == 0


def test_records_that_halo_returned_since_then_stay(hold: HeldDelete, alice: User) -> None:
    Record.update(read_at=LATER).where(Record.remote_id == 7).execute()
    with clock.using(lambda: LATER + timedelta(hours=1)):
        assert held_deletes.approve(hold, alice) == 299
    assert states()[7] == "live"


def test_other_types_and_other_accounts_are_left_alone(halo: Integration, hold: HeldDelete, mallory: User) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo", state=IntegrationState.ACTIVE)
    copied(theirs, range(1, 5))
    copied(halo, range(1, 5), of="contacts")
    held_deletes.approve(hold, None)
    assert set(states("contacts").values()) == {"live"}
    assert {each.state for each in Record.select().where(Record.integration == theirs)} == {"live"}


def test_several_batches_are_deleted_completely(halo: Integration, alice: User) -> None:
    copied(halo, range(1, 2 * held_deletes.BATCH_ROWS + 2))
    assert (
        held_deletes.approve(held(halo, range(1, 2 * held_deletes.BATCH_ROWS + 2)), alice)
        == 2 * held_deletes.BATCH_ROWS + 1
    )
    assert set(states().values()) == {"deleted"}


def test_keeping_changes_no_record(hold: HeldDelete, alice: User) -> None:
    held_deletes.keep(hold, alice)
    assert set(states().values()) == {"live"}
    assert RecordChange.select().count() == 0
    assert HeldDelete.get_by_id(hold.id).state == HeldDeleteState.KEPT


@pytest.mark.parametrize(
    ("decide", "action"), [(held_deletes.approve, "hold.deleted"), (held_deletes.keep, "hold.kept")]
)
def test_a_decision_is_recorded_with_the_person(hold: HeldDelete, alice: User, decide: object, action: str) -> None:
    decide(hold, alice)  # type: ignore[operator]  # one of the two verbs
    entry = AuditEntry.get()
    assert (entry.action, entry.user, entry.detail) == (action, alice, "300 assets")
    assert "Alice " in SyncLog.get().message


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (1, 1), (3, 3), (4, 3), (10**9, 3)])
def test_a_page_number_out_of_range_returns_the_nearest_page(hold: HeldDelete, asked: int, given: int) -> None:
    assert held_deletes.page(hold, asked).number == given


def test_the_pages_name_every_record_once(hold: HeldDelete) -> None:
    pages = [held_deletes.page(hold, number) for number in (1, 2, 3)]
    assert [each.remote_id for page in pages for each in page.records] == list(range(1, 301))
    assert {page.last for page in pages} == {3}
    assert pages[0].records[0].name == "PC-0001"


def test_a_record_that_is_not_here_any_more_is_listed_by_its_number(hold: HeldDelete) -> None:
    Record.delete().where(Record.remote_id == 1).execute()
    first = held_deletes.page(hold).records[0]
    assert (first.remote_id, first.name) == (1, "")


def test_the_card_reads_no_ids(halo: Integration, hold: HeldDelete) -> None:
    (found,) = held_deletes.pending(halo)
    assert (found.count, found.stored, found.record_type) == (300, 600, "assets")
    assert found.__data__.get("remote_ids") is None
