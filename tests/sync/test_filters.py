"""Stored filters, valid and broken."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sync.filters import BY_TYPE, CLIENT_OWNED, Filters, affected, in_use, read, write
from portal.sync.record_types import RecordType

IDS = st.frozensets(st.integers(1, 2**63 - 1), max_size=4)
FILTERS = st.builds(
    Filters,
    active_only=st.booleans(),
    top_levels=IDS,
    relationships=IDS,
    include_clients=IDS,
    exclude_clients=IDS,
    without_service_accounts=st.booleans(),
    without_general_users=st.booleans(),
    product_groups=IDS,
    asset_types=IDS,
    open_opportunities_only=st.booleans(),
    opportunities_since=st.none() | st.dates(),
    active_contracts_only=st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("stored", [None, {}, [], "", "active_only", 5, {"unknown": True}, {"": None}])
def test_a_value_that_is_no_filter_matches_everything(stored: object) -> None:
    assert read(stored) == Filters()


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("active_only", "yes"),
        ("active_only", 1),
        ("active_only", None),
        ("top_levels", 5),
        ("top_levels", [1, "two"]),
        ("top_levels", [0]),
        ("top_levels", [-1]),
        ("top_levels", [2**63]),
        ("top_levels", None),
        ("opportunities_since", "yesterday"),
        ("opportunities_since", "2026-02-30"),
        ("opportunities_since", 20260101),
    ],
)
def test_a_broken_value_counts_as_not_set_and_affects_no_other(name: str, broken: object) -> None:
    assert read({name: broken, "asset_types": [130]}) == Filters(asset_types=frozenset({130}))


def test_the_first_format_of_the_filters_is_still_read() -> None:
    assert read({"active_only": True}) == Filters(active_only=True)


@given(FILTERS)
def test_written_values_are_read_back(filters: Filters) -> None:
    assert read(json.loads(json.dumps(write(filters)))) == filters


@given(st.dictionaries(st.sampled_from(Filters.__struct_fields__), JSON))
def test_any_stored_value_can_be_read(stored: dict[str, Any]) -> None:
    read(stored)


def test_each_filter_belongs_to_one_type() -> None:
    assert sorted(name for names in BY_TYPE.values() for name in names) == sorted(Filters.__struct_fields__)


def test_filters_in_use_are_listed() -> None:
    filters = Filters(active_only=True, exclude_clients=frozenset({5}), opportunities_since=date(2026, 1, 1))
    assert in_use(filters, RecordType.CLIENTS) == ["active_only", "exclude_clients"]
    assert in_use(filters, RecordType.OPPORTUNITIES) == ["opportunities_since"]
    assert in_use(filters, RecordType.SITES) == []


@given(FILTERS, FILTERS)
def test_a_change_affects_changed_types_and_records_of_changed_clients(before: Filters, after: Filters) -> None:
    found = affected(before, after)
    clients_changed = any(getattr(before, name) != getattr(after, name) for name in BY_TYPE[RecordType.CLIENTS])
    assert (RecordType.CLIENTS in found) is clients_changed
    assert not clients_changed or found >= CLIENT_OWNED
    assert (RecordType.PRODUCTS in found) is (before.product_groups != after.product_groups)
    assert affected(after, before) == found
    assert affected(before, before) == set()
