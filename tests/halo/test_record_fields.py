"""Record fields from Halo's list rows and details."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.halo.record_fields import read
from portal.record_fields import FIELDS, Kind, Money, Reference, field, fits
from portal.sandbox.halo import HaloSandbox, Settings, running
from portal.sandbox.halo.row_faults import ROW_FAULTS
from tests.halo.conftest import SIZES
from tests.halo.reference_rows import ROWS


def values(record_type: str, **row: Any) -> dict[str, Any]:
    return dict(read(record_type, json.dumps({"id": 7, **row})).values)


@pytest.mark.parametrize("record_type", ROWS)
def test_a_row_means_what_the_reference_says(record_type: str) -> None:
    row, meant = ROWS[record_type]
    found = values(record_type, **row)
    found.pop("number", None) if record_type != "clients" else None
    assert found == meant


@pytest.mark.parametrize(
    ("record_type", "row", "name", "meant"),
    [
        ("clients", {"stopped": 1}, "status", "On stop"),
        ("clients", {"stopped": 0, "customertype_new": "Gold"}, "status", "Gold"),
        ("clients", {"toplevel_id": 1, "toplevel_name": "Unknown"}, "parent", None),
        ("clients", {"accountmanagertech": 1, "accountmanagertech_name": "Unassigned"}, "account_manager", None),
        ("clients", {"customer_relationship": [], "customer_relationship_list": "A, B"}, "relationships", ("A", "B")),
        ("sites", {"client_id": 1.0, "client_name": "Unknown"}, "client", None),
        ("sites", {"country_code_name": "France"}, "address", None),
        ("products", {"isrecurringitem": False, "baseprice": 9, "recurringprice": 0}, "price", Money(Decimal(9))),
        ("products", {"costprice": 9, "purchase_currency_code_name": "USD"}, "cost", Money(Decimal(9), "USD")),
        ("products", {"costprice": -1}, "cost", None),
        ("assets", {"key_field3": "Room 5"}, "serial_number", None),
        ("assets", {"fields": [{"name": "Serial Number", "value": ""}], "key_field3": "SN: 5"}, "serial_number", "5"),
        ("assets", {"business_owner_id": 5, "business_owner_name": "Jo"}, "contact", Reference("contacts", 5, "Jo")),
        ("opportunities", {"status_name": "Won"}, "won", None),
        ("opportunities", {"status_name": "Lost", "hasbeenclosed": True}, "won", False),
        ("opportunities", {"status_name": "Closed", "hasbeenclosed": True}, "won", None),
        ("opportunities", {"agent_id": 1, "agent_name": "Unassigned"}, "owner", None),
        ("opportunities", {"dateclosed": "0001-01-01T00:00:00"}, "closed", None),
        ("opportunities", {"oppconversionprobability": -1}, "probability", None),
        ("contracts", {"end_date": "1900-01-01T00:00:00"}, "ends", None),
        ("contracts", {"billing_period_string": "Monthly"}, "billing_period", "Monthly"),
    ],
)
def test_sentinels_are_none(record_type: str, row: dict[str, Any], name: str, meant: Any) -> None:
    assert values(record_type, **row).get(name) == meant


@pytest.fixture(scope="module")
def large_halo() -> Iterator[HaloSandbox]:
    """Serve records of every state that a tenant has."""
    with running(HaloSandbox(Settings())) as halo:
        yield halo


# What the simulated Halo never tells, and what nobody knows where Halo tells it.
NEVER = {
    "clients": {"status"},
    "sites": {"main_contact", "time_zone"},
    "products": {"type", "active", "billing_period"},
}


@pytest.mark.parametrize("record_type", FIELDS)
def test_a_record_of_the_simulated_halo_fills_what_lists_and_details_tell(
    record_type: str, large_halo: HaloSandbox
) -> None:
    filled: set[str] = set()
    truth = large_halo.truth(record_type, ids=True)
    for number in truth["active_ids"][:60] + truth["inactive_ids"][:60]:
        whole = large_halo.record(record_type, number)
        for sent in (whole["row"], {**whole["detail"], **whole["row"]}):
            found = read(record_type, json.dumps(sent))
            filled |= found.values.keys()
            assert all(fits(field(record_type, name).kind, value) for name, value in found.values.items())
    assert {each.name for each in FIELDS[record_type]} - filled <= NEVER.get(record_type, set())


@pytest.fixture(scope="module")
def some_rows(large_halo: HaloSandbox) -> dict[str, list[dict[str, Any]]]:
    """Return a few details of each type."""
    found = {}
    for kind in SIZES:
        ids = large_halo.truth(kind, ids=True)["active_ids"][:6]
        found[kind] = [large_halo.record(kind, number)["detail"] for number in ids]
    return found


@pytest.mark.parametrize("fault", [name for name in ROW_FAULTS if name != "not_objects"])
@pytest.mark.parametrize("record_type", FIELDS)
def test_a_corrupted_row_has_fewer_fields_but_no_error(
    record_type: str, fault: str, some_rows: dict[str, list[dict[str, Any]]]
) -> None:
    rows = json.loads(json.dumps(some_rows[record_type]))
    ROW_FAULTS[fault](rows)
    for row in rows:
        found = read(record_type, json.dumps(row))
        assert all(fits(field(record_type, name).kind, value) for name, value in found.values.items())


@pytest.mark.parametrize("payload", ["", "null", "[]", "7", '"x"', "{", "[" * 100_000, "\ud83d"])
def test_an_invalid_record_has_no_fields(payload: str) -> None:
    assert read("clients", payload).values == {}


def test_a_number_with_a_thousand_digits_affects_only_its_own_field() -> None:
    found = read("products", '{"name": "Laptop", "baseprice": ' + "9" * 10_000 + "}")
    assert found.values == {"name": "Laptop"}


ODD = ["-1", "1900-01-01T00:00:00", "9999-12-31", "<p>x</p>", "&#0;&#x110000;", "\ud83d", "=1+1", "http://[", "x@y"]
PARTS = ["id", "name", "value", "label", "type", "display", "line1"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["-1", "1900-01-01T00:00:00", "9999-12-31", "<p>x</p>", "&#0;&#x110000;", "\ud83d", "=1+1", "http://"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "value", "label", "type", "display", "line1"]), inner, max_size=5
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("record_type", FIELDS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_row_of_any_values_gives_values_of_the_right_kinds(record_type: str, data: st.DataObject) -> None:
    keys = sorted({*ROWS[record_type][0], "customfields", "fields", "active", "inactive"})
    row = data.draw(st.dictionaries(st.sampled_from(keys), JSON))
    found = read(record_type, json.dumps(row))
    for name, value in found.values.items():
        kind = field(record_type, name).kind
        assert fits(kind, value)
        if kind in {Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.LINK, Kind.LONG_TEXT}:
            assert value
            assert "\0" not in str(value).encode().decode()
    for each in found.custom:
        assert fits(each.kind, each.value)
        assert each.label.encode()
