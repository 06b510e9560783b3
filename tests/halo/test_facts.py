"""Facts of rows, when no value can be trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.halo.facts import read
from portal.halo.records import SHAPES
from portal.sandbox.halo import HaloSandbox
from tests.halo.test_records import JSON, payload

KEYS = [
    "inactive",
    "client_id",
    "toplevel_id",
    "customer_relationship",
    "isserviceaccount",
    "name",
    "assetgroup_id",
    "assettype_id",
    "hasbeenclosed",
    "dateoccurred",
    "active",
]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"null",
        b"5",
        b'"x"',
        b"[]",
        b"{",
        b'{"id":1e999}',
        b'{"id":1,"x":' + b"[" * 100_000,
        b'{"id":1,"a\x00":1}',
    ],
)
def test_an_invalid_record_is_refused_with_a_reason(broken: bytes) -> None:
    with pytest.raises(ValueError, match="that isn't a record"):
        read("clients", broken)


@pytest.mark.parametrize("value", [None, 0, -1, "none", 1.5, True, "\x00", "x" * 10_000])
def test_a_record_without_a_usable_id_is_refused_naming_it(value: Any) -> None:
    with pytest.raises(ValueError, match="with the id") as refused:
        read("clients", payload(id=value))
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    ("record_type", "key", "fact"),
    [
        ("sites", "inactive", "inactive"),
        ("contacts", "isserviceaccount", "is_service_account"),
        ("opportunities", "hasbeenclosed", "is_closed"),
    ],
)
def test_only_true_means_yes(record_type: str, key: str, fact: str) -> None:
    assert getattr(read(record_type, payload(id=1, **{key: True})), fact)
    assert not getattr(read(record_type, payload(id=1)), fact)
    for value in (False, None, "true", 1, "yes", [True]):
        assert not getattr(read(record_type, payload(id=1, **{key: value})), fact)


def test_records_name_the_client_that_they_belong_to_and_clients_none() -> None:
    assert read("sites", payload(id=1, client_id=21.0)).client_id == 21
    assert read("assets", payload(id=1, client_id=-1)).client_id is None
    assert read("clients", payload(id=1, client_id=21)).client_id is None
    assert read("products", payload(id=1, client_id=21)).client_id is None


@pytest.mark.parametrize(
    ("record_type", "key", "missing"),
    [("clients", "toplevel_id", None), ("products", "assetgroup_id", 0), ("assets", "assettype_id", None)],
)
def test_a_group_is_unknown_if_its_key_is_missing(record_type: str, key: str, missing: int | None) -> None:
    assert read(record_type, payload(id=1)).group == missing
    assert read(record_type, payload(id=1, **{key: 7.0})).group == 7
    assert read(record_type, payload(id=1, **{key: "7"})).group == 7
    for none in (0, -1, None, "about 7", [7]):
        assert read(record_type, payload(id=1, **{key: none})).group == 0


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([], ()),
        ([{"id": 1, "name": "Managed"}, {"id": "3"}], (1, 3)),
        ([{"id": 0}, {"name": "x"}, None, 5, {"id": 2.0}], (2,)),
        (None, None),
        ("Managed", None),
        ({"id": 1}, None),
    ],
)
def test_a_client_may_have_none_or_several_relationships(value: Any, ids: tuple[int, ...] | None) -> None:
    assert read("clients", payload(id=1, customer_relationship=value)).relationships == ids
    assert read("clients", payload(id=1)).relationships is None


@pytest.mark.parametrize(("name", "is_one"), [("General User", True), ("Generalised User", False), (None, False)])
def test_a_general_user_is_known_by_its_name(name: str | None, is_one: bool) -> None:  # noqa: FBT001  # a column
    assert read("contacts", payload(id=1, name=name)).is_general_user is is_one


def test_an_opportunity_has_its_opening_time() -> None:
    told = read("opportunities", payload(id=1, dateoccurred="2026-08-11T09:03:12.44"))
    assert told.opened_at == datetime(2026, 8, 11, 9, 3, 12, 440_000, UTC)
    for untold in ({}, {"dateoccurred": "1900-01-01T00:00:00"}, {"dateoccurred": 5}):
        assert read("opportunities", payload(id=1, **untold)).opened_at is None


def test_a_contract_is_active_inactive_or_unknown() -> None:
    assert read("contracts", payload(id=1, active=True)).is_active_contract is True
    assert read("contracts", payload(id=1, active=False)).is_active_contract is False
    assert read("contracts", payload(id=1, active="yes")).is_active_contract is None


@pytest.mark.parametrize("record_type", SHAPES)
@settings(max_examples=40)
@given(row=st.dictionaries(st.sampled_from(KEYS), JSON))
def test_a_row_of_any_values_gives_facts_of_the_right_types(record_type: str, row: dict[str, Any]) -> None:
    facts = read(record_type, payload(**row | {"id": 1}))
    assert facts.client_id is None or facts.client_id > 0
    assert facts.group is None or facts.group >= 0
    assert facts.relationships is None or all(number > 0 for number in facts.relationships)
    assert facts.opened_at is None or facts.opened_at.tzinfo == UTC
    for fact in (facts.inactive, facts.is_service_account, facts.is_general_user, facts.is_closed):
        assert isinstance(fact, bool)


@pytest.mark.parametrize("record_type", ["clients", "assets", "opportunities", "contracts"])
def test_rows_from_halo_have_all_facts(record_type: str, halo: HaloSandbox) -> None:
    untold = {"clients": ("group", "relationships"), "assets": ("group",), "opportunities": ("opened_at",)}
    for number in halo.truth(record_type, ids=True)["active_ids"]:
        facts = read(record_type, json.dumps(halo.record(record_type, number)["row"]).encode())
        names = untold.get(record_type, ("is_active_contract",))
        assert None not in [getattr(facts, name) for name in names]
