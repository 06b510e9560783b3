"""The Behavior section: every knob of this Halo with its sentence, and the tenant's permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from portal.sandbox.halo.control import FIXED
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.switches.controls import OTHER, Control, controls
from portal.sandbox.halo.desk.switches.knobs import GROUPS, KNOBS
from portal.sandbox.halo.desk.switches.permissions import PERMISSIONS, PERMISSIONS_GROUP
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.switches.words import Group, words_for
from portal.sandbox.halo.desk.visit import Done, Form, Missing, Refusal, Visit
from portal.sandbox.halo.settings import Knobs, TenantSettings


@dataclass(frozen=True)
class Card:
    group: Group
    controls: list[Control]
    do: str


def show(visit: Visit) -> str:
    """Missing for any page below."""
    if len(visit.path) > 1:
        raise Missing
    cards = [*(card for group in GROUPS if (card := _card(visit, group)).controls), _permissions(visit)]
    return page(visit, "behavior.html", cards=cards)


def knobs_of(group: str) -> set[str]:
    return {each.name for each in msgspec.structs.fields(Knobs) if _group_of(each.name) == group}


def _group_of(knob: str) -> str:
    group = words_for(knob, KNOBS, OTHER).group
    return group if group in {each.id for each in GROUPS} else OTHER


def _card(visit: Visit, group: Group) -> Card:
    typed = visit.typed if visit.typed and visit.typed.text("group") == group.id else None
    instance = visit.instance
    made = controls(instance.knobs, KNOBS, names=knobs_of(group.id), start=instance.started.knobs, typed=typed)
    return Card(group, made, "turn")


def _permissions(visit: Visit) -> Card:
    typed = visit.typed if visit.typed and visit.typed.text("do") == "permit" else None
    settings, start = visit.tenant.settings, visit.instance.start_of(visit.tenant)
    made = controls(settings, PERMISSIONS, names=_changeable(settings), start=start, typed=typed)
    return Card(PERMISSIONS_GROUP, made, "permit")


def _changeable(settings: TenantSettings) -> set[str]:
    return {each.name for each in msgspec.structs.fields(settings)} - FIXED


def _turn(visit: Visit, form: Form) -> Done:
    group = form.text("group")
    names = knobs_of(group)
    if not names:
        raise Refusal("This group of switches doesn't exist. Reload the page and try again.")
    visit.instance.knobs = changed(visit.instance.knobs, names, KNOBS, form)
    title = next(each.title for each in GROUPS if each.id == group)
    return Done(f"Saved: {title}.", f"{visit.here}#{group}")


def _permit(visit: Visit, form: Form) -> Done:
    settings = visit.tenant.settings
    visit.tenant.settings = changed(settings, _changeable(settings), PERMISSIONS, form)
    return Done("Saved: credentials and permissions.", f"{visit.here}#{PERMISSIONS_GROUP.id}")


VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {"turn": _turn, "permit": _permit}
