"""Columns of rows, when no value can be trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.halo.records import MAX_TEXT, SHAPES, columns
from portal.record_fields.values import MAX_ID, as_id, as_moment
from portal.sandbox.halo import HaloSandbox

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = sorted({key for shape in SHAPES.values() for key in (*shape.name, *shape.status, *shape.updated)})
ROWS = st.dictionaries(st.sampled_from(["id", "client_id", "site_id", "inactive", "active", *KEYS]), JSON)


def payload(**row: Any) -> bytes:
    return json.dumps(row).encode()


@pytest.mark.parametrize(
    ("value", "number"),
    [(21, 21), (21.0, 21), ("21", 21), (MAX_ID, MAX_ID), (1e15, 10**15), ("0021", 21)],
)
def test_an_id_may_be_written_in_several_ways(value: Any, number: int) -> None:
    assert as_id(value) == number


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        -99,
        0.0,
        1.5,
        MAX_ID + 1,
        1e300,
        float("inf"),
        float("nan"),
        True,
        None,
        "",
        " 1",
        "-1",
        "1.0",
        "x",
        "²",
        "٣",
        "9" * 30,
        [1],
        {"id": 1},
        "1\x00",
    ],
)
def test_only_a_positive_integer_is_an_id(value: Any) -> None:
    assert as_id(value) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-03T06:24:10.967", datetime(2026, 10, 3, 6, 24, 10, 967_000, UTC)),
        ("2026-10-03T06:24:44.38", datetime(2026, 10, 3, 6, 24, 44, 380_000, UTC)),
        ("2026-10-02T23:00:00", datetime(2026, 10, 2, 23, 0, 0, 0, UTC)),
        ("2026-09-25T06:41:08.7895915Z", datetime(2026, 9, 25, 6, 41, 8, 789_591, UTC)),
        ("2026-10-02T23:00:00+02:00", datetime(2026, 10, 2, 21, 0, 0, 0, UTC)),
    ],
)
def test_dates_without_a_zone_are_utc(text: str, moment: datetime) -> None:
    assert as_moment(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "1900-01-01T00:00:00",
        "1899-12-30T00:00:00",
        "0001-01-01T00:00:00",
        "1980-12-31T00:00:00",
        "",
        "yesterday",
        "2026-02-30T00:00:00",
        "9999-12-31T23:59:59-05:00",
        "0001-01-01T00:00:00+05:00",
        20261003,
        None,
        ["2026"],
    ],
)
def test_empty_and_invalid_dates_are_none(value: Any) -> None:
    assert as_moment(value) is None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"null",
        b"5",
        b'"x"',
        b"[]",
        b"{",
        b'{"id":1,"x":' + b"[" * 100_000,
        b'{"id":1,"a\x00":1}',
    ],
)
def test_an_invalid_record_is_refused_with_a_reason(broken: bytes) -> None:
    with pytest.raises(ValueError, match="can't be read"):
        columns("clients", broken)


@pytest.mark.parametrize(
    ("record_type", "row", "expected"),
    [
        ("clients", {"name": " Acme ", "ref": "", "accountsid": "A-7"}, {"name": "Acme", "reference": "A-7"}),
        ("sites", {"client_id": 21.0, "client_name": "Acme"}, {"client_remote_id": 21, "client_name": "Acme"}),
        ("contacts", {"site_id": 33.0, "emailaddress": "jo@x"}, {"site_remote_id": 33, "reference": "jo@x"}),
        ("contacts", {"site_id": 1.0, "site_id_int": 33}, {"site_remote_id": 33}),
        ("products", {"inactive": True}, {"is_active": None}),
        ("assets", {"inventory_number": "", "key_field": "LT-42"}, {"name": "LT-42"}),
        ("assets", {"inactive": True}, {"is_active": False}),
        ("opportunities", {"summary": "M365", "status_name": "Won"}, {"name": "M365", "status": "Won"}),
        ("contracts", {"ref": "C-7", "active": False}, {"name": "C-7", "reference": "C-7", "is_active": False}),
        ("contracts", {"refextra": "Managed", "ref": "C-7"}, {"name": "Managed"}),
        ("contracts", {"last_modified": "1900-01-01T00:00:00"}, {"remote_updated_at": None}),
    ],
)
def test_columns_have_the_searchable_values(record_type: str, row: dict[str, Any], expected: dict[str, Any]) -> None:
    found = columns(record_type, payload(id=1, **row))
    assert {name: getattr(found, name) for name in expected} == expected


def test_texts_lose_nul_bytes_and_what_is_too_long() -> None:
    found = columns("clients", payload(id=1, name="A\x00cme" + "x" * 1000, accountsid="\x00"))
    assert (len(found.name), found.name[:4], found.reference) == (MAX_TEXT, "Acme", "")


@pytest.mark.parametrize("record_type", SHAPES)
@settings(max_examples=40)
@given(row=ROWS)
def test_a_row_of_any_values_gives_columns_that_fit_the_table(record_type: str, row: dict[str, Any]) -> None:
    found = columns(record_type, payload(**row))
    for text in (found.name, found.client_name, found.reference, found.status):
        assert isinstance(text, str)
        assert len(text) <= MAX_TEXT
        assert "\0" not in text
    assert found.is_active in {True, False, None}
    assert found.remote_updated_at is None or found.remote_updated_at.tzinfo == UTC


@pytest.mark.parametrize("record_type", SHAPES)
def test_rows_as_halo_sends_them_have_a_name(record_type: str, halo: HaloSandbox) -> None:
    for number in halo.truth(record_type, ids=True)["active_ids"]:
        assert columns(record_type, payload(**halo.record(record_type, number)["row"])).name
