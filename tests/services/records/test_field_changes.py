"""Changed keys of a payload, told as changed record fields."""

from __future__ import annotations

import json
from typing import Any

from portal.psa.registry import adapter_of
from portal.services.records.field_changes import Changes, PastPayloads
from portal.sync.row_and_detail import MAX_VALUE_LENGTH

NOW = {
    "id": 1,
    "name": "Harbourside Ltd",
    "main_contact_id": 7,
    "main_contact_name": "Jo",
    "domain": "harbour.example",
    "sla_id": 4,
}


def past(record_type: str = "clients", payload: dict[str, Any] | str = "") -> PastPayloads:
    text = payload if isinstance(payload, str) and payload else json.dumps(payload or NOW)
    return PastPayloads(record_type, text, lambda row: adapter_of("halo").record_fields(record_type, row))


def told(changes: Changes) -> tuple[dict[str, tuple[Any, Any]], list[str]]:
    return {each.label: (each.before, each.after) for each in changes.fields}, [each.key for each in changes.others]


def test_a_key_is_told_by_the_label_of_its_field() -> None:
    assert told(past().explain({"name": ["Harbour", "Harbourside Ltd"]})) == (
        {"Name": ("Harbour", "Harbourside Ltd")},
        [],
    )


def test_keys_of_no_field_stay_keys() -> None:
    fields, others = told(past().explain({"name": ["Harbour", "Harbourside Ltd"], "sla_id": [3, 4]}))
    assert [*fields] == ["Name"]
    assert others == ["sla_id"]


def test_several_keys_may_make_one_field() -> None:
    changes = past().explain({"main_contact_id": [6, 7], "main_contact_name": ["Al", "Jo"]})
    assert [each.label for each in changes.fields] == ["Main contact"]
    assert changes.others == []


def test_a_key_that_was_missing_before_means_no_value() -> None:
    assert told(past().explain({"domain": [None, "harbour.example"]}))[0] == {
        "Email domain": (None, "harbour.example")
    }


def test_older_changes_are_told_with_the_values_of_their_time() -> None:
    history = past()
    history.explain({"main_contact_name": ["Al", "Jo"]})
    changes = history.explain({"main_contact_id": [6, 7]})
    assert [(each.before.name, each.after.name) for each in changes.fields] == [("Al", "Al")]  # type: ignore[union-attr]


def test_a_page_of_older_changes_skips_what_is_newer() -> None:
    history = past()
    history.skip({"name": ["Harbour", "Harbourside Ltd"]})
    assert told(history.explain({"name": ["Dock", "Harbour"]}))[0] == {"Name": ("Dock", "Harbour")}


def test_a_custom_field_is_told_by_its_label() -> None:
    def field(value: str) -> list[dict[str, Any]]:
        return [{"id": 9, "name": "CFTier", "label": "Tier", "type": 0, "value": value, "display": value}]

    history = past(payload={**NOW, "customfields": field("Gold")})
    assert told(history.explain({"customfields": [field("Silver"), field("Gold")]})) == (
        {"Tier": ("Silver", "Gold")},
        [],
    )


def test_a_value_that_was_cut_is_not_taken_apart() -> None:
    cut = "x" * MAX_VALUE_LENGTH + "…"
    assert told(past().explain({"name": [cut, "Harbourside Ltd"]})) == ({}, ["name"])


def test_a_payload_that_cannot_be_read_keeps_its_keys() -> None:
    assert told(past(payload="not json").explain({"sla_id": [3, 4]})) == ({}, ["sla_id"])


def test_very_many_changed_keys_cost_no_more_than_a_page_may() -> None:
    read = []

    def reading(row: str) -> Any:
        read.append(row)
        return adapter_of("halo").record_fields("clients", row)

    history = PastPayloads("clients", json.dumps(NOW), reading)
    for _ in range(25):
        history.explain({"name": ["Harbour", "Harbourside Ltd"], **{f"key {number}": [1, 2] for number in range(49)}})
    assert len(read) < 200
