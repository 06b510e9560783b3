"""Foreign text can neither control a terminal nor fake its output."""

from __future__ import annotations

import json

import pytest

from portal.terminal import visible, visible_json

TEXTS = {
    "\x1b[2J\x1b[1;31mgone": r"\x1b[2J\x1b[1;31mgone",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x9b31m": r"\x9b31m",
    "\x90dcs\x9c": r"\x90dcs\x9c",
    "a\rb": r"a\rb",
    "a\bb": r"a\x08b",
    "a\x00b": r"a\x00b",
    "a\x7fb": r"a\x7fb",
    "a\u0085b": r"a\x85b",
    "a\u202eb": r"a\u202eb",
    "a\u2066b\u2069": r"a\u2066b\u2069",
    "a\u200eb\u200fc\u061cd": r"a\u200eb\u200fc\u061cd",
    "a\u2028b\u2029c": r"a\u2028b\u2029c",
    "a\ud800b": r"a\ud800b",
    "a\nb\tc": r"a\nb\tc",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items())
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["Łódź & Söhne", "日本語", "שלום", "👩‍🔧", "50\N{NO-BREAK SPACE}%", r"C:\x1b", ""])
def test_names_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


def test_our_own_lines_stay_lines() -> None:
    assert visible("one\ntwo\x1b", keep="\n") == "one\ntwo\\x1b"


@pytest.mark.parametrize("text", TEXTS)
def test_escaped_json_is_equivalent(text: str) -> None:
    shown = visible_json(json.dumps([text], ensure_ascii=False, indent=2))
    assert json.loads(shown) == [text]
    assert visible(shown, keep="\n") == shown
