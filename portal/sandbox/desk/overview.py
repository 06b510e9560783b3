"""The Overview: values for the wizard, the PSA's behaviour, and its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult
from portal.sandbox.desk.differences import differences
from portal.sandbox.desk.presets import apply_preset, current
from portal.sandbox.desk.render import page

_UNITS: Final = {"minutes": 60, "hours": 3_600, "days": 86_400}
_FARTHEST_DAYS = 3_650
_BURST_VERBS: Final = ("change", "create", "delete", "deactivate", "reactivate", "merge")


@dataclass(frozen=True)
class Tile:
    kind: str
    title: str
    total: int
    inactive: int
    inactive_word: str
    deleted: int
    deleted_word: str


def show(desk_request: DeskRequest) -> str:
    psa, description = desk_request.psa, desk_request.description
    return page(
        desk_request,
        "overview.html",
        wizard=psa.values(),
        current=current(psa),
        differences=differences(psa),
        tiles=[_tile(desk_request, kind) for kind in description.kinds],
        verbs=_BURST_VERBS,
        quota_used=psa.quota.used(psa.knobs().quota_window),
        now=psa.clock.now(),
        units=_UNITS,
        requests=psa.journal.counts(),
        planned=psa.faults.planned(),
        listeners=psa.webhooks.registered(),
    )


def handle(desk_request: DeskRequest, name: str) -> Callable[[DeskRequest, Form], FormResult] | None:
    """Return what a button of this PSA alone does; None if it has no such button."""
    found = next((each for each in desk_request.psa.handles() if each.id == name), None)
    if found is None:
        return None

    def act(desk_request: DeskRequest, form: Form) -> FormResult:
        del desk_request, form
        found.act()
        return FormResult(found.message)

    return act


def _tile(desk_request: DeskRequest, kind: str) -> Tile:
    rows, table = desk_request.psa.tables[kind].rows(), desk_request.description.tables[kind]
    deleted = sum(row.deleted for row in rows)
    inactive = sum(not row.active and not row.deleted for row in rows)
    return Tile(kind, table.many, len(rows), inactive, table.inactive, deleted, table.deleted)


def _advance(desk_request: DeskRequest, form: Form) -> FormResult:
    unit = form.text("unit")
    if unit not in _UNITS:
        raise FormError("Choose minutes, hours or days.")
    amount = form.whole("amount", "How far to move the clock", least=1)
    if amount * _UNITS[unit] > _FARTHEST_DAYS * _UNITS["days"]:
        raise FormError(f"The clock moves by at most {_FARTHEST_DAYS:,} days at once.")
    desk_request.psa.clock.advance(amount * _UNITS[unit])
    return FormResult(f"Moved the clock forward by {amount:,} {unit if amount > 1 else unit[:-1]}.")


def _become(desk_request: DeskRequest, form: Form) -> FormResult:
    description = desk_request.description
    preset = next((each for each in description.presets if each.id == form.text("character")), None)
    if preset is None:
        raise FormError("This character doesn't exist. Reload the page and choose again.")
    apply_preset(desk_request.psa, preset)
    return FormResult(f"This {description.name} now plays: {preset.name}.")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"advance": _advance, "become": _become}
