"""Applies presets, and recognizes the current one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeVar

import msgspec

from portal.sandbox.desk.description import Preset
from portal.sandbox.desk.simulated_psa import SimulatedPsa

S = TypeVar("S", bound=msgspec.Struct)
_NAMED = 20  # records of each type that a preset can name


def apply_preset(psa: SimulatedPsa, preset: Preset) -> None:
    """Replace all knobs, faults and permissions. Credentials stay, because a portal may be connected."""
    psa.turn(_knobs(psa, preset))
    psa.faults.clear()
    for fault in preset.faults:
        psa.faults.add(fault, psa.clock.now())
    for each in psa.each_tenant():
        each.permit(_permissions(each, preset))


def current(psa: SimulatedPsa) -> str:
    """Return the id of the current preset; empty if there is none."""
    planned = tuple(each.fault for each in psa.faults.planned())
    fitting = (
        each.id
        for each in psa.description.presets
        if each.faults == planned and _knobs(psa, each) == psa.knobs() and _has_permissions(psa, each)
    )
    return next(fitting, "")


def _has_permissions(psa: SimulatedPsa, preset: Preset) -> bool:
    return all(_permissions(each, preset) == each.settings() for each in psa.each_tenant())


def _knobs(psa: SimulatedPsa, preset: Preset) -> msgspec.Struct:
    special = preset.special(_active_ids(psa.each_tenant()[0])) if preset.special else {}
    return _merged(psa.knobs_at_start(), {**preset.knobs, **special})


def _permissions(psa: SimulatedPsa, preset: Preset) -> msgspec.Struct:
    """Return the tenant's settings with the permissions of the start and of the preset."""
    start, permissions = psa.settings_at_start(), psa.description.permissions
    names = {each.name for each in msgspec.structs.fields(start)} - permissions.fixed - permissions.credentials
    at_start = {name: getattr(start, name) for name in names}
    return msgspec.structs.replace(psa.settings(), **{**at_start, **preset.permissions})


def _merged(struct: S, changes: Mapping[str, Any]) -> S:
    """Return a copy with some fields changed. Maps keep entries that are not named."""
    merged = msgspec.to_builtins(struct)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return msgspec.convert(merged, type(struct))


def _active_ids(psa: SimulatedPsa) -> dict[str, list[int]]:
    """Return the first active records of each type, without the PSA's own."""
    return {
        kind: list(islice((row.id for row in table.rows() if row.active and row.id not in _own(psa, kind)), _NAMED))
        for kind, table in psa.tables.items()
        if kind in psa.description.tables
    }


def _own(psa: SimulatedPsa, kind: str) -> Mapping[int, str]:
    return psa.description.own.get(kind, {})
