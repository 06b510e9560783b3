"""Records as exports hand them over."""

from __future__ import annotations

import json

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.record_fields import FIELDS
from portal.services.records import record_exports
from portal.sync.record_types import RecordType
from tests.copies import copied

PAYLOAD = {
    "id": 1,
    "refextra": "=1+1",
    "client_id": 7,
    "client_name": "Acme",
    "end_date": "1900-01-01T00:00:00",
    "periodchargeamount": 1450.5,
    "customfields": [{"name": "CFtier", "label": "Tier", "type": 0, "value": "Gold"}],
}


@pytest.fixture
def contract(northwind: Account) -> Record:
    halo = Integration.create(account=northwind, psa="halo")
    copied(halo, [1], of="contracts", payload=json.dumps(PAYLOAD))
    record: Record = Record.get()
    return record


def test_a_document_has_every_declared_field(contract: Record) -> None:
    document = record_exports.as_document(contract)
    assert list(document["fields"]) == [each.name for each in FIELDS["contracts"]]
    assert document["fields"]["client"] == {"record_type": "clients", "number": 7, "name": "Acme"}
    assert document["fields"]["value_per_period"] == {"amount": "1450.50", "currency": None}
    assert document["fields"]["ends"] is None
    assert document["custom_fields"] == [{"label": "Tier", "kind": "text", "value": "Gold"}]
    assert document["payload"] == PAYLOAD
    json.dumps(document, default=str)


def test_cells_stand_under_the_headings_of_their_type(contract: Record) -> None:
    cells = record_exports.as_cells(contract)
    headings = record_exports.headings(["contracts"])
    assert cells.keys() <= set(headings)
    assert (cells["fields.client"], cells["fields.value_per_period"]) == ("Acme", "1450.50")
    assert "fields.ends" not in cells
    assert cells["custom_fields"] == "Tier: Gold"


def test_a_table_of_all_types_has_each_field_once() -> None:
    headings = record_exports.headings(RecordType)
    assert len(headings) == len(set(headings))
    assert {f"fields.{each.name}" for fields in FIELDS.values() for each in fields} <= set(headings)
    assert headings[: len(record_exports.COLUMN_NAMES)] == list(record_exports.COLUMN_NAMES)
