"""Keys that rows of several types share."""

from __future__ import annotations

from typing import Any

from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import Culture
from portal.sandbox.words.text import SENTENCES

Fields = dict[str, Any]

COLOURS = ("#2bd3c6", "#a75ded", "#f4a261", "#e76f51", "#264653", "#8ab17d", "#577590")

# id, name, label, type: halo-api.md section 4 has the list of types.
CUSTOM_FIELDS = (
    (101, "CFsupportTier", "Support tier", 2, ("Bronze", "Silver", "Gold")),
    (102, "CFreviewDate", "Next review", 4, ("2026-12-01T00:00:00", "2027-02-15T00:00:00")),
    (103, "CFbackupChecked", "Backup checked", 6, (True, False)),
    (104, "CFvendors", "Vendors", 3, ("Microsoft, Dell", "Lenovo", "Cisco, Fortinet, HPE")),
    (105, "CFremark", "Remark", 0, SENTENCES),
    (106, "CFhandover", "Handover", 10, ("<p>Done on site.</p>", "<p>Open: <i>router</i></p>")),
)


def custom_fields(rng: SeededRandom, count: int) -> list[Fields]:
    """Generate `count` custom fields; only selections have `display`."""
    fields = []
    for number, name, label, kind, values in CUSTOM_FIELDS[:count]:
        value = rng.pick(values)
        entry: Fields = {"id": number, "name": name, "label": label, "type": kind, "value": value}
        if kind in {2, 3}:
            entry["display"] = value
        fields.append(entry)
    return fields


def paragraph(rng: SeededRandom, longest: int) -> str:
    return " ".join(rng.pick(SENTENCES) for _ in range(rng.between(1, longest)))


def address(rng: SeededRandom, culture: Culture) -> Fields:
    """Return flat address lines, as `includeaddress=true` adds them to a site (halo-api.md section 4.2)."""
    return {
        "delivery_address_line1": f"{rng.between(1, 240)} {rng.pick(culture.streets)}",
        "delivery_address_line2": rng.pick(culture.cities),
        "delivery_address_line3": "",
        "delivery_address_line4": culture.country,
        "delivery_address_line5": rng.digits(5),
    }
