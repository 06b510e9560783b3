"""How responses vary for the same record: computed values, and values that lists leave empty (section 4)."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, Final

import msgspec

from portal.sandbox.halo.lists import ListAnswer
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.settings import Flicker, Knobs, OddText
from portal.sandbox.store import encode_row

Fields = dict[str, Any]

# Values that Halo computes per request.
COMPUTED: Final[dict[str, tuple[str, ...]]] = {
    "clients": ("open_ticket_count",),
    "assets": ("open_ticket_count",),
    "opportunities": ("ticketage", "slatimeleft", "slapercused"),
    "contacts": ("open_ticket_count",),
    "sites": ("open_ticket_count",),
    "products": ("quantity_available",),
    "contracts": ("daysremaining",),
}
# The keys that a thin list leaves empty, and the notations for empty references in lists and details.
EMPTY_IN_LISTS: Final[Fields] = {"customfields": [], "fields": [], "notes": ""}
NONE_IN_LISTS, NONE_IN_DETAILS = 0, -1
ONLY_IN_LISTS: Final = "closure_agent_id"

ODD_TEXT: Final[dict[OddText, bytes]] = {
    "half_surrogate": b"\\ud83d",
    "control_character": b"\x01\n",
    "broken_utf8": b"\xff\xfe",
    "broken_json": b'"broken"',
}
_NAMES: Final = (b'"name":"', b'"summary":"', b'"key_field":"', b'"refextra":"')


def shown_list(page: ListAnswer, record_type: RecordType, knobs: Knobs, answer: int) -> ListAnswer:
    """Return the rows as they appear in the sandbox's response with this number."""
    kind = record_type.name
    if knobs.flickers or knobs.thin_lists:
        rows = [msgspec.json.decode(row) for row in page.rows]
        shown = [_flickering(_thin(row, knobs), kind, knobs.flickers, answer) for row in rows]
        page = replace(page, rows=[encode_row(row) for row in shown])
    odd = knobs.odd_text.get(kind)
    if odd:
        page = replace(page, rows=[_with_odd_text(row, odd) for row in page.rows])
    return page


def shown_detail(fields: Fields, record_type: RecordType, knobs: Knobs, answer: int) -> bytes:
    if knobs.thin_lists:
        fields = _whole(fields)
    body = encode_row(_flickering(fields, record_type.name, knobs.flickers, answer))
    odd = knobs.odd_text.get(record_type.name)
    return _with_odd_text(body, odd) if odd else body


def _thin(row: Fields, knobs: Knobs) -> Fields:
    if not knobs.thin_lists:
        return row
    emptied = {key: empty for key, empty in EMPTY_IN_LISTS.items() if key in row}
    return {**row, **emptied, ONLY_IN_LISTS: NONE_IN_LISTS}


def _whole(fields: Fields) -> Fields:
    """Fill in what lists leave empty, with a different `use` and a different number for "nobody"."""
    unset = {key: NONE_IN_DETAILS for key, value in fields.items() if key.endswith("_id") and value == NONE_IN_LISTS}
    return {"notes": "Only read by its id.", **fields, **unset, "use": f"{fields.get('use', '')}detail"}


def _flickering(fields: Fields, kind: str, flickers: list[Flicker], answer: int) -> Fields:
    shown = dict(fields)
    if "computed" in flickers:
        shown |= {key: answer % 97 + place / 4 for place, key in enumerate(COMPUTED[kind])}
    if "numbers" in flickers and answer % 2:
        shown = {key: _written_otherwise(key, value) for key, value in shown.items()}
    if "nulls" in flickers and answer % 2:
        shown = {key: value for key, value in shown.items() if value not in ("", [], None)}
    if "order" in flickers:
        keys = list(shown)
        Random(answer).shuffle(keys)  # noqa: S311  # a draw, not a secret
        shown = {key: shown[key] for key in keys}
    return shown


def _written_otherwise(key: str, value: Any) -> Any:
    """Write 21 as 21.0, and other numbers as text. Ids stay unchanged."""
    if isinstance(value, bool) or not isinstance(value, int | float) or key == "id":
        return value
    return float(value) if isinstance(value, int) else f"{value}"


def _with_odd_text(row: bytes, odd: dict[str, OddText]) -> bytes:
    what = odd.get(str(msgspec.json.decode(row)["id"]))
    if what is None:
        return row
    name = next(each for each in _NAMES if each in row)
    return row.replace(name, name + ODD_TEXT[what], 1)
