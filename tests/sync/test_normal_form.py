"""The normal form of a record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.halo.computed import is_computed
from portal.sync.normal_form import fingerprint, value_of


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("quantity", [21, 21.0, "21", "21.0", " 21 "]),
        ("oppvalue", [1450.5, "1450.5"]),
        ("balance", [-1, -1.0, "-1", "-1.0"]),
        ("item_tax_code", [-3, -3.0, "-3", "-3.0"]),
        ("client_id", [0, -1, "", None, "0", "-1", [], {}]),
        ("sla_id", [-1, 0]),
        ("item_tax_code", [-3, 0, None]),
        ("mailbox_override", [-1, 0]),
        ("estimate", [-0.0, 0, 0.0, None, "", "0.0", "-0.0"]),
        ("inactive", [False, None]),
        ("client_name", ["Acme Ltd", "Acme Ltd "]),
        ("end_date", ["1900-01-01T00:00:00", "0001-01-01T00:00:00", "1899-12-30T00:00:00Z", "", None]),
        ("last_update", ["2026-10-03T06:24:10.967", "2026-10-03T06:24:10.9670000Z", "2026-10-03T06:24:10.967Z"]),
        ("last_update", ["2026-10-03T06:24:10", "2026-10-03T06:24:10Z", "2026-10-03T06:24:10.000"]),
        ("customfields", [[{"id": 1, "value": 2.0, "display": ""}], [{"value": "2", "id": 1}]]),
    ],
)
def test_notations_of_one_value_have_the_same_normal_form(key: str, values: list[Any]) -> None:
    assert len({json.dumps(value_of(key, value), sort_keys=True) for value in values}) == 1


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("name", "Acme", "ACME"),
        ("version", "10.1", "10.10"),
        ("phonenumber", "0123", "123"),
        ("quantity", 5, 0),
        ("balance", -1, 0),
        ("balance", "-1", ""),
        ("oppregion", "007", "7"),
        ("hasbeenclosed", True, None),
        ("end_date", "2026-10-03T00:00:00", "2026-10-04T00:00:00"),
        ("customfields", [{"id": 1, "value": 2}], [{"id": 1, "value": 3}]),
    ],
)
def test_different_values_have_different_normal_forms(key: str, one: Any, other: Any) -> None:
    assert value_of(key, one) != value_of(key, other)


def test_the_order_of_keys_empty_keys_and_computed_ones_do_not_count() -> None:
    def computed(key: str) -> bool:
        return is_computed("opportunities", key)

    one = b'{"id":7,"summary":"New server","ticketage":4.25,"notes":"","use":"ticket","oppvalue":4800.0}'
    other = b'{"oppvalue":"4800.0","summary":"New server","id":7,"ticketage":9,"use":"opportunity"}'
    assert fingerprint(one, computed) == fingerprint(other, computed)
    assert fingerprint(one, computed) != fingerprint(other.replace(b"New", b"Old"), computed)


@pytest.mark.parametrize(
    "key", ["ticketage", "slatimeleft", "slapercused", "open_ticket_count", "use", "key", "table", "daysremaining"]
)
def test_keys_that_halo_computes_are_known(key: str) -> None:
    assert is_computed("opportunities", key)


@pytest.mark.parametrize(
    "key", ["name", "stage", "image", "message", "language", "manage", "count", "storage", "notes"]
)
def test_values_that_people_enter_do_not_count_as_computed(key: str) -> None:
    assert not is_computed("opportunities", key)
