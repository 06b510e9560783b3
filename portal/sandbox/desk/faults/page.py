"""The Faults page: faults to choose from, planned faults, and how often each has occurred."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.sandbox.desk.description import Description, Faults
from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.desk.render import page
from portal.sandbox.desk.switches.controls import OTHER, controls
from portal.sandbox.desk.switches.reading import changed
from portal.sandbox.desk.switches.words import RECORD_TYPES, Group, SettingText, words_for
from portal.sandbox.faults import Fault

_MOST = 200
_IN_WORDS = frozenset({"what", "on", "after", "every", "times"})


@dataclass(frozen=True)
class FaultGroup:
    group: Group
    faults: dict[str, SettingText]


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    typed, faults = desk_request.typed, desk_request.description.faults
    details = controls(faults.fault(min(faults.fault.kinds)), faults.fields, typed=typed)
    return page(
        desk_request,
        "faults.html",
        fault_groups=[made for made in (_fault_group(faults, each) for each in faults.groups) if made.faults],
        details=[each for each in details if each.name not in {"what", "on"}],
        often=("after", "every", "times"),
        places=_places(faults),
        on=typed.text("on") if typed else "any",
        path=typed.text("path") if typed else "",
        planned=[
            (each, where(desk_request.description, each.fault)) for each in desk_request.psa.faults.planned()[::-1]
        ],
        words=faults.words,
    )


def where(description: Description, fault: Fault) -> str:
    """Describe which requests a fault applies to."""
    faults = description.faults
    parts = ["any request" if fault.on == "any" else description.titles.get(fault.on, fault.on)]
    parts += [f"after {fault.after}"] if fault.after else []
    parts += [f"one in {fault.every}"] if fault.every > 1 else []
    parts += ["no limit" if fault.times is None else "once" if fault.times == 1 else f"{fault.times} times"]
    for each in controls(fault, faults.fields, start=faults.fault(fault.what)):
        if each.is_changed and each.name not in _IN_WORDS:
            parts.append(f"{each.words.label.lower()} {each.now}")
    return ", ".join(parts)


def _places(faults: Faults) -> tuple[str, ...]:
    """Return the places in order: any request, the record types, the rest."""
    first = ("any", *RECORD_TYPES)
    return (*first, *sorted(set(faults.fault.places) - set(first)))


def _fault_group(faults: Faults, group: Group) -> FaultGroup:
    known = {each.id for each in faults.groups}
    kinds = [*faults.words, *sorted(set(faults.fault.kinds) - faults.words.keys())]
    words = {kind: words_for(kind, faults.words, OTHER) for kind in kinds if kind in faults.fault.kinds}
    return FaultGroup(group, {k: w for k, w in words.items() if (w.group if w.group in known else OTHER) == group.id})


def _plan(desk_request: DeskRequest, form: Form) -> FormResult:
    faults, psa, what = desk_request.description.faults, desk_request.psa, form.text("what")
    if what not in faults.fault.kinds:
        raise FormError(f"There is no fault “{what[:40]}”. Reload the page and choose again.")
    if len(psa.faults.planned()) >= _MOST:
        raise FormError(f"{_MOST} faults are planned already. Clear them first.")
    fault = changed(faults.fault(what), {"on", *_fields(faults, what, form)}, faults.fields, _placed(faults, form))
    psa.faults.add(fault, psa.clock.now())
    label = words_for(what, faults.words, OTHER).label.lower()
    return FormResult(f"Planned: {label}. {where(psa.description, fault).capitalize()}.")


def _fields(faults: Faults, what: str, form: Form) -> set[str]:
    names = {each.name for each in controls(faults.fault(what), faults.fields)} - {"what", "on"}
    return {name for name in names if name in form}


def _placed(faults: Faults, form: Form) -> Form:
    """Return the form with the place in `on`: the path, if there is one. Raises FormError for an unknown place."""
    place = form.text("path").lower() or form.text("on") or "any"
    if not place.startswith("/") and place not in faults.fault.places:
        example = faults.example_path
        raise FormError(f"“{place[:40]}” isn't a known place. Choose one, or enter a path such as {example}.")
    return form.with_text("on", place)


def _clear(desk_request: DeskRequest, form: Form) -> FormResult:
    del form
    desk_request.psa.faults.clear()
    return FormResult("All faults cleared.")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"plan": _plan, "clear_faults": _clear}
