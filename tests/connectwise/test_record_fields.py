"""Record fields from ConnectWise's rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.connectwise.record_fields import read
from portal.record_fields import FIELDS, Address, Money, Reference, field, fits
from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, Settings, running
from tests.connectwise.reference_rows import ROWS


def values(record_type: str, **row: Any) -> dict[str, Any]:
    return dict(read(record_type, json.dumps({"id": 7, **row})).values)


def forecast(*items: dict[str, Any]) -> dict[str, Any]:
    return {"forecast": {"forecastItems": list(items)}}


def items(*found: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "communicationItems": [
            {"communicationType": kind, "type": {"name": name}, "value": value} for kind, name, value in found
        ]
    }


@pytest.mark.parametrize("record_type", ROWS)
def test_a_row_means_what_the_reference_says(record_type: str) -> None:
    row, meant = ROWS[record_type]
    assert values(record_type, **row) == meant


@pytest.mark.parametrize("record_type", ROWS)
def test_every_field_is_filled_or_known_to_be_absent_in_connectwise(record_type: str) -> None:
    row, _ = ROWS[record_type]
    absent = {
        "clients": {"parent", "email_domain", "account_manager"},
        "sites": {"main_contact"},
        "contacts": {"is_service_account"},
    }
    missing = {each.name for each in FIELDS[record_type]} - values(record_type, **row).keys()
    assert missing == absent.get(record_type, set())


@pytest.mark.parametrize(
    ("record_type", "row", "name", "meant"),
    [
        ("clients", {"parentCompany": {"id": 3, "name": "Group"}}, "parent", Reference("clients", 3, "Group")),
        ("clients", {"site": {}}, "main_site", None),
        ("clients", {"site": None, "defaultContact": []}, "main_site", None),
        ("clients", {"country": {"name": "United States"}}, "address", None),
        ("clients", {"zip": 33602}, "address", Address(postcode="33602")),
        ("clients", {"deletedFlag": True, "status": {"name": "Active"}}, "active", False),
        ("clients", {"deletedFlag": False, "status": {"name": "Inactive"}}, "active", False),
        ("clients", {"name": "Acme  \u200b\u200d"}, "name", "Acme"),
        ("clients", {"types": [], "type": {"name": "Partner"}}, "relationships", ("Partner",)),
        ("clients", {"types": "Customer"}, "relationships", None),
        ("clients", {"currency": {"name": "US Dollars"}}, "currency", "US Dollars"),
        ("clients", {"website": "javascript:alert(1)"}, "website", None),
        ("clients", {"_info": {"dateEntered": "1900-01-01T00:00:00Z"}}, "created", None),
        ("clients", {"accountManager": {"id": 4, "name": "Ada"}}, "account_manager", Reference(None, 4, "Ada")),
        ("sites", {"inactive": True}, "active", False),
        ("sites", {"state": "FL", "city": "Tampa"}, "address", Address(city="Tampa", region="FL")),
        ("contacts", {"company": {}}, "client", None),
        ("contacts", items(("Phone", "Cell", "555 1")), "phone", None),
        ("contacts", items(("Fax", "Fax", "555 1")), "phone", None),
        ("contacts", items(("Email", "Email", "not an address")), "email", None),
        ("contacts", {"defaultPhoneNbr": "555 2", "defaultPhoneExtension": "9"}, "phone", "555 2 x9"),
        ("contacts", {"defaultPhoneNbr": "555 2", "defaultPhoneType": "Cell"}, "phone", None),
        ("contacts", {"defaultPhoneNbr": "555 2", "defaultPhoneType": "Cell"}, "mobile", "555 2"),
        ("products", {"identifier": "X-1"}, "name", "X-1"),
        ("products", {"price": -1}, "price", None),
        ("products", {"price": 0, "recurringRevenue": 9}, "price", Money(Decimal(0))),
        ("products", {"price": 0, "recurringFlag": True, "recurringRevenue": 9}, "price", Money(Decimal(9))),
        ("products", {"recurringBillCycle": {"name": "Monthly"}}, "billing_period", None),
        ("products", {"recurringFlag": True, "recurringOneTimeFlag": True}, "billing_period", "One time"),
        ("assets", {"warrantyExpirationDate": "1900-01-01T00:00:00Z"}, "warranty_ends", None),
        ("assets", {"purchaseDate": "2024-02-01T00:00:00-11:00"}, "purchased", "2024-02-01"),
        ("assets", {"osType": "Debian 13.1", "osInfo": "13.1"}, "operating_system", "Debian 13.1"),
        ("assets", {"osInfo": "Debian 13"}, "operating_system", "Debian 13"),
        ("opportunities", {"status": {"name": "Open"}}, "won", None),
        ("opportunities", {"status": {"name": "Won"}}, "won", True),
        ("opportunities", {"status": {"name": "Lost"}, "closedDate": "2026-01-05T00:00:00Z"}, "won", False),
        ("opportunities", {"status": {"name": "Not won"}, "closedFlag": True}, "won", False),
        ("opportunities", {"status": {"name": "Parked"}, "closedFlag": True}, "won", None),
        ("opportunities", {"status": {"name": "Signed", "wonFlag": True}}, "won", True),
        ("opportunities", {"probability": {"id": 5, "probability": 75, "name": "Likely"}}, "probability", 75),
        ("opportunities", {"probability": {"id": 5, "name": "Likely (75%)"}}, "probability", None),
        ("opportunities", {"probability": {"id": 5, "name": "5"}}, "probability", None),
        ("opportunities", {"probability": {"id": 5, "name": "400%"}}, "probability", None),
        ("opportunities", {"probability": {"id": 5}}, "probability", None),
        ("opportunities", {}, "value_once", None),
        ("opportunities", forecast(), "value_once", None),
        ("opportunities", {"forecast": {"forecastItems": {"revenue": 9}}}, "value_once", None),
        ("opportunities", {"forecast": "none"}, "value_once", None),
        ("opportunities", forecast({"revenue": "nine"}), "value_once", Money(Decimal(0))),
        ("opportunities", forecast({"revenue": 9, "status": {"name": "Lost"}}), "value_once", Money(Decimal(9))),
        ("opportunities", forecast({"recurringRevenue": 9, "billCycle": {"name": "Lunar"}}), "value_monthly", None),
        ("contracts", {"noEndingDateFlag": True, "endDate": "2030-01-01T00:00:00Z"}, "ends", None),
        ("contracts", {"cancelledFlag": True, "agreementStatus": "Active"}, "active", False),
        ("contracts", {"agreementStatus": "Active"}, "active", True),
        ("contracts", {"cancelledFlag": False}, "active", None),
        ("contracts", {"billAmount": 5, "currency": {"name": "US Dollars"}}, "value_per_period", Money(Decimal(5))),
    ],
)  # fmt: skip
def test_sentinels_gaps_and_odd_values(record_type: str, row: dict[str, Any], name: str, meant: Any) -> None:
    found = values(record_type, **row).get(name)
    assert (found.isoformat() if isinstance(found, date) and isinstance(meant, str) else found) == meant


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ConnectWiseSandbox]:
    with running(ConnectWiseSandbox(Settings(knobs=Knobs(quota=0)))) as served:
        yield served


# What the simulated ConnectWise never sends, or only with the forecast that our client adds.
NEVER = {
    "clients": {"parent", "email_domain", "main_site", "main_contact", "account_manager"},
    "sites": {"main_contact"},
    "contacts": {"is_service_account"},
    "opportunities": {"value_once", "value_monthly"},
    "contracts": {"reference"},
}


@pytest.mark.parametrize("record_type", FIELDS)
def test_records_of_the_simulated_connectwise_fill_every_field(record_type: str, sandbox: ConnectWiseSandbox) -> None:
    filled: set[str] = set()
    truth = sandbox.truth(record_type, ids=True)
    for number in truth["active_ids"][:60] + truth["inactive_ids"][:60]:
        found = read(record_type, json.dumps(sandbox.record(record_type, number)["row"]))
        filled |= found.values.keys()
        assert all(fits(field(record_type, name).kind, value) for name, value in found.values.items())
        assert not any(str(each.value).startswith("pw-") for each in found.custom)
    assert {each.name for each in FIELDS[record_type]} - filled <= NEVER.get(record_type, set())


@pytest.mark.parametrize("payload", ["", "null", "[]", "7", '"x"', "{", "[" * 100_000, "\ud83d"])
def test_an_invalid_record_has_no_fields(payload: str) -> None:
    assert read("clients", payload).values == {}


def test_a_number_with_a_thousand_digits_affects_only_its_own_field() -> None:
    found = read("products", '{"description": "Laptop", "price": ' + "9" * 10_000 + "}")
    assert found.values == {"name": "Laptop"}


PARTS = ["id", "name", "identifier", "value", "caption", "type", "communicationType", "revenue", "forecastItems"]
ODD = ["-1", "1900-01-01T00:00:00Z", "9999-12-31", "<p>x</p>", "\ud83d", "http://[", "x@y", "50%", "Email", "\u200b"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=5),
    max_leaves=8,
)


@pytest.mark.parametrize("record_type", FIELDS)
@settings(max_examples=80)
@given(data=st.data())
def test_a_row_of_any_values_gives_values_of_the_right_kinds(record_type: str, data: st.DataObject) -> None:
    keys = [*ROWS[record_type][0], "customFields", "questions", "forecast", "recurringRevenue", "userDefinedField1"]
    row = data.draw(st.dictionaries(st.sampled_from(keys), JSON))
    found = read(record_type, json.dumps(row))
    for name, value in found.values.items():
        assert fits(field(record_type, name).kind, value), (name, value)
    for each in found.custom:
        assert fits(each.kind, each.value), each
