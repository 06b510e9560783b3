"""Presets: named sets of knobs and faults, to apply with one click."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import msgspec

from portal.sandbox.control import control
from portal.sandbox.halo.control import CONTROLLED
from portal.sandbox.halo.faults import Fault
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.settings import FIXED, Knobs
from portal.sandbox.halo.tenant import Tenant

_CREDENTIALS = frozenset({"client_id", "client_secret"})
_SMALL_PAGES: Final = {"contacts": 50, "assets": 50, "opportunities": 50}
_ODD_TEXTS: Final = ("half_surrogate", "control_character", "broken_utf8")


@dataclass(frozen=True)
class Preset:
    """`odd` lists record types in which a few records get names that break strict JSON parsers."""

    id: str
    name: str
    sentence: str
    knobs: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    odd: tuple[str, ...] = ()


PRESETS: Final = (
    Preset("behaves", "Behaves", "Default switches and permissions, no faults.", {}),
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
        {},
        odd=("clients", "contacts"),
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
        {},
        faults=(
            Fault("status", status=503, after=3, every=20, times=None),
            Fault("truncated", after=8, every=20, times=None),
            Fault("html", after=13, every=20, times=None),
            Fault("reset", after=18, every=20, times=None),
        ),
    ),
)


def apply_preset(instance: Instance, preset: Preset) -> None:
    """Replace all knobs, faults and permissions. Credentials stay, because a portal may be connected."""
    instance.knobs = _knobs(instance, preset)
    control(CONTROLLED, instance, "DELETE", "/faults")
    control(CONTROLLED, instance, "POST", "/faults", msgspec.to_builtins(list(preset.faults)))
    for tenant in instance.tenants:
        tenant.settings = msgspec.structs.replace(tenant.settings, **_permissions(instance, tenant))


def current(instance: Instance) -> str:
    """Return the id of the current preset; empty if there is none."""
    planned = tuple(each.fault for each in instance.faults.planned())
    if any(_has_other_permissions(instance, tenant) for tenant in instance.tenants):
        return ""
    fitting = (each.id for each in PRESETS if each.faults == planned and _knobs(instance, each) == instance.knobs)
    return next(fitting, "")


def _knobs(instance: Instance, preset: Preset) -> Knobs:
    odd = {kind: dict(zip(_named(instance, kind), _ODD_TEXTS, strict=False)) for kind in preset.odd}
    return instance.started.knobs.changed({**preset.knobs, **({"odd_text": odd} if odd else {})})


def _named(instance: Instance, kind: str) -> Iterable[str]:
    """Return the first three active records of the first tenant, without Halo's own client 1."""
    rows = instance.tenants[0].tables[kind].rows()
    return islice((str(row.id) for row in rows if row.active and row.id != 1), len(_ODD_TEXTS))


def _permissions(instance: Instance, tenant: Tenant) -> dict[str, Any]:
    start = instance.start_of(tenant)
    names = {each.name for each in msgspec.structs.fields(start)} - FIXED - _CREDENTIALS
    return {name: getattr(start, name) for name in names}


def _has_other_permissions(instance: Instance, tenant: Tenant) -> bool:
    return any(getattr(tenant.settings, name) != value for name, value in _permissions(instance, tenant).items())
