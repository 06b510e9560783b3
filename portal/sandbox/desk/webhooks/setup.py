"""Adds, changes, enables, disables and removes webhooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult
from portal.sandbox.desk.switches.kinds import kind_of
from portal.sandbox.desk.switches.reading import changed
from portal.sandbox.webhooks.register import Registered


def one(desk_request: DeskRequest, webhook_id: str) -> Registered[Any]:
    """Return the webhook. Raises FormError if the tenant has no such webhook."""
    found = next((each for each in desk_request.psa.webhooks.registered() if each.id == webhook_id), None)
    if found is None:
        raise FormError(f"This {desk_request.description.webhooks.one} has been removed. Reload the page.")
    return found


def _add(desk_request: DeskRequest, form: Form) -> FormResult:
    """Parse the form. Missing fields get their defaults."""
    words = desk_request.description.webhooks
    names = {words.main[0], *(name for name in _fields(words.new) if name in form)}
    webhook: Any = changed(words.new, names, words.words, form)
    if words.each_of and form.text("each"):
        choices = _choices(words.new, words.each_of)
        for choice in choices:
            desk_request.psa.webhooks.add(msgspec.structs.replace(webhook, **{words.each_of: choice}))
        return FormResult(f"Added {len(choices)} {words.title.lower()} to {webhook.url}.")
    desk_request.psa.webhooks.add(webhook)
    return FormResult(f"Added a {words.one} to {webhook.url}.")


def _save(desk_request: DeskRequest, form: Form) -> FormResult:
    words = desk_request.description.webhooks
    registered = one(desk_request, form.text("id"))
    webhook: Any = changed(registered.webhook, _fields(words.new), words.words, form)
    desk_request.psa.webhooks.change(registered.id, msgspec.to_builtins(webhook))
    return FormResult(f"Saved the {words.one} to {webhook.url}.")


def _switch(desk_request: DeskRequest, form: Form) -> FormResult:
    registered = one(desk_request, form.text("id"))
    is_on = not registered.webhook.active
    desk_request.psa.webhooks.change(registered.id, {"active": is_on})
    noun = desk_request.description.webhooks.one
    return FormResult(f"Switched {'on' if is_on else 'off'} the {noun} to {registered.webhook.url}.")


def _remove(desk_request: DeskRequest, form: Form) -> FormResult:
    registered = one(desk_request, form.text("id"))
    desk_request.psa.webhooks.remove(registered.id)
    return FormResult(f"Removed the {desk_request.description.webhooks.one} to {registered.webhook.url}.")


def _choices(struct: msgspec.Struct, name: str) -> Sequence[str]:
    return next(kind_of(each.type).choices for each in msgspec.structs.fields(struct) if each.name == name)


def _fields(struct: msgspec.Struct) -> set[str]:
    return {each.name for each in msgspec.structs.fields(struct)}


SETUP_VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "add_webhook": _add,
    "save_webhook": _save,
    "switch_webhook": _switch,
    "remove_webhook": _remove,
}
