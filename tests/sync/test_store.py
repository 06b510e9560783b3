"""Bulk writes have the same effect on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock, db
from portal.halo.records import Columns
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.models.webhooks import Delivery, DeliveryState, Outcome, RefetchRequest
from portal.services.records import stored_records
from portal.sync import newer_answers, store
from portal.sync.decide import Change, Decision, StoredRecord
from portal.sync.record_types import RecordType
from portal.sync.row_and_detail import Forms
from portal.sync.store import ChangeOrigin
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, UTC)
LATER = datetime(2026, 11, 24, tzinfo=UTC)
BIG = 2**63 - 1
RUN = 12
NAMES = ["Плотность", "東京支店", "O'Brien; DROP TABLE record;--", "%s ? :name", "🦊" * 255, ""]


@pytest.fixture
def halo_of(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo")
    return integration


def change(remote_id: int, name: str = "Acme", digest: bytes = b"\x00\xff" * 8, payload: str = "{}") -> Change:
    columns = Columns(name, BIG, "Acme", None, "A-7", "Active", True, NOON)
    return Change(remote_id, digest, Forms(payload), columns)


def write(integration: Integration, *changes: Change, out_of_scope: tuple[int, ...] = ()) -> None:
    decision = Decision(created=list(changes), out_of_scope=dict.fromkeys(out_of_scope, "It is left out."))
    with db.db.atomic():
        store.write(integration.id, RecordType.CLIENTS, decision, origin=ChangeOrigin(RUN), read_at=clock.now())


def exclude(integration: Integration, ids: Iterable[int], record_type: RecordType = RecordType.CLIENTS) -> None:
    store.set_state(
        integration.id, record_type, dict.fromkeys(ids, "It is gone."), RecordState.DELETED, ChangeOrigin(RUN)
    )


def counted(integration: Integration) -> dict[str, int]:
    return stored_records.counts(integration)[RecordType.CLIENTS]


def test_written_records_are_read_back(halo_of: Integration) -> None:
    with clock.using(lambda: LATER):
        write(halo_of, change(BIG, payload='{"name":"\\u0000"}'))
    record = Record.get()
    assert (record.remote_id, record.client_remote_id, record.site_remote_id) == (BIG, BIG, None)
    assert (record.name, record.reference, record.status, record.is_active) == ("Acme", "A-7", "Active", True)
    assert (record.remote_updated_at, record.first_seen_at, record.changed_at) == (NOON, LATER, LATER)
    assert (bytes(record.digest), record.payload, record.state) == (b"\x00\xff" * 8, '{"name":"\\u0000"}', "live")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_sorts_survive(name: str, halo_of: Integration) -> None:
    write(halo_of, change(1, name))
    assert Record.get().name == name


def test_a_second_write_keeps_only_first_seen_at(halo_of: Integration) -> None:
    with clock.using(lambda: NOON):
        write(halo_of, change(1, "Old"), change(2, "Same"))
    with clock.using(lambda: LATER):
        write(halo_of, change(1, "New", b"n" * 16))
    new, same = Record.select().order_by(Record.remote_id)
    assert (new.name, new.first_seen_at, new.changed_at, bytes(new.digest)) == ("New", NOON, LATER, b"n" * 16)
    assert (same.name, same.changed_at) == ("Same", NOON)


def test_a_write_brings_a_tombstone_back_to_life(halo_of: Integration) -> None:
    write(halo_of, change(1))
    exclude(halo_of, [1])
    write(halo_of, change(1))
    assert Record.get().state == RecordState.LIVE


def test_thousands_of_stored_records_are_found_at_once(halo_of: Integration) -> None:
    write(halo_of, *(change(number) for number in range(1, 2001)))
    found = store.find_stored(halo_of.id, RecordType.CLIENTS, list(range(500, 4000)))
    assert set(found) == set(range(500, 2001))
    assert found[500] == StoredRecord(b"\x00\xff" * 8, "live")
    assert store.live_ids(halo_of.id, RecordType.CLIENTS) == set(range(1, 2001))


def test_thousands_are_marked_at_once(halo_of: Integration) -> None:
    write(halo_of, *(change(number) for number in range(1, 2001)))
    with clock.using(lambda: LATER):
        exclude(halo_of, range(1, 1901))
    assert store.live_ids(halo_of.id, RecordType.CLIENTS) == set(range(1901, 2001))
    assert Record.select().where(Record.changed_at == LATER).count() == 1900


def test_out_of_scope_records_keep_their_values(halo_of: Integration) -> None:
    write(halo_of, change(1, "Acme"))
    write(halo_of, out_of_scope=(1,))
    assert (Record.get().state, Record.get().name) == ("out_of_scope", "Acme")


def test_types_and_integrations_are_separate(halo_of: Integration) -> None:
    other = Integration.create(account=Account.create(name="Other MSP"), psa="halo")
    write(halo_of, change(1))
    assert store.live_ids(other.id, RecordType.CLIENTS) == set()
    assert store.find_stored(halo_of.id, RecordType.SITES, [1]) == {}
    exclude(other, [1])
    exclude(halo_of, [1], RecordType.SITES)
    assert Record.get().state == RecordState.LIVE


def test_a_record_that_leaves_the_scope_has_the_reason_in_its_history(halo_of: Integration) -> None:
    write(halo_of, change(1), change(2))
    write(halo_of, out_of_scope=(1,))
    exclude(halo_of, [2])
    lines = [(each.remote_id, each.kind, each.why, each.run_id) for each in RecordChange.select()]
    assert lines == [(1, "out_of_scope", "It is left out.", RUN), (2, "deleted", "It is gone.", RUN)]


def test_a_change_is_stored_field_by_field(halo_of: Integration) -> None:
    write(halo_of, change(1))
    changed = replace(change(1, "New"), kind=ChangeKind.UPDATED, fields={"name": ["Acme", "New"]})
    with db.db.atomic():
        store.write(
            halo_of.id, RecordType.CLIENTS, Decision(updated=[changed]), origin=ChangeOrigin(RUN), read_at=clock.now()
        )
    line = RecordChange.get()
    assert (line.kind, line.fields, line.run_id) == ("updated", {"name": ["Acme", "New"]}, RUN)
    assert Record.get().first_run == RUN


def test_another_form_of_the_same_record_changes_only_its_payload(halo_of: Integration) -> None:
    with clock.using(lambda: NOON):
        write(halo_of, change(1, "Acme"))
    settled = change(1, "Ignored", b"s" * 16, '{"id":1}')
    with clock.using(lambda: LATER), db.db.atomic():
        store.write(
            halo_of.id, RecordType.CLIENTS, Decision(payload_only=[settled]), origin=ChangeOrigin(RUN), read_at=LATER
        )
    record = Record.get()
    assert (record.name, record.changed_at) == ("Acme", NOON)
    assert (bytes(record.digest), record.payload) == (b"s" * 16, '{"id":1}')


def refetched(integration: Integration, remote_id: int, outcome: Outcome, asked_at: datetime) -> None:
    delivery = Delivery.create(integration=integration, received_at=NOON, state=DeliveryState.DONE, body=b"{}")
    RefetchRequest.create(
        delivery=delivery,
        integration=integration,
        record_type="clients",
        remote_id=remote_id,
        state="done",
        outcome=outcome,
        received_at=NOON,
        read_at=asked_at,
        settled_at=asked_at,
    )


def test_newer_answers_are_found_in_records_and_refetches(halo_of: Integration) -> None:
    with clock.using(lambda: LATER):
        write(halo_of, change(1))
    with clock.using(lambda: NOON):
        write(halo_of, change(2), change(3), change(4), change(5))
    refetched(halo_of, 2, Outcome.UNCHANGED, LATER)
    refetched(halo_of, 3, Outcome.UNCHANGED, NOON)
    refetched(halo_of, 4, Outcome.REJECTED, LATER)
    refetched(halo_of, 7, Outcome.ABSENT, LATER)
    known = newer_answers.newer_ids(halo_of.id, RecordType.CLIENTS, {1, 2, 3, 4, 5}, NOON, not_stored={6, 7})
    assert known == {1, 2, 7}
    assert newer_answers.newer_ids(halo_of.id, RecordType.CLIENTS, {1, 2}, LATER, not_stored={7}) == set()
    assert newer_answers.newer_ids(halo_of.id, RecordType.SITES, {1, 2}, NOON, not_stored={7}) == set()


def test_an_answer_older_than_the_stored_one_removes_nothing(halo_of: Integration) -> None:
    with clock.using(lambda: LATER):
        write(halo_of, change(1))
    with clock.using(lambda: NOON):
        write(halo_of, change(2))
    reasons = {1: "It is gone.", 2: "It is gone."}
    left = store.set_state(
        halo_of.id,
        RecordType.CLIENTS,
        reasons,
        RecordState.DELETED,
        ChangeOrigin(RUN),
        asked_at=NOON + timedelta(hours=1),
    )
    assert left == {2}
    assert [each.remote_id for each in RecordChange.select()] == [2]
    first, second = Record.select().order_by(Record.remote_id)
    assert (first.state, first.read_at) == ("live", LATER)
    assert (second.state, second.read_at) == ("deleted", NOON + timedelta(hours=1))
    assert counted(halo_of) == {"live": 1, "out_of_scope": 0, "deleted": 1}


def test_the_counts_follow_every_change_of_state(halo_of: Integration) -> None:
    write(halo_of, change(1), change(2), change(3))
    write(halo_of, change(4))
    assert counted(halo_of) == {"live": 4, "out_of_scope": 0, "deleted": 0}
    exclude(halo_of, [1])
    write(halo_of, change(5), out_of_scope=(2, 3))
    assert counted(halo_of) == {"live": 2, "out_of_scope": 2, "deleted": 1}
    back = replace(change(1), kind=ChangeKind.BACK)
    with db.db.atomic():
        store.write(
            halo_of.id, RecordType.CLIENTS, Decision(updated=[back]), origin=ChangeOrigin(RUN), read_at=clock.now()
        )
    assert counted(halo_of) == {"live": 3, "out_of_scope": 2, "deleted": 0}


def test_records_read_after_a_list_do_not_count_as_missing_from_it(halo_of: Integration) -> None:
    with clock.using(lambda: NOON):
        write(halo_of, change(1))
    with clock.using(lambda: LATER):
        write(halo_of, change(2))
    assert store.undeleted_ids(halo_of.id, RecordType.CLIENTS, before=NOON) == {1}
    assert store.undeleted_ids(halo_of.id, RecordType.CLIENTS, before=LATER) == {1, 2}


def test_empty_decisions_write_nothing(halo_of: Integration) -> None:
    write(halo_of)
    exclude(halo_of, [])
    assert store.find_stored(halo_of.id, RecordType.CLIENTS, []) == {}
