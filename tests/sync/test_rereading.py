"""What a webhook names is read again from Halo, by the way that a sync goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.errors import FencedOut
from portal.models.integrations import Integration, IntegrationState
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.models.sync import RemoteList, SyncLog
from portal.models.webhooks import Hint, Rereading
from portal.services import due, records, rereading
from portal.services.filters import change as change_filters
from portal.sync import turn
from portal.sync.filters import Filters
from portal.sync.hints import MOST_ATTEMPTS
from portal.sync.rereading import Rereader
from portal.sync.writer import Writer
from tests.halo_fixtures import Copy
from tests.telling import about, delivery_states, results, tell


def read_again(copy: Copy) -> int:
    """Read what waits; returns how many requests for records Halo has seen."""
    copy.halo.reset(faults=False)
    rereading.execute(copy.integration.id)
    return len(asked(copy))


def asked(copy: Copy) -> list[str]:
    return [entry["path"] for entry in copy.halo.journal() if entry["path"].startswith("/api/")]


def one_of(copy: Copy, record_type: str) -> int:
    return min(copy.ids(record_type))


def record(record_type: str, remote_id: int) -> Record:
    found: Record = Record.get(Record.record_type == record_type, Record.remote_id == remote_id)
    return found


@pytest.mark.parametrize("record_type", ["clients", "sites", "contacts", "products", "assets", "contracts"])
def test_what_was_changed_in_halo_is_fresh(record_type: str, synced: Copy) -> None:
    (number,) = synced.halo.change(record_type, count=1)
    tell(synced.integration, about(record_type, number))
    assert read_again(synced) == 1
    assert results() == [("done", "updated")]
    assert delivery_states() == ["done"]
    line = RecordChange.get()
    assert (line.remote_id, line.kind, line.run_id, line.delivery_id) == (number, ChangeKind.UPDATED, None, 1)
    assert "says a webhook delivery" in SyncLog.get(SyncLog.remote_id == number).message


def test_the_body_is_not_believed(synced: Copy) -> None:
    number = one_of(synced, "clients")
    before = record("clients", number)
    tell(
        synced.integration, about("clients", number) | {"client": {"id": number, "name": "Forged", "inactive": True}}
    )
    assert read_again(synced) == 1
    assert results() == [("done", "unchanged")]
    after = record("clients", number)
    assert (after.name, after.state, after.changed_at) == (before.name, before.state, before.changed_at)


def test_a_new_record_is_created(synced: Copy) -> None:
    (number,) = synced.halo.create("assets", 1)
    tell(synced.integration, about("assets", number, "created"))
    read_again(synced)
    assert results() == [("done", "created")]
    found = record("assets", number)
    assert (found.state, found.first_run, found.first_delivery) == (RecordState.LIVE, None, 1)
    assert records.counts(synced.integration)["assets"]["live"] == len(synced.ids("assets"))


def test_a_deleted_record_becomes_a_tombstone_and_comes_back(synced: Copy) -> None:
    number = one_of(synced, "assets")
    synced.halo.delete("assets", [number])
    tell(synced.integration, about("assets", number, "deleted"))
    read_again(synced)
    assert record("assets", number).state == RecordState.DELETED
    assert results() == [("done", "deleted")]
    tell(synced.integration, about("assets", number, "deleted"))
    with later(minutes=2):
        read_again(synced)
    assert results()[1] == ("ignored", "absent")


def test_what_halo_has_not_and_we_have_not_is_nothing(synced: Copy) -> None:
    tell(synced.integration, about("assets", 999_999))
    read_again(synced)
    assert results() == [("ignored", "absent")]
    assert delivery_states() == ["ignored"]
    assert Hint.get().why == "Halo has no such record, and it was not in the copy."


def test_a_ticket_is_told_from_an_opportunity_by_reading_it(synced: Copy) -> None:
    number = one_of(synced, "opportunities")
    synced.halo.change("opportunities", [number])
    tell(synced.integration, about("ticket", number, "updated"), about("ticket", 999_999, "status changed"))
    assert read_again(synced) == 2
    assert results() == [("done", "updated"), ("ignored", "absent")]
    assert Hint.get_by_id(2).why == "It is a ticket and no opportunity; tickets are not synced."


def test_five_hundred_events_on_one_record_cost_one_request(synced: Copy) -> None:
    number = one_of(synced, "clients")
    for _ in range(5):
        tell(synced.integration, [about("clients", number) for _ in range(100)])
    assert read_again(synced) == 1
    assert results()[0] == ("done", "unchanged")
    assert set(results()[1:]) == {("done", "together")}
    assert delivery_states() == ["done"] * 5


def test_what_comes_while_it_is_read_costs_one_more_request(synced: Copy, on_read: OnRead) -> None:
    number = one_of(synced, "clients")

    def more() -> None:
        synced.halo.change("clients", [number])
        tell(synced.integration, [about("clients", number) for _ in range(250)])

    tell(synced.integration, [about("clients", number) for _ in range(250)])
    on_read(more)
    assert read_again(synced) == 2
    assert [result for result in results() if result[1] != "together"] == [("done", "unchanged"), ("done", "updated")]


def test_records_are_read_in_the_order_in_which_they_were_named(synced: Copy) -> None:
    numbers = sorted(synced.ids("assets"))[:9]
    tell(synced.integration, *[about("assets", number) for number in reversed(numbers)])
    read_again(synced)
    assert sorted(asked(synced)[:3]) == sorted(f"/api/Asset/{number}" for number in numbers[-3:])


def test_what_a_filter_leaves_out_says_so(synced: Copy) -> None:
    number = one_of(synced, "contacts")
    change_filters(synced.integration, list(synced.integration.record_types), Filters(active_only=True), None)
    client = record("contacts", number).client_remote_id
    assert client is not None
    synced.halo.deactivate("clients", [client])
    tell(synced.integration, about("clients", client, "deactivated"))
    read_again(fresh(synced))
    assert results() == [("done", "left_out")]
    assert Hint.get().why == "The client is inactive."
    assert record("clients", client).state == record("contacts", number).state == RecordState.OUT_OF_SCOPE
    tell(synced.integration, about("contacts", number))
    read_again(fresh(synced))
    assert results()[1] == ("done", "left_out")
    assert Hint.get_by_id(2).why == f"Its client {client} is left out."


def test_a_client_that_comes_into_scope_owes_a_sync_of_what_belongs_to_it(synced: Copy) -> None:
    change_filters(synced.integration, list(synced.integration.record_types), Filters(active_only=True), None)
    client = one_of(synced, "clients")
    synced.halo.deactivate("clients", [client])
    tell(synced.integration, about("clients", client))
    read_again(fresh(synced))
    synced.halo.reactivate("clients", [client])
    tell(synced.integration, about("clients", client))
    with later(minutes=2):
        read_again(fresh(synced))
    assert results()[1] == ("done", "back")
    assert fresh(synced).integration.catch_up_at is not None
    assert RemoteList.get(RemoteList.record_type == "assets").read_until is None
    assert [run.trigger for run in due.open_runs()] == ["webhook"]
    assert fresh(synced).integration.catch_up_at is None


def test_a_type_that_is_not_synced_is_not_asked_for(copy: Copy) -> None:
    Integration.update(record_types=["clients"]).execute()
    tell(fresh(copy).integration, about("assets", 1))
    assert (read_again(copy), delivery_states()) == (0, ["ignored"])
    assert Hint.get().why == "Its record type is not synced."


def test_a_record_that_is_refused_is_tried_again_and_then_waits_for_a_person(synced: Copy) -> None:
    synced.halo.change_tenant(refused=["assets"])
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    now, pauses = clock.now(), []
    for _ in range(MOST_ATTEMPTS):
        with at(now):
            assert rereading.waiting() == [synced.integration.id]
            rereading.execute(synced.integration.id)
            hint = Hint.get()
            if hint.not_before is not None:
                pauses.append(hint.not_before - now)
                assert rereading.waiting() == []
                now = hint.not_before
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert (results(), delivery_states()) == ([("stuck", None)], ["stuck"])
    assert SyncLog.select().where(SyncLog.level == "error").count() == 1


def test_while_halo_is_down_everything_waits_and_nothing_is_given_up(synced: Copy) -> None:
    numbers = sorted(synced.ids("assets"))[:20]
    tell(synced.integration, *[about("assets", number) for number in numbers])
    synced.halo.fault("status", status=503, times=None)
    now, calls = clock.now(), 0
    for _ in range(20):
        with at(now):
            assert rereading.waiting() == [synced.integration.id]
            calls += read_again(synced)
            assert rereading.waiting() == []
        now = Rereading.get().not_before
    assert now - clock.now() > timedelta(hours=1)
    assert set(results()) == {("waiting", None)}
    assert Hint.select().where(Hint.attempts > 0).count() == 0
    synced.halo.clear_faults()
    with at(now):
        read_again(synced)
    assert set(results()) == {("done", "unchanged")}


def test_one_record_that_does_not_answer_keeps_no_other_waiting(synced: Copy) -> None:
    first, *others = sorted(synced.ids("assets"))[:5]
    synced.halo.fault("status", status=500, on=f"/api/asset/{first}", times=None)
    tell(synced.integration, *[about("assets", number) for number in (first, *others)])
    read_again(synced)
    assert results() == [("waiting", None)] + [("done", "unchanged")] * 4
    assert Hint.get_by_id(1).attempts == 1


def test_halos_limit_is_heeded(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    synced.halo.fault("rate_limit", on="assets", seconds=60)
    assert read_again(synced) == 1
    assert (results(), rereading.waiting()) == ([("waiting", None)], [])
    with later(seconds=6):
        assert read_again(synced) == 0
    with later(minutes=6):
        assert read_again(synced) == 1
    assert results() == [("done", "unchanged")]


def test_a_revoked_secret_asks_for_attention_and_keeps_what_came(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    synced.halo.change_tenant(client_secret="another")  # a sandbox's
    read_again(synced)
    assert fresh(synced).integration.state == IntegrationState.NEEDS_ATTENTION
    assert results() == [("waiting", None)]
    assert rereading.waiting() == []


@pytest.mark.parametrize("state", [{"paused_at": clock.now()}, {"state": IntegrationState.DISCONNECTED}])
def test_while_it_is_paused_or_disconnected_deliveries_wait(synced: Copy, state: dict[str, Any]) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    Integration.update(**state).execute()
    assert rereading.waiting() == []
    assert read_again(synced) == 0
    assert results() == [("waiting", None)]


def test_an_older_answer_of_a_list_does_not_replace_what_a_hint_brought(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, write, left = one_of(synced, "assets"), Writer.page, [True]

    def hinted(self: Writer, *rest: Any) -> None:
        if left and rest[0].record_type == "assets" and number in rest[1].ids:
            left.pop()
            synced.halo.change("assets", [number])
            tell(synced.integration, about("assets", number))
            rereading.execute(synced.integration.id)
        write(self, *rest)

    monkeypatch.setattr(Writer, "page", hinted)
    assert synced.sync()["state"] == "succeeded"
    assert results() == [("done", "updated")]
    truth = synced.halo.record("assets", number)
    assert record("assets", number).remote_updated_at is not None
    assert json.loads(record("assets", number).payload) == truth["detail"]


def test_two_workers_do_not_read_at_once(synced: Copy) -> None:
    tell(synced.integration, about("assets", one_of(synced, "assets")))
    mine = turn.claim(synced.integration.id)
    assert mine is not None
    assert (read_again(synced), rereading.waiting()) == (0, [])
    with later(seconds=16):
        assert rereading.waiting() == [synced.integration.id]
        assert read_again(synced) == 1
        with pytest.raises(FencedOut):
            mine.beat()


def test_a_turn_of_nothing_asks_nothing(synced: Copy) -> None:
    assert rereading.waiting() == []
    assert read_again(synced) == 0


OnRead = Callable[[Callable[[], Any]], None]


@pytest.fixture
def on_read(monkeypatch: pytest.MonkeyPatch) -> OnRead:
    """Have something happen, once, after Halo was asked and before its answer is written."""

    def plan(deed: Callable[[], Any]) -> None:
        answered, left = Rereader._answered, [deed]

        def first(self: Any, *rest: Any) -> None:
            if left:
                left.pop()()
            answered(self, *rest)

        monkeypatch.setattr(Rereader, "_answered", first)

    return plan


def fresh(copy: Copy) -> Copy:
    copy.integration = Integration.get_by_id(copy.integration.id)
    return copy


def at(moment: datetime) -> Any:
    return clock.using(lambda: moment)


def later(**by: float) -> Any:
    return at(clock.now() + timedelta(**by))
