"""What rows of each type mean: facts for filters, and the columns that people search."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.connectwise import facts, lookups, passwords, records
from portal.connectwise.client import ConnectWiseClient
from portal.outbound import CallLimits
from portal.psa.facts import pack
from tests.connectwise.scripted import Answer, Asked, scripted

COMPANY = {
    "id": 250,
    "identifier": "AcmeTech",
    "name": " Acme\u200b Technology\0 \u200d",
    "status": {"id": 1, "name": "Active"},
    "territory": {"id": 2, "name": "North"},
    "types": [{"id": 1, "name": "Customer"}, {"id": 4, "name": "Vendor"}, {}],
    "site": {"id": 1000, "name": "Main"},
    "deletedFlag": False,
    "_info": {"lastUpdated": "2020-10-15T14:09:53Z"},
}
CONTACT = {
    "id": 7,
    "firstName": "Jo",
    "lastName": "Smith",
    "title": "Manager ",
    "company": {"id": 250, "identifier": "AcmeTech", "name": "Acme Technology"},
    "site": {"id": 1000, "name": "Main"},
    "inactiveFlag": True,
    "communicationItems": [
        {"communicationType": "Phone", "value": "123", "defaultFlag": True},
        {"communicationType": "Email", "value": "second@acme.example", "defaultFlag": False},
        {"communicationType": "Email", "value": "jo@acme.example", "defaultFlag": True},
    ],
}


def facts_of(record_type: str, **row: Any) -> facts.Facts:
    return facts.read(record_type, json.dumps({"id": 1, **row}).encode())


def columns_of(record_type: str, row: dict[str, Any]) -> records.Columns:
    return records.columns(record_type, json.dumps(row).encode())


def test_a_company_has_its_columns_and_facts() -> None:
    found, known = columns_of("clients", COMPANY), facts_of("clients", **COMPANY)
    assert (found.name, found.reference, found.status, found.is_active) == (
        "Acme Technology",
        "AcmeTech",
        "Active",
        True,
    )
    assert (found.client_remote_id, found.site_remote_id) == (None, 1000)
    assert found.remote_updated_at == datetime(2020, 10, 15, 14, 9, 53, tzinfo=UTC)
    assert (known.remote_id, known.inactive, known.client_id, known.group) == (250, False, None, 2)
    assert known.relationships == (1, 4)


def test_a_contact_has_its_columns_and_facts() -> None:
    found, known = columns_of("contacts", CONTACT), facts_of("contacts", **CONTACT)
    assert (found.name, found.reference, found.status) == ("Jo Smith", "jo@acme.example", "Manager")
    assert (found.client_remote_id, found.client_name, found.site_remote_id) == (250, "Acme Technology", 1000)
    assert (found.is_active, known.inactive, known.client_id) == (False, True, 250)


@pytest.mark.parametrize("record_type", list(records.SHAPES))
@pytest.mark.parametrize("strange", [None, [], {}, 7, "x", True, [None, 3]])
def test_values_of_another_kind_are_none(record_type: str, strange: Any) -> None:
    row = {"id": 1, **dict.fromkeys(records.SHOWN[record_type], strange)}
    columns_of(record_type, row)
    known = facts_of(record_type, **dict.fromkeys(records.SHOWN[record_type], strange))
    assert facts.unpack(pack(known)) == known


@pytest.mark.parametrize(
    ("status", "inactive"),
    [
        ("Active", False),
        ("Inactive", True),
        ("In-Active", True),
        ("Not active", True),
        ("Former client", True),
        ("Out of Business", True),
        ("Credit Hold", False),
        ("Proactive care", False),
        ("", False),
    ],
)
def test_a_company_is_inactive_by_the_name_of_its_status(status: str, inactive: bool) -> None:  # noqa: FBT001
    assert facts_of("clients", status={"id": 1, "name": status}).inactive == inactive


def test_an_older_server_has_one_type_for_a_company() -> None:
    assert facts_of("clients", type={"id": 3, "name": "Customer"}).relationships == (3,)
    assert facts_of("clients").relationships == ()


@pytest.mark.parametrize(
    ("row", "active"),
    [
        ({"agreementStatus": "Active"}, True),
        ({"agreementStatus": "Expired"}, False),
        ({"agreementStatus": "Active", "cancelledFlag": True}, False),
        ({"startDate": "2018-01-01T00:00:00Z", "noEndingDateFlag": True}, True),
        ({"startDate": "2018-01-01T00:00:00Z", "endDate": "2018-08-31T00:00:00Z"}, False),
        ({"startDate": "2999-01-01T00:00:00Z"}, False),
        ({"endDate": "2999-01-01T00:00:00Z"}, True),
        ({}, None),
    ],
)
def test_an_agreement_is_active_by_status_or_dates(row: dict[str, Any], active: bool | None) -> None:  # noqa: FBT001
    assert facts_of("contracts", **row).is_active_contract == active
    assert columns_of("contracts", row).is_active == active


@pytest.mark.parametrize(
    ("row", "closed"),
    [
        ({"status": {"id": 1, "name": "Open"}}, False),
        ({"status": {"id": 2, "name": "Won"}}, True),
        ({"status": {"id": 3, "name": "2. Closed - Lost"}}, True),
        ({"status": {"id": 1, "name": "Open"}, "closedDate": "2026-01-01T00:00:00Z"}, True),
        ({}, False),
    ],
)
def test_an_opportunity_is_closed_by_date_or_status(row: dict[str, Any], closed: bool) -> None:  # noqa: FBT001
    known = facts_of("opportunities", **row)
    assert (known.is_closed, known.is_opportunity, known.status) == (closed, True, None)


def test_a_status_that_does_not_tell_is_looked_up_once() -> None:
    statuses = [{"id": 8, "name": "Shelved", "closedFlag": True}, {"id": 9, "name": "Parked", "closedFlag": False}]
    rows = [{"id": number, "status": {"id": 7 + number, "name": "?"}} for number in (1, 2, 3)]

    def script(asked: Asked) -> Any:
        if asked.path.endswith("/count"):
            return {"count": 3}
        return statuses if asked.path.endswith("/statuses") else rows

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        closed = [row.facts.is_closed for row in client.page("opportunities", 1).rows if row.facts]
        client.page("opportunities", 2)
        assert server.paths().count("sales/opportunities/statuses") == 1
    assert closed == [True, False, False]


def test_an_opportunity_is_opened_when_it_became_a_lead() -> None:
    assert facts_of("opportunities", dateBecameLead="2026-03-01T00:00:00Z").opened_at == datetime(
        2026, 3, 1, tzinfo=UTC
    )
    entered = facts_of("opportunities", _info={"dateEntered": "2026-04-01T00:00:00Z"})
    assert entered.opened_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert facts_of("opportunities").opened_at is None


def test_products_and_assets_are_grouped() -> None:
    assert facts_of("products", category={"id": 3}, inactiveFlag=True).group == 3
    assert facts_of("assets", type={"id": 5}, activeFlag=False).group == 5
    assert facts_of("assets").group == 0


def test_passwords_are_dropped_from_answers_and_custom_fields() -> None:
    row: dict[str, Any] = {
        "id": 1,
        "type": {"id": 2, "name": "Password vault"},
        "questions": [
            {"questionId": 1, "question": "Admin", "answer": "hunter2", "fieldType": "Password"},
            {"questionId": 2, "question": "Rack", "answer": "4", "fieldType": "TextArea"},
        ],
        "customFields": [
            {"id": 5, "caption": "Key", "type": "Password", "value": "s3cret"},
            {"id": 6, "caption": "Level", "type": "Text", "value": "1"},
        ],
        "portalPassword": "pa55",
    }
    kept = json.loads(passwords.without_passwords(json.dumps(row).encode()))
    assert kept == {
        "id": 1,
        "type": row["type"],
        "questions": [row["questions"][1]],
        "customFields": [row["customFields"][1]],
    }


@pytest.mark.parametrize(
    "written", [b'"Password"', b'"password"', b'"\\u0050assword"', b'"EncryptedPassword"', b'  "PASSWORD"']
)
def test_a_password_is_known_however_it_is_written(written: bytes) -> None:
    payload = b'{"id":1,"questions":[{"answer":"hunter2","fieldType": ' + written + b"}]}"
    assert b"hunter2" not in passwords.without_passwords(payload)


def test_a_row_without_passwords_stays_as_it_is() -> None:
    payload = b'{"id": 1, "type": {"name": "x"}, "customFields": [{"type": "Text", "value": "Password"}]}'
    assert passwords.without_passwords(payload) is payload


def test_no_password_reaches_a_page() -> None:
    row = {"id": 1, "name": "PC", "questions": [{"answer": "hunter2", "fieldType": "Password"}]}
    broken = b'[{"id": 2, "x": "\x01", "customFields": [{"type": "Password", "value": "s3cret"}]}]'
    with scripted(lambda _: [row]) as server, ConnectWiseClient(server.credentials()) as client:
        assert b"hunter2" not in client.page("assets", 1).rows[0].payload
    with scripted(lambda _: Answer(broken)) as server, ConnectWiseClient(server.credentials()) as client:
        [mended] = client.page("assets", 1).rows
    assert b"s3cret" not in mended.payload


def test_filters_choose_from_the_setup_tables() -> None:
    tables = {
        "company/companies/types": [{"id": 1, "name": "Customer"}],
        "procurement/categories": [{"id": 2, "name": "Software "}, {"name": "no id"}],
        "company/configurations/types/info": [{"id": 3, "description": "Server"}],
    }

    def script(asked: Asked) -> Any:
        found = tables.get(asked.path)
        return Answer({"code": "Security", "message": "No."}, 403) if found is None else found

    with scripted(script) as server, ConnectWiseClient(server.credentials()) as client:
        offered = {name: client.options(name, CallLimits()) for name in lookups.LOOKUPS}
    assert offered == {
        "relationships": {1: "Customer"},
        "product_groups": {2: "Software"},
        "asset_types": {3: "Server"},
    }


def test_filters_choose_from_what_records_mention() -> None:
    assert lookups.collect("relationships", [json.dumps(COMPANY), "broken"]) == {1: "Customer", 4: "Vendor"}
    assert lookups.collect("top_levels", [json.dumps(COMPANY)]) == {2: "North"}
    assert lookups.collect("product_groups", ['{"category": {"id": 3, "name": "Licences"}}', "{}"]) == {3: "Licences"}
    assert lookups.collect("asset_types", ['{"type": {"id": 5}}']) == {5: "5"}
