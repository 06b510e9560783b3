"""Reading stored records."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from portal import clock
from portal.errors import NotFound
from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.records import record_exports, stored_records
from portal.sync import counting
from portal.sync.record_types import RecordType


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo")
    return integration


def copied(
    halo: Integration,
    ids: Iterable[int],
    *,
    of: RecordType = RecordType.CLIENTS,
    state: RecordState = RecordState.LIVE,
) -> None:
    now = clock.now()
    rows = [
        {
            "integration": halo,
            "record_type": of,
            "remote_id": remote_id,
            "state": state,
            "name": f"Client {remote_id:04}",
            "reference": f"CU{remote_id}",
            "digest": b"",
            "payload": f'{{"id":{remote_id}}}',
            "first_seen_at": now,
            "changed_at": now,
        }
        for remote_id in ids
    ]
    Record.insert_many(rows).execute()
    counting.recount(halo.id, of)


def test_records_are_counted_by_type_and_state(halo: Integration) -> None:
    copied(halo, range(3))
    copied(halo, range(3, 5), state=RecordState.DELETED)
    counts = stored_records.counts(halo)
    assert counts["clients"] == {"live": 3, "out_of_scope": 0, "deleted": 2}
    assert counts["assets"] == {"live": 0, "out_of_scope": 0, "deleted": 0}
    assert list(counts) == [record_type.value for record_type in RecordType]


def test_records_of_others_are_neither_counted_nor_found(halo: Integration, mallory: User) -> None:
    theirs = Integration.create(account=mallory.account, psa="halo")
    copied(theirs, [1])
    assert stored_records.counts(halo)["clients"]["live"] == 0
    assert stored_records.look_up(halo, RecordType.CLIENTS) == []
    assert list(stored_records.export(halo, RecordType.CLIENTS)) == []
    with pytest.raises(NotFound):
        stored_records.get(halo, RecordType.CLIENTS, 1)


def test_a_look_up_finds_by_name_and_by_reference(halo: Integration) -> None:
    copied(halo, range(30))
    assert [one.remote_id for one in stored_records.look_up(halo, RecordType.CLIENTS, containing="ient 0007")] == [7]
    assert [one.remote_id for one in stored_records.look_up(halo, RecordType.CLIENTS, containing="cu12")] == [12]
    assert len(stored_records.look_up(halo, RecordType.CLIENTS, limit=5)) == 5


@pytest.mark.parametrize("number", [0, 1, stored_records.BATCH - 1, stored_records.BATCH, stored_records.BATCH + 1])
def test_an_export_holds_everything_once_whatever_the_batch(halo: Integration, number: int) -> None:
    copied(halo, range(-1, number - 1))
    assert [one.remote_id for one in stored_records.export(halo, RecordType.CLIENTS)] == list(range(-1, number - 1))


def test_an_export_can_be_of_one_state(halo: Integration) -> None:
    copied(halo, [1, 2])
    copied(halo, [3], state=RecordState.OUT_OF_SCOPE)
    found = stored_records.export(halo, RecordType.CLIENTS, RecordState.OUT_OF_SCOPE)
    assert [one.remote_id for one in found] == [3]


def test_a_record_is_exported_with_its_payload(halo: Integration) -> None:
    copied(halo, [7])
    document = record_exports.as_document(stored_records.get(halo, RecordType.CLIENTS, 7))
    assert document["payload"] == {"id": 7}
    assert document["name"] == "Client 0007"
    assert "digest" not in document
    assert document["fields"]["number"] == 7
    assert document["fields"]["website"] is None
