"""A name that would be a formula in a spreadsheet is text there."""

from __future__ import annotations

import pytest

from portal.services.records.spreadsheets import harmless

STARTS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁼", "⁺", "₌", "\N{MINUS SIGN}"]
UNSEEN = ["", "\u200b", "\ufeff", "\u00ad", "\u200d", "\u2060", "\u202e", " ", "\u00a0", "\u3000", "\x00", "\x1b"]


@pytest.mark.parametrize("before", [*UNSEEN, "\u200b\ufeff \u00ad"])
@pytest.mark.parametrize("start", STARTS)
def test_a_formula_becomes_text(start: str, before: str) -> None:
    cell = f"{before}{start}HYPERLINK(1)"
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["\t1", "\r1", "\n1", "\n=1"])
def test_a_formula_after_layout_characters_becomes_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["", "Acme", "A=B", "e-mail@acme.example", "\u200bAcme", " Acme", "Łódź", "日本", "'=1", 5, -5, 1.5, None, True],
)
def test_a_value_that_is_not_a_formula_is_unchanged(cell: object) -> None:
    assert harmless(cell) == cell
