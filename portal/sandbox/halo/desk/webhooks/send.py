"""Sends events manually: for any record in any form, custom bodies, and earlier deliveries again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult, whole
from portal.sandbox.halo.desk.records.many import known
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.webhooks.setup import one
from portal.sandbox.halo.desk.webhooks.words import WEBHOOK
from portal.sandbox.halo.details import whole as whole_record
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.event import ENTITY_WORDS, Event
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.webhooks.register import Registered
from portal.sandbox.webhooks.webhook import is_one_line

# All settings that shape the body: not the receiver, the authentication, or whether the webhook is active.
_NOT_SHAPES = frozenset({"url", "events", "authentication", "user", "secret", "header", "active", "disable_after"})
SHAPES: Final = frozenset(each.name for each in msgspec.structs.fields(Webhook)) - _NOT_SHAPES
HAPPENED: Final = ("updated", "created", "deleted", "status changed")
_MOST = 1_000


def _send(desk_request: DeskRequest, form: Form) -> FormResult:
    kind = known(form.text("kind"))
    numbers = _numbers(form.text("numbers"))
    fields = [_fields(desk_request, kind, number) for number in numbers]
    word = form.text("word") or desk_request.instance.knobs.entity_words.get(kind) or ENTITY_WORDS[kind]
    happened = form.text("happened") or HAPPENED[0]
    text = form.text("event") or _event_text(word, happened)
    now = desk_request.instance.clock.now()
    topic = f"{kind} {happened if happened in {'created', 'deleted'} else 'updated'}"
    events = [Event(topic, text, word, number, each, now) for number, each in zip(numbers, fields, strict=True)]
    names = {name for name in SHAPES if name in form} if form.text("laid_out") == "chosen" else set()
    for registered in _reached(desk_request, form):
        shaped = changed(registered.webhook, names, WEBHOOK, form)
        desk_request.instance.webhooks.send(msgspec.structs.replace(registered, webhook=shaped), events)
    return FormResult(f"Sent “{text}” for {TABLES[kind].one} {', '.join(map(str, numbers[:5]))}.")


def _event_text(word: str, happened: str) -> str:
    noun = word.replace("_", " ").lower()
    return f"new {noun}" if happened == "created" else f"{noun} {happened}"


def _numbers(text: str) -> list[int]:
    numbers = [whole(each, "A record's number") for each in text.replace(",", " ").split()]
    if not 1 <= len(numbers) <= _MOST:
        raise FormError("Enter the number of at least one record, such as 12 or 12, 15.")
    return numbers


def _fields(desk_request: DeskRequest, kind: str, number: int) -> dict[str, Any]:
    """Return the whole record, or just its id if there is none."""
    row = desk_request.tenant.tables[kind].get(number)
    return whole_record(desk_request.tenant, RECORD_TYPES[kind], row) if row else {"id": number}


def _reached(desk_request: DeskRequest, form: Form) -> Sequence[Registered[Webhook]]:
    wanted = form.text("id")
    if wanted:
        found = one(desk_request, wanted)
        if not found.webhook.active:
            raise FormError("This webhook is switched off. Switch it on first.")
        return [found]
    active = [
        each for each in desk_request.instance.webhooks.register.of(desk_request.tenant.name) if each.webhook.active
    ]
    if not active:
        raise FormError("No webhook is set up and switched on, so nothing was sent. Add one on the Webhooks page.")
    return active


def _send_body(desk_request: DeskRequest, form: Form) -> FormResult:
    content_type = form.text("content_type") or "application/json"
    if not is_one_line(content_type):
        raise FormError("A content type is one line of plain characters, such as application/json.")
    body = form.raw("body").encode(errors="replace")
    for registered in _reached(desk_request, form):
        desk_request.instance.webhooks.post(registered.id, body, content_type, desk_request.instance.clock.now())
    return FormResult("Sent a body of your own.")


def _resend(desk_request: DeskRequest, form: Form) -> FormResult:
    number = form.whole("number", "The delivery's number")
    try:
        delivery = desk_request.instance.webhooks.deliveries.get(number)
        one(desk_request, delivery.webhook_id)
        desk_request.instance.webhooks.repeat(delivery, desk_request.instance.clock.now())
    except KeyError:
        raise FormError("This delivery can't be sent again: its webhook is switched off, or it is too old.") from None
    return FormResult(f"Sent “{delivery.event or 'a body of your own'}” again.")


SEND_VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "send": _send,
    "send_body": _send_body,
    "resend": _resend,
}
