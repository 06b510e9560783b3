"""The Behavior section: all knobs with their descriptions, and the tenant's permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.desk.render import page
from portal.sandbox.desk.simulated_psa import SimulatedPsa
from portal.sandbox.desk.switches.controls import OTHER, Control, controls
from portal.sandbox.desk.switches.reading import changed
from portal.sandbox.desk.switches.words import Group, words_for


@dataclass(frozen=True)
class Card:
    group: Group
    controls: list[Control]
    do: str


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    groups = desk_request.description.switch_groups
    cards = [*(card for group in groups if (card := _card(desk_request, group)).controls), _permissions(desk_request)]
    return page(desk_request, "behavior.html", cards=cards)


def knobs_of(psa: SimulatedPsa, group: str) -> set[str]:
    return {each.name for each in msgspec.structs.fields(psa.knobs()) if _group_of(psa, each.name) == group}


def _group_of(psa: SimulatedPsa, knob: str) -> str:
    group = words_for(knob, psa.description.switches, OTHER).group
    return group if group in {each.id for each in psa.description.switch_groups} else OTHER


def _card(desk_request: DeskRequest, group: Group) -> Card:
    typed = desk_request.typed if desk_request.typed and desk_request.typed.text("group") == group.id else None
    psa, words = desk_request.psa, desk_request.description.switches
    made = controls(psa.knobs(), words, names=knobs_of(psa, group.id), start=psa.knobs_at_start(), typed=typed)
    return Card(group, made, "turn")


def _permissions(desk_request: DeskRequest) -> Card:
    typed = desk_request.typed if desk_request.typed and desk_request.typed.text("do") == "permit" else None
    psa, permissions = desk_request.psa, desk_request.description.permissions
    names = _changeable(psa)
    made = controls(psa.settings(), permissions.words, names=names, start=psa.settings_at_start(), typed=typed)
    return Card(permissions.group, made, "permit")


def _changeable(psa: SimulatedPsa) -> set[str]:
    return {each.name for each in msgspec.structs.fields(psa.settings())} - psa.description.permissions.fixed


def _turn(desk_request: DeskRequest, form: Form) -> FormResult:
    psa, group = desk_request.psa, form.text("group")
    names = knobs_of(psa, group)
    if not names:
        raise FormError("This group of switches doesn't exist. Reload the page and try again.")
    psa.turn(changed(psa.knobs(), names, psa.description.switches, form))
    title = next(each.title for each in psa.description.switch_groups if each.id == group)
    return FormResult(f"Saved: {title}.", f"{desk_request.here}#{group}")


def _permit(desk_request: DeskRequest, form: Form) -> FormResult:
    psa, permissions = desk_request.psa, desk_request.description.permissions
    psa.permit(changed(psa.settings(), _changeable(psa), permissions.words, form))
    return FormResult(f"Saved: {permissions.group.title.lower()}.", f"{desk_request.here}#{permissions.group.id}")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"turn": _turn, "permit": _permit}
