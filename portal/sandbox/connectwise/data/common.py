"""Keys that rows of several types share (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from portal.sandbox.record_factory import DAY
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import Culture
from portal.sandbox.words.text import SENTENCES

Fields = dict[str, Any]

HREF = "https://cw.example/v4_6_release/apis/3.0"
# One member's name ends in blanks, as seen.
MEMBERS = ("zAdmin", "ScopableSync", "jsmith", "trigger        ", "labtech")
LOCATION = {"id": 2, "name": "Tampa Office"}
DEPARTMENT = {"id": 10, "identifier": "Services", "name": "Professional Services"}

# id, caption, type, entry method, values
CUSTOM_FIELDS: tuple[tuple[int, str, str, str, tuple[Any, ...]], ...] = (
    (51, "Support tier", "Text", "List", ("Bronze", "Silver", "Gold", None)),
    (52, "Next review", "Date", "Date", ("2026-12-01T00:00:00Z", "2027-02-15T00:00:00Z")),
    (53, "Backup checked", "Checkbox", "EntryField", (True, False)),
    (54, "Seats", "Number", "EntryField", (3, 12.0, 250)),
    (55, "Remark", "TextArea", "EntryField", SENTENCES),
    (56, "Door code", "Password", "EntryField", ("4711-door", "swordfish", "correct horse")),
)


def moment(seconds: float) -> str:
    """Format a time: UTC, whole seconds, with a Z."""
    return f"{datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19]}Z"


def day(seconds: float) -> str:
    """Format a date: midnight of that day."""
    return moment(seconds // DAY * DAY)


def reference(number: int, name: str, path: str = "", **more: Any) -> Fields:
    """Return a reference. `path` is that of its type's list."""
    info = {f"{_singular(path)}_href": f"{HREF}/{path}/{number}"} if path else {}
    return {"id": number, **more, "name": name, "_info": info}


@cache
def _singular(path: str) -> str:
    word = path.rsplit("/", 1)[-1]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("es") if word.endswith("uses") else word.removesuffix("s")


def named(pairs: Sequence[tuple[int, str]], rng: SeededRandom, path: str = "") -> Fields:
    number, name = rng.pick(pairs)
    return reference(number, name, path)


def info(rng: SeededRandom, updated: float, **hrefs: str) -> Fields:
    entered = updated - rng.between(1, 900) * DAY
    return {
        "lastUpdated": moment(updated),
        "updatedBy": rng.pick(MEMBERS),
        "dateEntered": moment(entered),
        "enteredBy": rng.pick(MEMBERS),
        **{name: f"{HREF}/{path}" for name, path in hrefs.items()},
    }


def custom_fields(rng: SeededRandom, count: int, pod: str) -> list[Fields]:
    """Generate `count` custom fields. `value` is missing where it is empty."""
    fields = []
    for place, (number, caption, kind, method, values) in enumerate(CUSTOM_FIELDS[-count:]):
        value = rng.pick(values)
        entry: Fields = {
            "id": number,
            "caption": caption,
            "type": kind,
            "entryMethod": method,
            "numberOfDecimals": 0,
            **({} if value is None else {"value": value}),
            "connectWiseId": rng.guid(),
            "rowNum": place + 1,
            "userDefinedFieldRecId": number,
            "podId": pod,
        }
        fields.append(entry)
    return fields


def paragraph(rng: SeededRandom, longest: int) -> str:
    return " ".join(rng.pick(SENTENCES) for _ in range(rng.between(1, longest)))


def country(culture: Culture) -> Fields:
    return reference(50 + len(culture.country), culture.country, "company/countries", identifier=culture.code)


def address(rng: SeededRandom, culture: Culture) -> Fields:
    return {
        "addressLine1": f"{rng.between(1, 240)} {rng.pick(culture.streets)}"[:50],
        "addressLine2": f"Floor {rng.between(1, 9)}" if rng.chance(0.2) else None,
        "city": rng.pick(culture.cities),
        "zip": rng.digits(5),
        "country": country(culture),
    }
