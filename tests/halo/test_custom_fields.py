"""Custom fields: how they are parsed, and how lists are asked for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from portal.halo.client import HaloClient
from portal.halo.record_fields import read
from portal.record_fields import CustomField, Kind, Value
from portal.sandbox.halo import HaloSandbox
from tests.halo.conftest import SIZES, Connect
from tests.halo.scripted import scripted

ASKABLE = ("clients", "sites", "assets", "opportunities")


def custom(entries: Any, record_type: str = "clients", **row: Any) -> tuple[CustomField, ...]:
    return read(record_type, json.dumps({"id": 1, "customfields": entries, **row})).custom


def entry(kind: int, value: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"id": 101, "name": "CFtier", "label": "Tier", "type": kind, "value": value, **more}]


@pytest.mark.parametrize(
    ("kind", "value", "more", "meant"),
    [
        (0, " Gold ", {}, (Kind.TEXT, "Gold")),
        (0, 12.0, {}, (Kind.TEXT, "12")),
        (0, "https://acme.example/x", {}, (Kind.LINK, "https://acme.example/x")),
        (0, "javascript:alert(1)", {}, (Kind.TEXT, "javascript:alert(1)")),
        (0, "<p>Call &amp; ask</p>", {}, (Kind.LONG_TEXT, "Call & ask")),
        (1, "Two\nlines", {}, (Kind.LONG_TEXT, "Two\nlines")),
        (2, 3, {"display": "Gold"}, (Kind.TEXT, "Gold")),
        (2, "Gold", {"display": ""}, (Kind.TEXT, "Gold")),
        (2, {"id": 3, "name": "Gold"}, {}, (Kind.TEXT, "Gold")),
        (3, "1,2", {"display": "Microsoft, Dell"}, (Kind.LIST, ("Microsoft", "Dell"))),
        (3, [{"id": 1, "name": "Dell"}, "HPE", None], {}, (Kind.LIST, ("Dell", "HPE"))),
        (4, "2026-12-01T23:00:00", {}, (Kind.DATE, date(2026, 12, 1))),
        (5, "09:30", {}, (Kind.TEXT, "09:30")),
        (6, "true", {}, (Kind.YES_NO, True)),
        (6, 0, {}, (Kind.YES_NO, False)),
        (10, "<ul><li>one</li><li>two</li></ul>", {}, (Kind.LONG_TEXT, "• one\n\n• two")),
        (99, "of a type to come", {}, (Kind.TEXT, "of a type to come")),
    ],
)
def test_a_type_decides_what_a_value_means(
    kind: int, value: Any, more: dict[str, Any], meant: tuple[Kind, Value]
) -> None:
    assert custom(entry(kind, value, **more)) == (CustomField("Tier", *meant),)


@pytest.mark.parametrize(
    "entries",
    [
        None,
        "Gold",
        7,
        [None, 7, "x", []],
        [{}],
        [{"value": "nameless"}],
        entry(0, None),
        entry(0, ""),
        entry(4, "1900-01-01T00:00:00"),
        entry(4, "soon"),
        entry(6, "perhaps"),
        entry(7, [{"id": 1, "customfields": []}]),
        entry(0, {"a": [1]}),
        [{"label": ["Tier"], "name": None, "type": {}, "value": "x"}],
    ],
)
def test_empty_and_invalid_entries_are_skipped(entries: Any) -> None:
    assert custom(entries) == ()


def test_the_name_is_used_if_there_is_no_label() -> None:
    assert custom([{"name": "CFsupportTier", "type": 0, "value": "Gold"}])[0].label == "supportTier"


def test_another_shape_is_values_by_name() -> None:
    found = custom({"CFtier": "Gold", "CFchecked": True, "CFvendors": ["Dell"], "CFempty": ""})
    assert [(each.label, each.kind) for each in found] == [
        ("tier", Kind.TEXT),
        ("checked", Kind.YES_NO),
        ("vendors", Kind.LIST),
    ]


def test_asset_fields_follow_unless_they_are_record_fields_already() -> None:
    fields = [{"name": "Serial Number", "value": "5CG"}, {"name": "Memory", "value": "16", "display": "16 GB"}]
    assert custom([], "assets", fields=fields) == (CustomField("Memory", Kind.TEXT, "16 GB"),)


def labels(client: HaloClient, record_type: str) -> set[str]:
    """Return the labels of all custom fields on a list's first page."""
    rows = client.page(record_type, 1).rows
    found: Iterable[CustomField] = (each for row in rows for each in read(record_type, row.payload.decode()).custom)
    return {each.label for each in found} - {"Memory"}


@pytest.mark.parametrize("record_type", SIZES)
def test_lists_that_include_them_cost_no_extra_request(record_type: str, halo: HaloSandbox, connect: Connect) -> None:
    assert "Support tier" in labels(connect(), record_type)
    assert halo.counts()["by_kind"] == {"token": 1, record_type: 1}


@pytest.mark.parametrize("record_type", SIZES)
def test_the_field_list_is_fetched_only_once(record_type: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(custom_fields_in_lists="when_asked")
    client = connect()
    assert labels(client, record_type) == labels(client, record_type)
    assert bool(labels(client, record_type)) == (record_type in ASKABLE)
    asked = {"lookup": 1, record_type: 4} if record_type in ASKABLE else {record_type: 3}
    assert halo.counts()["by_kind"] == {"token": 1, **asked}


@pytest.mark.parametrize("record_type", ASKABLE)
def test_a_halo_that_ignores_the_parameter_sends_its_records_all_the_same(
    record_type: str, halo: HaloSandbox, connect: Connect
) -> None:
    halo.turn(custom_fields_in_lists="never")
    client = connect()
    assert labels(client, record_type) == set()
    assert client.page(record_type, 1).rows


def test_an_empty_list_asks_for_nothing_more(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(custom_fields_in_lists="when_asked")
    connect().page("clients", 99)
    assert halo.counts()["by_kind"] == {"token": 1, "clients": 1}


def test_another_shape_is_read_as_well(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(custom_fields_shape="map")
    assert "supportTier" in labels(connect(), "clients")


@pytest.mark.parametrize("answer", [403, 404, 500, b"<html>", {"fields": []}, [], None, [{"id": "x"}, 7]])
def test_without_a_field_list_records_have_no_custom_fields(answer: Any) -> None:
    asked: list[dict[str, str]] = []

    def script(path: str, query: dict[str, str]) -> Any:
        if path.endswith("/FieldInfo"):
            return answer
        if path.endswith("/Client"):
            asked.append(query)
            return {"record_count": 1, "clients": [{"id": 7}]}
        return None

    with scripted(script) as credentials, HaloClient(credentials) as client:
        assert [row.remote_id or row.facts for row in client.page("clients", 1).rows]
    assert len(asked) == 1
    assert "include_custom_fields" not in asked[0]


def test_encrypted_fields_are_not_requested(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(custom_fields_in_lists="when_asked", password_fields=True)
    connect().page("clients", 1)
    query = halo.journal()[-1]["query"]
    assert "include_custom_fields=101%2C102%2C103%2C104%2C108" in query
