"""What a PSA sent, made readable."""

from __future__ import annotations

import json

import pytest

from portal.services.records import payloads
from portal.services.records.payloads import LONG, MOST_TEXT, SHORT, PayloadValue


@pytest.mark.parametrize("payload", ["", "x" * 1000, "[1]", '"text"', "{", "[" * 100_000])
def test_a_payload_that_is_not_an_object_has_no_lines(payload: str) -> None:
    assert payloads.lines(payload) == []


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (False, "no"), (0, "0"), (1.5, "1.5"), ("a b", "a b"), ("<i>", "<i>")]
)
def test_a_plain_value_is_written_plainly(value: object, text: str) -> None:
    assert payloads.shown(value) == PayloadValue(text)


@pytest.mark.parametrize(("value", "text"), [(None, "none"), ("", "empty"), ([], "empty"), ({}, "empty")])
def test_empty_values_are_named(value: object, text: str) -> None:
    assert payloads.shown(value) == PayloadValue(text, is_empty=True)


def test_nested_values_are_shown_as_json() -> None:
    assert payloads.shown([{"a": 1}]).text == '[\n  {\n    "a": 1\n  }\n]'


def test_a_long_value_is_cut_and_can_be_shown() -> None:
    text = "word " * 100
    value = payloads.shown(text)
    assert (len(value.text), value.rest, value.note) == (SHORT, text, "")


def test_a_very_long_value_says_how_much_is_not_shown() -> None:
    value = payloads.shown("w " * LONG)
    assert len(value.rest) == LONG
    assert value.note == f"{LONG:,} more characters"


@pytest.mark.parametrize("start", ["", "data:image/png;base64,"])
def test_binary_data_is_only_measured(start: str) -> None:
    value = payloads.shown(start + "iVBORw0KGgo" * 1000 + "==")
    assert (value.text, value.rest) == ("", "")
    assert "binary data" in value.note


def test_a_huge_payload_still_fits_on_a_page() -> None:
    document = {f"key {number}": "some text " * 100_000 for number in range(50)}
    lines = payloads.lines(json.dumps(document))
    assert len(lines) == 50
    assert sum(len(line.value.text) + len(line.value.rest) for line in lines) <= MOST_TEXT + 50 * SHORT


def test_the_keys_stay_in_the_order_in_which_they_were_sent() -> None:
    assert [line.key for line in payloads.lines('{"id": 1, "b": 2, "a": 3}')] == ["id", "b", "a"]
