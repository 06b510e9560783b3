"""Presets: named sets of knobs and faults, to apply with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portal.sandbox.desk.description import Preset
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.record_types import RECORD_TYPES

_SMALL_PAGES: Final = {"contacts": 50, "assets": 50, "opportunities": 50}
_ODD_TEXTS: Final = ("half_surrogate", "control_character", "broken_utf8")


def _bad_characters(ids: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Give the first clients and contacts names that break strict JSON parsers."""
    odd = {kind: dict(zip(map(str, ids[kind]), _ODD_TEXTS, strict=False)) for kind in ("clients", "contacts")}
    return {"odd_text": odd}


PRESETS: Final = (
    Preset("behaves", "Behaves", "Default switches and permissions, no faults."),
    Preset(
        "echoes",
        "Echoes the page size",
        "Sends 50 rows per page, but claims the page size that was requested.",
        {"stated_page_size": "asked", "caps": _SMALL_PAGES},
    ),
    Preset(
        "counts_page",
        "Counts the page only",
        "Sends 50 rows per page, and counts only those instead of all records.",
        {"stated_record_count": "page", "caps": _SMALL_PAGES},
    ),
    Preset(
        "silent",
        "Says nothing about itself",
        "Sends 50 rows per page, and reports neither a page size nor a count.",
        {"stated_page_size": "nothing", "stated_record_count": "nothing", "caps": _SMALL_PAGES},
    ),
    Preset(
        "caps",
        "Caps at 50",
        "Never sends more than 50 rows per page, for any type.",
        {"caps": dict.fromkeys(RECORD_TYPES, 50)},
    ),
    Preset(
        "repeats",
        "Repeats its last page",
        "Sends the last page again when asked for a page past the end.",
        {"past_end": "repeat_last", "stated_record_count": "nothing"},
    ),
    Preset(
        "west",
        "West of UTC",
        "Reads the date filter in New York's time, five hours behind.",
        {"local_dates": dict.fromkeys(RECORD_TYPES, -5.0)},
    ),
    Preset(
        "flickers",
        "Flickers",
        "Computed values, the way numbers are written and the order of keys differ from answer to answer.",
        {"flickers": ["computed", "numbers", "order", "nulls"]},
    ),
    Preset("thin", "Thin lists", "A single record has more fields than its row in a list.", {"thin_lists": True}),
    Preset(
        "odd_text",
        "Bad characters",
        "Three clients and three contacts have a name that strict JSON readers refuse.",
        special=_bad_characters,
    ),
    Preset(
        "busy",
        "Busy: 429s",
        "Allows 12 requests every 30 seconds, and says when to retry.",
        {"quota": 12, "quota_window": 30.0, "retry_after": "seconds"},
    ),
    Preset(
        "falls_over",
        "Falls over now and then",
        "One response in five is an error, an HTML page, cut short or missing.",
        faults=(
            Fault("status", status=503, after=3, every=20, times=None),
            Fault("truncated", after=8, every=20, times=None),
            Fault("html", after=13, every=20, times=None),
            Fault("reset", after=18, every=20, times=None),
        ),
    ),
)
