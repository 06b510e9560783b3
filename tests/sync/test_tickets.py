"""A ticket is no opportunity, whatever a webhook calls it and whatever /Opportunities/{id} returns."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.records import Record, RecordState
from portal.models.webhooks import RefetchRequest
from portal.sync import catch_up
from tests.halo_fixtures import Copy
from tests.sync.refetches import fresh, later, record, refetch_pending, requested
from tests.telling import results, tell

# What Halo reveals: everything, only the use of its ticket types, nothing.
TOLD: tuple[dict[str, Any], ...] = (
    {},
    {"has_opportunity_flag": False},
    {"has_opportunity_flag": False, "lists_ticket_types": False},
)
ALL, BY_TYPE, NOTHING = TOLD


def status_changed(synced: Copy, number: int) -> None:
    tell(synced.integration, {"event": "ticket status changed", "object_id": number, "ticket": {"id": number}})


def has_ticket(number: int) -> bool:
    return bool(Record.select().where(Record.record_type == "opportunities", Record.remote_id == number).count())


@pytest.mark.parametrize("knobs", TOLD, ids=["all", "by type", "nothing"])
def test_a_ticket_is_not_taken_for_an_opportunity(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    (number, *_) = synced.halo.tickets()
    synced.halo.change_tickets([number], fields={"status_id": 2})
    status_changed(synced, number)
    refetch_pending(synced)
    assert not has_ticket(number)
    assert results() == [("ignored", "undecided" if knobs == NOTHING else "absent")]
    assert "ticket" in RefetchRequest.get().why
    assert synced.sync()["state"] == "succeeded"
    assert not has_ticket(number)


def test_an_unclear_record_is_left_to_the_next_sync(synced: Copy) -> None:
    synced.halo.turn(**NOTHING)
    (number,) = synced.halo.create("opportunities")
    status_changed(synced, number)
    refetch_pending(synced)
    assert (has_ticket(number), results()) == (False, [("ignored", "undecided")])
    assert "The next sync checks" in RefetchRequest.get().why
    due = fresh(synced).integration.catch_up_at
    assert due is not None
    with later(seconds=catch_up.SOON.total_seconds()):
        synced.sync()
    assert record("opportunities", number).state == RecordState.LIVE


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_a_recognisable_new_opportunity_arrives_at_once(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    (number,) = synced.halo.create("opportunities")
    status_changed(synced, number)
    refetch_pending(synced)
    assert results() == [("done", "created")]
    assert record("opportunities", number).state == RecordState.LIVE


def test_a_listed_opportunity_stays_up_to_date_even_if_unclear(synced: Copy) -> None:
    synced.halo.turn(**NOTHING)
    number = min(synced.ids("opportunities"))
    synced.halo.change("opportunities", [number], fields={"summary": "Renamed"})
    status_changed(synced, number)
    refetch_pending(synced)
    assert (results(), record("opportunities", number).name) == ([("done", "updated")], "Renamed")


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_a_ticket_that_is_converted_and_back_appears_and_disappears(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    number = synced.halo.tickets()[3]
    synced.halo.convert_tickets([number])
    status_changed(synced, number)
    refetch_pending(synced)
    assert record("opportunities", number).state == RecordState.LIVE
    synced.halo.revert_to_tickets([number])
    status_changed(synced, number)
    with later(minutes=2):
        refetch_pending(synced)
    assert record("opportunities", number).state == RecordState.DELETED
    assert "ordinary ticket" in (RefetchRequest.select().order_by(RefetchRequest.id.desc()).get().why)
    synced.halo.convert_tickets([number])
    status_changed(synced, number)
    with later(minutes=4):
        refetch_pending(synced)
    assert record("opportunities", number).state == RecordState.LIVE
    assert results() == [("done", "created"), ("done", "deleted"), ("done", "back")]
    assert synced.sync()["state"] == "succeeded"


def test_an_unclear_ticket_does_not_revive_a_tombstone(synced: Copy) -> None:
    number = min(synced.ids("opportunities"))
    synced.halo.revert_to_tickets([number])
    synced.sync()
    assert record("opportunities", number).state == RecordState.DELETED
    synced.halo.turn(**NOTHING)
    status_changed(synced, number)
    refetch_pending(synced)
    assert record("opportunities", number).state == RecordState.DELETED
    assert results() == [("ignored", "undecided")]


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_syncs_find_conversions_without_webhooks(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    number, other = synced.halo.tickets()[0], max(synced.ids("opportunities"))
    synced.halo.convert_tickets([number])
    synced.halo.revert_to_tickets([other])
    assert synced.sync()["state"] == "succeeded"
    assert record("opportunities", number).state == RecordState.LIVE
    assert record("opportunities", other).state == RecordState.DELETED


def test_ticket_types_are_requested_once_however_many_tickets_change(synced: Copy) -> None:
    synced.halo.turn(**BY_TYPE)
    for number in synced.halo.tickets()[:6]:
        status_changed(synced, number)
    assert refetch_pending(synced) == 7
    assert requested(synced).count("/api/TicketType") == 1
    assert results() == [("ignored", "absent")] * 6
