"""Values as exports write them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.record_fields import Address, CustomField, Kind, Money, Reference, Value
from portal.record_fields.formatting import as_json, as_text, custom_as_json, custom_as_text

ADDRESS = Address(lines=("1 High Street",), city="Leeds", postcode="LS1", country="United Kingdom")


@pytest.mark.parametrize(
    ("value", "text", "in_json"),
    [
        ("Acme", "Acme", "Acme"),
        (60, "60", 60),
        (Decimal("62.50"), "62.50", 62.5),
        (True, "yes", True),
        (False, "no", False),
        (Money(Decimal("1450.5")), "1450.5", {"amount": "1450.5", "currency": None}),
        (Money(Decimal("1E+3"), "GBP"), "1000 GBP", {"amount": "1000", "currency": "GBP"}),
        (date(2026, 11, 30), "2026-11-30", "2026-11-30"),
        (datetime(2026, 11, 30, 9, tzinfo=UTC), "2026-11-30T09:00:00+00:00", "2026-11-30T09:00:00+00:00"),
        (("Gold", "Silver"), "Gold, Silver", ["Gold", "Silver"]),
        (Reference("clients", 7, "Acme"), "Acme", {"record_type": "clients", "number": 7, "name": "Acme"}),
        (Reference(None, 7), "#7", {"record_type": None, "number": 7, "name": ""}),
    ],
)
def test_a_value_is_one_cell_of_text_and_json_that_loses_nothing(value: Value, text: str, in_json: Any) -> None:
    assert as_text(value) == text
    assert as_json(value) == in_json


def test_an_address_is_written_in_the_order_of_an_envelope() -> None:
    assert as_text(ADDRESS) == "1 High Street, Leeds, LS1, United Kingdom"
    assert json.loads(json.dumps(as_json(ADDRESS)))["city"] == "Leeds"


def test_custom_fields_share_a_cell_and_keep_their_kind_in_json() -> None:
    custom = (CustomField("Tier", Kind.TEXT, "Gold"), CustomField("Checked", Kind.YES_NO, value=True))
    assert custom_as_text(custom) == "Tier: Gold\nChecked: yes"
    assert custom_as_json(custom)[1] == {"label": "Checked", "kind": "yes_no", "value": True}
