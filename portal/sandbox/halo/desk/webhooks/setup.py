"""Adding, changing, switching and removing webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.visit import Done, Form, Refusal, Visit
from portal.sandbox.halo.desk.webhooks.words import WEBHOOK
from portal.sandbox.halo.webhooks.register import Registered
from portal.sandbox.halo.webhooks.webhook import Webhook

_FIELDS = frozenset(each.name for each in msgspec.structs.fields(Webhook))


def one(visit: Visit, webhook_id: str) -> Registered:
    """Refusal where this tenant has no such webhook."""
    mine = visit.instance.webhooks.register.of(visit.tenant.name)
    found = next((each for each in mine if each.id == webhook_id), None)
    if found is None:
        raise Refusal("This webhook has been removed. Reload the page.")
    return found


def _add(visit: Visit, form: Form) -> Done:
    """Fields that the form lacks keep what they are by default."""
    names = {"url", *(name for name in _FIELDS if name in form)}
    webhook = changed(Webhook("http://127.0.0.1", authentication="basic"), names, WEBHOOK, form)
    if webhook.authentication == "basic" and not (webhook.user or webhook.secret):
        webhook = msgspec.structs.replace(webhook, authentication="none")
    visit.instance.webhooks.register.add(visit.tenant.name, webhook)
    return Done(f"Added a webhook to {webhook.url}.")


def _save(visit: Visit, form: Form) -> Done:
    registered = one(visit, form.text("id"))
    webhook = changed(registered.webhook, _FIELDS, WEBHOOK, form)
    visit.instance.webhooks.register.change(registered.id, msgspec.to_builtins(webhook))
    return Done(f"Saved the webhook to {webhook.url}.")


def _switch(visit: Visit, form: Form) -> Done:
    registered = one(visit, form.text("id"))
    is_on = not registered.webhook.active
    visit.instance.webhooks.register.change(registered.id, {"active": is_on})
    return Done(f"Switched {'on' if is_on else 'off'} the webhook to {registered.webhook.url}.")


def _remove(visit: Visit, form: Form) -> Done:
    registered = one(visit, form.text("id"))
    visit.instance.webhooks.register.remove(registered.id)
    return Done(f"Removed the webhook to {registered.webhook.url}.")


SETUP_VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {
    "add_webhook": _add,
    "save_webhook": _save,
    "switch_webhook": _switch,
    "remove_webhook": _remove,
}
