"""Each record type has the fields that an MSP wants to see, in words of no PSA."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

import portal.record_fields
from portal.record_fields import FIELDS, Address, Field, Kind, Money, Reference, Value, field, fits
from portal.sync.record_types import RecordType

NAMES = {
    "clients": "name number reference status relationships parent phone website email_domain main_site main_contact"
    " account_manager address currency active created changed",
    "sites": "name client address phone main_contact time_zone active",
    "contacts": "first_name last_name email phone mobile job_title client site is_main_contact is_service_account"
    " active",
    "products": "name code description group type manufacturer price cost recurring billing_period taxable active",
    "assets": "tag name type status client site contact manufacturer model serial_number operating_system ip_address"
    " mac_address purchased warranty_ends active",
    "opportunities": "summary client contact owner stage status probability value_once value_monthly expected_close"
    " opened closed won",
    "contracts": "name reference client type status starts ends next_invoice billing_period value_per_period active",
}
EVERY = [(record_type, each) for record_type, fields in FIELDS.items() for each in fields]


def test_every_record_type_is_declared() -> None:
    assert list(FIELDS) == [record_type.value for record_type in RecordType]


@pytest.mark.parametrize("record_type", NAMES)
def test_a_type_has_exactly_its_fields(record_type: str) -> None:
    assert sorted(each.name for each in FIELDS[record_type]) == sorted(NAMES[record_type].split())


@pytest.mark.parametrize("record_type", FIELDS)
def test_groups_are_not_torn_apart(record_type: str) -> None:
    groups = [label for label, _ in groupby(FIELDS[record_type], key=lambda each: each.group)]
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize(("record_type", "each"), EVERY)
def test_a_field_has_a_name_for_scripts_and_a_label_for_people(record_type: str, each: Field) -> None:
    assert each.name.isidentifier()
    assert each.name == each.name.lower()
    assert each.label[:1].isupper()
    assert field(record_type, each.name) is each


@pytest.mark.parametrize("record_type", FIELDS)
def test_every_type_can_be_searched(record_type: str) -> None:
    assert any(each.searchable for each in FIELDS[record_type])


def test_a_field_that_is_not_declared_is_refused() -> None:
    with pytest.raises(KeyError, match="clients have no field 'shoe_size'"):
        field("clients", "shoe_size")


def test_the_declaration_names_no_psa() -> None:
    room = Path(portal.record_fields.__file__).parent
    texts = [path.read_text().lower() for path in room.glob("*.py")]
    assert texts
    assert not [word for word in ("halo", "connectwise") if any(word in text for text in texts)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "Acme"),
        (Kind.LONG_TEXT, "Two\nlines"),
        (Kind.NUMBER, 60),
        (Kind.NUMBER, Decimal("62.5")),
        (Kind.MONEY, Money(Decimal(5))),
        (Kind.DATE, date(2026, 11, 30)),
        (Kind.MOMENT, datetime(2026, 11, 30, 9, tzinfo=UTC)),
        (Kind.EMAIL, "jo@acme.example"),
        (Kind.PHONE, "+44 20"),
        (Kind.LINK, "https://acme.example"),
        (Kind.ADDRESS, Address(("1 High Street",))),
        (Kind.REFERENCE, Reference("clients", 7)),
        (Kind.YES_NO, False),
        (Kind.LIST, ("a",)),
    ],
)
def test_a_value_fits_its_kind_and_no_other_but_those_of_the_same_type(kind: Kind, value: Value) -> None:
    texts = {Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.LINK}
    assert {each for each in Kind if fits(each, value)} == (texts if kind in texts else {kind})
