"""The Faults page: faults to choose from, planned faults, and how often each has occurred."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from portal.sandbox.control import control
from portal.sandbox.faults import PlannedFault
from portal.sandbox.halo.control import CONTROLLED
from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.halo.desk.faults.words import FAULTS, FIELDS, GROUPS
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.switches.controls import OTHER, controls
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.switches.words import Group, SettingText, words_for
from portal.sandbox.halo.faults import KINDS, PLACES, Fault
from portal.sandbox.halo.record_types import RECORD_TYPES

_MOST = 200
_IN_WORDS = frozenset({"what", "on", "after", "every", "times"})
_PLACES: Final = ("any", *RECORD_TYPES, *sorted(PLACES - {"any", *RECORD_TYPES}))


@dataclass(frozen=True)
class FaultGroup:
    group: Group
    faults: dict[str, SettingText]


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    typed = desk_request.typed
    details = controls(Fault(next(iter(KINDS))), FIELDS, typed=typed)
    return page(
        desk_request,
        "faults.html",
        fault_groups=[fault_group for fault_group in map(_fault_group, GROUPS) if fault_group.faults],
        details=[each for each in details if each.name not in {"what", "on"}],
        often=("after", "every", "times"),
        places=_PLACES,
        on=typed.text("on") if typed else "any",
        path=typed.text("path") if typed else "",
        planned=desk_request.instance.faults.planned()[::-1],
        words=FAULTS,
        where=where,
    )


def where(planned: PlannedFault) -> str:
    """Describe which requests a fault applies to."""
    fault = planned.fault
    parts = ["any request" if fault.on == "any" else fault.on]
    parts += [f"after {fault.after}"] if fault.after else []
    parts += [f"one in {fault.every}"] if fault.every > 1 else []
    parts += ["no limit" if fault.times is None else "once" if fault.times == 1 else f"{fault.times} times"]
    usual = Fault(fault.what)
    for each in controls(fault, FIELDS, start=usual):
        if each.is_changed and each.name not in _IN_WORDS:
            parts.append(f"{each.words.label.lower()} {each.now}")
    return ", ".join(parts)


def _fault_group(group: Group) -> FaultGroup:
    known = {each.id for each in GROUPS}
    words = {
        kind: words_for(kind, FAULTS, OTHER) for kind in [*FAULTS, *sorted(KINDS - FAULTS.keys())] if kind in KINDS
    }
    return FaultGroup(group, {k: w for k, w in words.items() if (w.group if w.group in known else OTHER) == group.id})


def _plan(desk_request: DeskRequest, form: Form) -> FormResult:
    what = form.text("what")
    if what not in KINDS:
        raise FormError(f"There is no fault “{what[:40]}”. Reload the page and choose again.")
    if len(desk_request.instance.faults.planned()) >= _MOST:
        raise FormError(f"{_MOST} faults are planned already. Clear them first.")
    place = form.text("path").lower() or form.text("on") or "any"
    if not place.startswith("/") and place not in PLACES:
        raise FormError(f"“{place[:40]}” isn't a known place. Choose one, or enter a path such as /api/client/12.")
    names = {each.name for each in controls(Fault(what), FIELDS)} - {"what", "on"}
    fault = changed(Fault(what, on=place), {name for name in names if name in form}, FIELDS, form)
    control(CONTROLLED, desk_request.instance, "POST", "/faults", msgspec.to_builtins(fault))
    return FormResult(
        f"Planned: {words_for(what, FAULTS, OTHER).label.lower()}. {where(PlannedFault(fault)).capitalize()}."
    )


def _clear(desk_request: DeskRequest, form: Form) -> FormResult:
    del form
    control(CONTROLLED, desk_request.instance, "DELETE", "/faults")
    return FormResult("All faults cleared.")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"plan": _plan, "clear_faults": _clear}
