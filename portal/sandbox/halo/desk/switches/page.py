"""The Behavior section: all knobs with their descriptions, and the tenant's permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.switches.controls import OTHER, Control, controls
from portal.sandbox.halo.desk.switches.knobs import GROUPS, KNOBS
from portal.sandbox.halo.desk.switches.permissions import PERMISSIONS, PERMISSIONS_GROUP
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.switches.words import Group, words_for
from portal.sandbox.halo.settings import FIXED, Knobs, TenantSettings


@dataclass(frozen=True)
class Card:
    group: Group
    controls: list[Control]
    do: str


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    cards = [*(card for group in GROUPS if (card := _card(desk_request, group)).controls), _permissions(desk_request)]
    return page(desk_request, "behavior.html", cards=cards)


def knobs_of(group: str) -> set[str]:
    return {each.name for each in msgspec.structs.fields(Knobs) if _group_of(each.name) == group}


def _group_of(knob: str) -> str:
    group = words_for(knob, KNOBS, OTHER).group
    return group if group in {each.id for each in GROUPS} else OTHER


def _card(desk_request: DeskRequest, group: Group) -> Card:
    typed = desk_request.typed if desk_request.typed and desk_request.typed.text("group") == group.id else None
    instance = desk_request.instance
    made = controls(instance.knobs, KNOBS, names=knobs_of(group.id), start=instance.started.knobs, typed=typed)
    return Card(group, made, "turn")


def _permissions(desk_request: DeskRequest) -> Card:
    typed = desk_request.typed if desk_request.typed and desk_request.typed.text("do") == "permit" else None
    settings, start = desk_request.tenant.settings, desk_request.instance.start_of(desk_request.tenant)
    made = controls(settings, PERMISSIONS, names=_changeable(settings), start=start, typed=typed)
    return Card(PERMISSIONS_GROUP, made, "permit")


def _changeable(settings: TenantSettings) -> set[str]:
    return {each.name for each in msgspec.structs.fields(settings)} - FIXED


def _turn(desk_request: DeskRequest, form: Form) -> FormResult:
    group = form.text("group")
    names = knobs_of(group)
    if not names:
        raise FormError("This group of switches doesn't exist. Reload the page and try again.")
    desk_request.instance.knobs = changed(desk_request.instance.knobs, names, KNOBS, form)
    title = next(each.title for each in GROUPS if each.id == group)
    return FormResult(f"Saved: {title}.", f"{desk_request.here}#{group}")


def _permit(desk_request: DeskRequest, form: Form) -> FormResult:
    settings = desk_request.tenant.settings
    desk_request.tenant.settings = changed(settings, _changeable(settings), PERMISSIONS, form)
    return FormResult("Saved: credentials and permissions.", f"{desk_request.here}#{PERMISSIONS_GROUP.id}")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"turn": _turn, "permit": _permit}
