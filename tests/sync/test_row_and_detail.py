"""Merging the list row and the detail of a record, and finding changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo.computed import is_computed
from portal.sync.row_and_detail import Forms, Merged, merge

ROW = {"id": 7, "name": "Acme", "notes": "", "customfields": [], "main_id": 0, "use": "area", "idsummary": "7 Acme"}
DETAIL = {
    "id": 7,
    "name": "Acme",
    "notes": "VIP",
    "customfields": [{"id": 1}],
    "main_id": -1,
    "use": "client",
    "web": "w",
}


def take(forms: Forms, *, row: Any = None, detail: Any = None) -> Merged:
    answer = json.dumps(detail if row is None else row)
    return merge(forms, answer, lambda key: is_computed("clients", key), is_detail=row is None)


def known(forms: Forms) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(forms.payload)
    return found


def test_reading_lists_and_details_in_turn_changes_nothing() -> None:
    forms = Forms(json.dumps(ROW))
    for number in range(20):
        merged = take(forms, row=ROW) if number % 2 else take(forms, detail=DETAIL)
        assert merged.fields == {}
        forms = merged.forms
    assert known(forms) == {**DETAIL, "idsummary": "7 Acme", "main_id": 0}


def test_values_that_only_a_detail_has_survive_a_list_row() -> None:
    forms = take(Forms(json.dumps(ROW)), detail=DETAIL).forms
    merged = take(forms, row={**ROW, "name": "Acme Ltd"})
    assert merged.fields == {"name": ["Acme", "Acme Ltd"]}
    assert known(merged.forms) == {**DETAIL, "name": "Acme Ltd", "idsummary": "7 Acme", "main_id": 0}


def test_a_change_seen_in_a_row_is_not_recorded_again_from_a_detail() -> None:
    forms = take(Forms(json.dumps(ROW)), detail=DETAIL).forms
    forms = take(forms, row={**ROW, "name": "Acme Ltd"}).forms
    assert take(forms, detail={**DETAIL, "name": "Acme Ltd"}).fields == {}


def test_a_change_in_the_first_detail_is_recorded() -> None:
    assert take(Forms(json.dumps(ROW)), detail={**DETAIL, "name": "Acme Ltd"}).fields == {
        "name": ["Acme", "Acme Ltd"]
    }


def test_filling_a_field_that_rows_showed_as_empty_is_a_change() -> None:
    row = {**ROW, "phone": ""}
    assert take(Forms(json.dumps(row)), detail={**DETAIL, "phone": "0123"}).fields == {"phone": ["", "0123"]}


def test_a_value_that_disappears_from_the_detail_is_a_change() -> None:
    forms = take(Forms(json.dumps(ROW)), detail=DETAIL).forms
    merged = take(forms, detail={key: value for key, value in DETAIL.items() if key != "web"})
    assert (merged.fields, "web" in known(merged.forms)) == ({"web": ["w", None]}, False)


def test_a_value_that_disappears_from_the_row_is_a_change() -> None:
    merged = take(Forms(json.dumps({**ROW, "ref": "A1"})), row=ROW)
    assert (merged.fields, merged.forms) == ({"ref": ["A1", None]}, Forms(json.dumps(ROW)))


def test_a_record_created_from_a_detail_takes_values_that_only_rows_have() -> None:
    text = json.dumps(DETAIL)
    merged = take(Forms(text, None, text, has_row=False), row=ROW)
    assert (merged.fields, known(merged.forms)["idsummary"]) == ({}, "7 Acme")
    assert known(merged.forms)["customfields"] == [{"id": 1}]


def test_a_record_that_cannot_be_compared_counts_as_changed() -> None:
    assert take(Forms("{broken"), row=ROW).fields == {"record": [None, "could not be compared"]}


VALUES = st.sampled_from([None, "", 0, -1, "a", "b", 5, 5.0, [], [1], False, True])
RECORDS = st.dictionaries(st.sampled_from(["a", "b_id", "c", "notes"]), VALUES)


@given(st.lists(st.tuples(st.booleans(), RECORDS), min_size=1, max_size=8), RECORDS)
def test_an_answer_that_repeats_the_last_of_its_form_changes_nothing(
    answers: list[tuple[bool, dict[str, Any]]], first: dict[str, Any]
) -> None:
    forms = Forms(json.dumps(first))
    for is_row, answer in answers:
        forms = (take(forms, row=answer) if is_row else take(forms, detail=answer)).forms
        again = take(forms, row=answer) if is_row else take(forms, detail=answer)
        assert again.fields == {}


@pytest.mark.parametrize("before", [[], [DETAIL]], ids=["first detail", "second detail"])
def test_a_change_in_a_detail_that_the_next_row_undoes_is_recorded(before: list[Any]) -> None:
    forms = Forms(json.dumps(ROW))
    for detail in before:
        forms = take(forms, detail=detail).forms
    forms = take(forms, detail={**DETAIL, "name": "Acme Ltd"}).forms
    merged = take(forms, row=ROW)
    assert (merged.fields, known(merged.forms)["name"]) == ({"name": ["Acme Ltd", "Acme"]}, "Acme")
    assert take(merged.forms, detail=DETAIL).fields == {}


def test_a_change_in_a_row_that_the_next_detail_undoes_is_recorded() -> None:
    forms = take(Forms(json.dumps(ROW)), detail=DETAIL).forms
    forms = take(forms, row={**ROW, "name": "Acme Ltd"}).forms
    merged = take(forms, detail=DETAIL)
    assert (merged.fields, known(merged.forms)["name"]) == ({"name": ["Acme Ltd", "Acme"]}, "Acme")
    assert take(merged.forms, row=ROW).fields == {}


def test_a_key_that_the_forms_write_differently_settles_after_the_first_detail() -> None:
    forms, told = Forms(json.dumps({**ROW, "colour": "teal"})), []
    for number in range(20):
        shown = {"detail": {**DETAIL, "colour": "#2bd3c6"}} if number % 2 == 0 else {"row": {**ROW, "colour": "teal"}}
        merged = take(forms, **shown)
        told.append(bool(merged.fields))
        forms = merged.forms
    assert not any(told[2:])
