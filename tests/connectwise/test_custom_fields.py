"""Custom fields of ConnectWise's records, and the questions of configurations."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.connectwise.record_fields import read
from portal.record_fields import CustomField, Kind, Money


def custom(**row: Any) -> list[CustomField]:
    return list(read("assets", json.dumps(row)).custom)


def one(kind: str, value: Any) -> CustomField | None:
    found = custom(customFields=[{"id": 53, "caption": "Level", "type": kind, "value": value}])
    return found[0] if found else None


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        ("Text", "Manager", (Kind.TEXT, "Manager")),
        ("Text", 7, (Kind.TEXT, "7")),
        ("Text", True, (Kind.YES_NO, True)),
        ("Text", {"id": 3, "name": "Gold"}, (Kind.TEXT, "Gold")),
        ("Text", ["a", {"name": "b"}, None], (Kind.LIST, ("a", "b"))),
        ("Text Area", "one<br>two", (Kind.LONG_TEXT, "one\ntwo")),
        ("TextArea", 5, (Kind.TEXT, "5")),
        ("Number", "12.50", (Kind.NUMBER, Decimal("12.50"))),
        ("Number", "a dozen", (Kind.TEXT, "a dozen")),
        ("Percent", 12.5, (Kind.TEXT, "12.5%")),
        ("Currency", 9.9, (Kind.MONEY, Money(Decimal("9.90")))),
        ("Date", "2026-03-01T00:00:00Z", (Kind.DATE, date(2026, 3, 1))),
        ("Date", "next week", (Kind.TEXT, "next week")),
        ("Checkbox", "true", (Kind.YES_NO, True)),
        ("Checkbox", False, (Kind.YES_NO, False)),
        ("Hyperlink", "acme.example/docs", (Kind.LINK, "https://acme.example/docs")),
        ("Hyperlink", "see the wiki", (Kind.TEXT, "see the wiki")),
        ("IPAddress", "10.0.0.1", (Kind.TEXT, "10.0.0.1")),
        ("SomethingNew", "x", (Kind.TEXT, "x")),
        (None, "x", (Kind.TEXT, "x")),
    ],
)
def test_a_value_is_shown_as_what_its_type_says_or_else_as_what_it_is(kind: Any, value: Any, meant: Any) -> None:
    found = one(kind, value)
    assert found is not None
    assert (found.kind, found.value) == meant


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, {"id": 3}, "\x00"])
def test_a_field_without_a_value_is_absent(value: Any) -> None:
    assert one("Text", value) is None


@pytest.mark.parametrize("kind", ["Password", "password", "Button"])
def test_passwords_and_buttons_are_never_shown(kind: str) -> None:
    assert one(kind, "hunter2") is None
    assert custom(questions=[{"question": "Admin", "answer": "hunter2", "fieldType": kind}]) == []


def test_answers_of_a_configuration_are_custom_fields() -> None:
    found = custom(questions=[{"question": "Rack:", "answer": "R7", "fieldType": "Text"}, {"question": "Unit"}, "x"])
    assert found == [CustomField("Rack:", Kind.TEXT, "R7")]


def test_the_old_fields_of_companies_are_numbered() -> None:
    found = read("clients", json.dumps({"userDefinedField1": "A", "userDefinedField2": "", "userDefinedField10": 3}))
    assert [(each.label, each.value) for each in found.custom] == [
        ("User defined field 1", "A"),
        ("User defined field 10", "3"),
    ]


@pytest.mark.parametrize("sent", [None, {}, "x", 7, [None], [[]], [{"value": "x"}], [{"caption": "", "value": "x"}]])
def test_what_is_no_list_of_fields_is_skipped(sent: Any) -> None:
    assert custom(customFields=sent) == []
