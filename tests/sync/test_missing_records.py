"""A list alone never deletes a record."""

from __future__ import annotations

import pytest

from portal.models.accounts import User
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.records import Record, RecordState
from portal.services.syncing import held_deletes
from tests.halo_fixtures import SIZES, Copy


def pending(record_type: str) -> HeldDelete | None:
    found: HeldDelete | None = HeldDelete.get_or_none(
        HeldDelete.state == HeldDeleteState.PENDING, HeldDelete.record_type == record_type
    )
    return found


def hide(copy: Copy, record_type: str, count: int, answer: str) -> list[int]:
    hidden = sorted(copy.ids(record_type))[5 : 5 + count]
    copy.halo.change_tenant(hidden={record_type: hidden}, hidden_answer=answer)
    return hidden


@pytest.mark.parametrize("times", [1, 2])
def test_a_list_that_is_empty_once_is_read_again_in_the_same_run(times: int, synced: Copy) -> None:
    synced.halo.fault("no_rows", on="products", times=times)
    report = synced.sync("products")
    assert report["state"] == ("succeeded" if times == 1 else "incomplete")
    assert len(synced.ids("products")) == SIZES["products"]


def test_an_agent_that_sees_nothing_deletes_nothing(synced: Copy) -> None:
    synced.halo.change_tenant(unseen=list(SIZES))
    report = synced.sync()
    assert report["state"] == "incomplete"
    assert {name: len(synced.ids(name)) for name in SIZES} == SIZES
    assert all(pending(name) for name in SIZES)


def test_a_small_type_that_becomes_empty_is_held_even_if_all_are_gone(synced: Copy) -> None:
    synced.halo.delete("contracts", sorted(synced.ids("contracts")))
    assert synced.sync("contracts")["state"] == "incomplete"
    assert len(synced.ids("contracts")) == SIZES["contracts"]
    held = pending("contracts")
    assert held is not None
    assert "list is empty" in held.cause


def test_a_type_may_become_empty_if_an_admin_approves(synced: Copy, alice: User) -> None:
    synced.halo.delete("contracts", sorted(synced.ids("contracts")))
    synced.sync("contracts")
    held = pending("contracts")
    assert held is not None
    held_deletes.approve(held, alice)
    assert synced.sync("contracts")["state"] == "succeeded"
    assert synced.ids("contracts") == set()


def test_a_few_missing_records_are_each_checked_and_deleted(synced: Copy) -> None:
    gone = synced.halo.delete("clients", count=7)
    assert synced.sync("clients")["state"] == "succeeded"
    assert synced.ids("clients", RecordState.DELETED) == set(gone)
    requested = {int(entry["path"].rsplit("/", 1)[1]) for entry in synced.halo.journal(status="404")}
    assert requested == set(gone)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("shown", "They still exist in Halo, but it no longer lists them for Scopable."),
        ("forbidden", "Halo refuses to show them: Scopable probably lost a permission."),
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_unlisted_records_that_may_still_exist_are_held(answer: str, cause: str, count: int, synced: Copy) -> None:
    hidden = hide(synced, "contacts", count, answer)
    assert synced.sync("contacts")["state"] == "incomplete"
    assert set(hidden) <= synced.ids("contacts")
    held = pending("contacts")
    assert held is not None
    assert (held.count, held.cause) == (count, cause)


def test_a_kept_record_leaves_the_next_sync_green_with_a_note(synced: Copy, alice: User) -> None:
    hidden = hide(synced, "contacts", 3, "shown")
    synced.sync("contacts")
    held = pending("contacts")
    assert held is not None
    held_deletes.keep(held, alice)
    assert synced.sync("contacts")["state"] == "succeeded"
    assert set(hidden) <= synced.ids("contacts")
    assert "Kept 3 contacts that Halo no longer lists, as Alice decided." in synced.logged(subject="step")


def test_a_kept_record_that_was_relisted_is_held_when_it_vanishes_again(synced: Copy, alice: User) -> None:
    hide(synced, "contacts", 3, "shown")
    synced.sync("contacts")
    held = pending("contacts")
    assert held is not None
    held_deletes.keep(held, alice)
    synced.halo.change_tenant(hidden={})
    synced.sync("contacts")
    hide(synced, "contacts", 3, "shown")
    assert synced.sync("contacts")["state"] == "incomplete"


def _largest_set(copy: Copy, record_type: str) -> tuple[int, list[int]]:
    """Return the client with the most records of the type, and their ids."""
    theirs: dict[int, list[int]] = {}
    for row in Record.select().where(Record.record_type == record_type, Record.client_remote_id.is_null(False)):
        theirs.setdefault(row.client_remote_id or 0, []).append(row.remote_id)
    return max(theirs.items(), key=lambda pair: len(pair[1]))


def test_all_records_of_an_existing_clients_type_are_held(synced: Copy) -> None:
    _, theirs = _largest_set(synced, "contacts")
    synced.halo.delete("contacts", theirs)
    report = synced.sync("contacts")
    assert (report["state"], set(theirs) <= synced.ids("contacts")) == ("incomplete", True)
    held = pending("contacts")
    assert held is not None
    assert held.cause.startswith("A client lost all its records of this type at once")


def test_records_of_a_deleted_client_are_deleted_with_it(synced: Copy) -> None:
    client, theirs = _largest_set(synced, "contacts")
    synced.halo.delete("contacts", theirs)
    synced.halo.delete("clients", [client])
    assert synced.sync("clients", "contacts")["state"] == "succeeded"
    assert synced.ids("contacts", RecordState.DELETED) == set(theirs)


def test_more_than_fifty_missing_records_are_sampled_and_held(synced: Copy) -> None:
    synced.halo.delete("assets", count=51)
    assert synced.sync("assets")["state"] == "incomplete"
    assert len(synced.halo.journal(status="404")) == 3
