"""A ticket is no opportunity, whatever a webhook says of it and whatever Halo answers at /Opportunities/{id}."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.records import Record, RecordState
from portal.models.webhooks import RefetchRequest
from portal.sync import catch_up
from tests.halo_fixtures import Copy
from tests.sync.refetches import asked, fresh, later, read_again, record
from tests.telling import results, tell

# What Halo tells: all, only the use of its ticket types, nothing.
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
    read_again(synced)
    assert not has_ticket(number)
    assert results() == [("ignored", "undecided" if knobs == NOTHING else "absent")]
    assert "ticket" in RefetchRequest.get().why
    assert synced.sync()["state"] == "succeeded"
    assert not has_ticket(number)


def test_what_nothing_tells_is_left_to_the_next_sync(synced: Copy) -> None:
    synced.halo.turn(**NOTHING)
    (number,) = synced.halo.create("opportunities")
    status_changed(synced, number)
    read_again(synced)
    assert (has_ticket(number), results()) == (False, [("ignored", "undecided")])
    assert "The next sync looks" in RefetchRequest.get().why
    due = fresh(synced).integration.catch_up_at
    assert due is not None
    with later(seconds=catch_up.SOON.total_seconds()):
        synced.sync()
    assert record("opportunities", number).state == RecordState.LIVE


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_a_new_opportunity_is_there_at_once_where_something_tells(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    (number,) = synced.halo.create("opportunities")
    status_changed(synced, number)
    read_again(synced)
    assert results() == [("done", "created")]
    assert record("opportunities", number).state == RecordState.LIVE


def test_what_the_list_has_brought_is_kept_up_to_date_though_nothing_tells(synced: Copy) -> None:
    synced.halo.turn(**NOTHING)
    number = min(synced.ids("opportunities"))
    synced.halo.change("opportunities", [number], fields={"summary": "Renamed"})
    status_changed(synced, number)
    read_again(synced)
    assert (results(), record("opportunities", number).name) == ([("done", "updated")], "Renamed")


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_a_ticket_that_is_converted_and_back_comes_and_goes(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    number = synced.halo.tickets()[3]
    synced.halo.convert_tickets([number])
    status_changed(synced, number)
    read_again(synced)
    assert record("opportunities", number).state == RecordState.LIVE
    synced.halo.revert_to_tickets([number])
    status_changed(synced, number)
    with later(minutes=2):
        read_again(synced)
    assert record("opportunities", number).state == RecordState.DELETED
    assert "ordinary ticket" in (RefetchRequest.select().order_by(RefetchRequest.id.desc()).get().why)
    synced.halo.convert_tickets([number])
    status_changed(synced, number)
    with later(minutes=4):
        read_again(synced)
    assert record("opportunities", number).state == RecordState.LIVE
    assert results() == [("done", "created"), ("done", "deleted"), ("done", "back")]
    assert synced.sync()["state"] == "succeeded"


def test_a_tombstone_is_not_revived_by_a_ticket_that_tells_nothing(synced: Copy) -> None:
    number = min(synced.ids("opportunities"))
    synced.halo.revert_to_tickets([number])
    synced.sync()
    assert record("opportunities", number).state == RecordState.DELETED
    synced.halo.turn(**NOTHING)
    status_changed(synced, number)
    read_again(synced)
    assert record("opportunities", number).state == RecordState.DELETED
    assert results() == [("ignored", "undecided")]


@pytest.mark.parametrize("knobs", [ALL, BY_TYPE], ids=["all", "by type"])
def test_syncs_find_conversions_that_no_webhook_told_of(knobs: dict[str, Any], synced: Copy) -> None:
    synced.halo.turn(**knobs)
    number, other = synced.halo.tickets()[0], max(synced.ids("opportunities"))
    synced.halo.convert_tickets([number])
    synced.halo.revert_to_tickets([other])
    assert synced.sync()["state"] == "succeeded"
    assert record("opportunities", number).state == RecordState.LIVE
    assert record("opportunities", other).state == RecordState.DELETED


def test_the_types_of_tickets_are_asked_for_once_however_many_tickets_change(synced: Copy) -> None:
    synced.halo.turn(**BY_TYPE)
    for number in synced.halo.tickets()[:6]:
        status_changed(synced, number)
    assert read_again(synced) == 7
    assert asked(synced).count("/api/TicketType") == 1
    assert results() == [("ignored", "absent")] * 6
