"""Adds, changes, enables, disables and removes webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.webhooks.words import WEBHOOK
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.webhooks.register import Registered

_FIELDS = frozenset(each.name for each in msgspec.structs.fields(Webhook))


def one(desk_request: DeskRequest, webhook_id: str) -> Registered[Webhook]:
    """Return the webhook. Raises FormError if the tenant has no such webhook."""
    mine = desk_request.instance.webhooks.register.of(desk_request.tenant.name)
    found = next((each for each in mine if each.id == webhook_id), None)
    if found is None:
        raise FormError("This webhook has been removed. Reload the page.")
    return found


def _add(desk_request: DeskRequest, form: Form) -> FormResult:
    """Parse the form. Missing fields get their defaults."""
    names = {"url", *(name for name in _FIELDS if name in form)}
    webhook = changed(Webhook("http://127.0.0.1", authentication="basic"), names, WEBHOOK, form)
    if webhook.authentication == "basic" and not (webhook.user or webhook.secret):
        webhook = msgspec.structs.replace(webhook, authentication="none")
    desk_request.instance.webhooks.register.add(desk_request.tenant.name, webhook)
    return FormResult(f"Added a webhook to {webhook.url}.")


def _save(desk_request: DeskRequest, form: Form) -> FormResult:
    registered = one(desk_request, form.text("id"))
    webhook = changed(registered.webhook, _FIELDS, WEBHOOK, form)
    desk_request.instance.webhooks.register.change(registered.id, msgspec.to_builtins(webhook))
    return FormResult(f"Saved the webhook to {webhook.url}.")


def _switch(desk_request: DeskRequest, form: Form) -> FormResult:
    registered = one(desk_request, form.text("id"))
    is_on = not registered.webhook.active
    desk_request.instance.webhooks.register.change(registered.id, {"active": is_on})
    return FormResult(f"Switched {'on' if is_on else 'off'} the webhook to {registered.webhook.url}.")


def _remove(desk_request: DeskRequest, form: Form) -> FormResult:
    registered = one(desk_request, form.text("id"))
    desk_request.instance.webhooks.register.remove(registered.id)
    return FormResult(f"Removed the webhook to {registered.webhook.url}.")


SETUP_VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "add_webhook": _add,
    "save_webhook": _save,
    "switch_webhook": _switch,
    "remove_webhook": _remove,
}
