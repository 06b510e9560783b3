"""All records of a type as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.services.records import stored_records
from tests.copies import copied

EXPORT = "/integrations/halo/records/contacts/export"


def payload(**row: object) -> str:
    return json.dumps({"id": 1, **row})


def rows(client: FlaskClient, address: str = f"{EXPORT}.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text)))


def test_a_table_has_the_fields_as_columns(as_sam: FlaskClient, halo: Integration) -> None:
    row = {"emailaddress": "jo@acme.example", "client_id": 7, "client_name": "Acme", "inactive": False}
    copied(halo, [1], of="contacts", payload=payload(**row))
    (found,) = rows(as_sam)
    assert (found["fields.email"], found["fields.client"], found["fields.active"]) == (
        "jo@acme.example",
        "Acme",
        "yes",
    )
    assert found["fields.mobile"] == ""


@pytest.mark.parametrize("nasty", ["=1+1", "@SUM(A1)", "+1", "\N{MINUS SIGN}1", "\u200b=1+1"])
def test_no_cell_is_run_by_a_spreadsheet(nasty: str, as_sam: FlaskClient, halo: Integration) -> None:
    fields = [{"label": nasty, "type": 0, "value": nasty}]
    copied(halo, [1], of="contacts", payload=payload(firstname=nasty, client_name=nasty, customfields=fields))
    (found,) = rows(as_sam)
    for name in ("fields.first_name", "fields.client", "custom_fields"):
        assert found[name].startswith("'"), name


def test_json_has_all_of_it(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [1, 2], of="contacts", payload=payload(firstname="Jo"))
    answer = as_sam.get(f"{EXPORT}.jsonl")
    assert 'filename="contacts.jsonl"' in answer.headers["Content-Disposition"]
    documents = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["remote_id"] for each in documents] == [1, 2]
    assert documents[0]["fields"]["first_name"] == "Jo"
    assert documents[0]["payload"]["firstname"] == "Jo"


def test_every_record_of_the_state_comes_once(
    as_sam: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_records, "BATCH", 2)
    copied(halo, range(1, 6), of="contacts")
    copied(halo, range(6, 9), of="contacts", state=RecordState.DELETED)
    copied(halo, [9], of="assets")
    assert [each["remote_id"] for each in rows(as_sam)] == ["1", "2", "3", "4", "5"]
    assert [each["remote_id"] for each in rows(as_sam, f"{EXPORT}.csv?state=deleted")] == ["6", "7", "8"]


def test_nothing_of_others_is_handed_over(as_mallory: FlaskClient, mallory: User, halo: Integration) -> None:
    copied(halo, [1], of="contacts")
    Integration.create(account=mallory.account, psa="halo", state="active", record_types=["contacts"])
    assert rows(as_mallory) == []


@pytest.mark.parametrize("name", ["contacts/export.exe", "tickets/export.csv", "contacts/export"])
def test_other_files_there_are_none(name: str, as_sam: FlaskClient, halo: Integration) -> None:
    assert as_sam.get(f"/integrations/halo/records/{name}").status_code == 404


def test_a_list_leads_to_its_files(as_sam: FlaskClient, halo: Integration) -> None:
    copied(halo, [1], of="contacts", state=RecordState.DELETED)
    address = "/integrations/halo/records/contacts"
    assert "export.csv" not in as_sam.get(address).text
    assert f'href="{EXPORT}.csv?state=deleted"' in as_sam.get(f"{address}?state=deleted").text
