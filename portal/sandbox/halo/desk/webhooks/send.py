"""Events sent by hand: of any record in any form, a body of one's own, and what was sent before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from portal.sandbox.halo.desk.records.many import known
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.switches.reading import changed
from portal.sandbox.halo.desk.visit import Done, Form, Refusal, Visit, whole
from portal.sandbox.halo.desk.webhooks.setup import one
from portal.sandbox.halo.desk.webhooks.words import WEBHOOK
from portal.sandbox.halo.details import whole as whole_record
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.event import ENTITY_WORDS, Event
from portal.sandbox.halo.webhooks.register import Registered
from portal.sandbox.halo.webhooks.webhook import Webhook, is_one_line

# Everything about a webhook but whom it reaches, how it proves itself and whether it is on shapes a body.
_NOT_SHAPES = frozenset({"url", "events", "authentication", "user", "secret", "header", "active", "disable_after"})
SHAPES: Final = frozenset(each.name for each in msgspec.structs.fields(Webhook)) - _NOT_SHAPES
HAPPENED: Final = ("updated", "created", "deleted", "status changed")
_MOST = 1_000


def _send(visit: Visit, form: Form) -> Done:
    kind = known(form.text("kind"))
    numbers = _numbers(form.text("numbers"))
    fields = [_fields(visit, kind, number) for number in numbers]
    word = form.text("word") or visit.instance.knobs.entity_words.get(kind) or ENTITY_WORDS[kind]
    happened = form.text("happened") or HAPPENED[0]
    text = form.text("event") or _event_text(word, happened)
    now = visit.instance.clock.now()
    topic = f"{kind} {happened if happened in {'created', 'deleted'} else 'updated'}"
    events = [Event(topic, text, word, number, each, now) for number, each in zip(numbers, fields, strict=True)]
    names = {name for name in SHAPES if name in form} if form.text("laid_out") == "chosen" else set()
    for registered in _reached(visit, form):
        shaped = changed(registered.webhook, names, WEBHOOK, form)
        visit.instance.webhooks.send(msgspec.structs.replace(registered, webhook=shaped), events)
    return Done(f"Sent “{text}” for {TABLES[kind].one} {', '.join(map(str, numbers[:5]))}.")


def _event_text(word: str, happened: str) -> str:
    noun = word.replace("_", " ").lower()
    return f"new {noun}" if happened == "created" else f"{noun} {happened}"


def _numbers(text: str) -> list[int]:
    numbers = [whole(each, "A record's number") for each in text.replace(",", " ").split()]
    if not 1 <= len(numbers) <= _MOST:
        raise Refusal("Enter the number of at least one record, such as 12 or 12, 15.")
    return numbers


def _fields(visit: Visit, kind: str, number: int) -> dict[str, Any]:
    """Return the whole record, or only its number where there is none."""
    row = visit.tenant.tables[kind].get(number)
    return whole_record(visit.tenant, RECORD_TYPES[kind], row) if row else {"id": number}


def _reached(visit: Visit, form: Form) -> Sequence[Registered]:
    wanted = form.text("id")
    if wanted:
        found = one(visit, wanted)
        if not found.webhook.active:
            raise Refusal("This webhook is switched off. Switch it on first.")
        return [found]
    active = [each for each in visit.instance.webhooks.register.of(visit.tenant.name) if each.webhook.active]
    if not active:
        raise Refusal("No webhook is set up and switched on, so nothing was sent. Add one on the Webhooks page.")
    return active


def _send_body(visit: Visit, form: Form) -> Done:
    content_type = form.text("content_type") or "application/json"
    if not is_one_line(content_type):
        raise Refusal("A content type is one line of plain characters, such as application/json.")
    body = form.raw("body").encode(errors="replace")
    for registered in _reached(visit, form):
        visit.instance.webhooks.post(registered.id, body, content_type, visit.instance.clock.now())
    return Done("Sent a body of your own.")


def _resend(visit: Visit, form: Form) -> Done:
    number = form.whole("number", "The delivery's number")
    try:
        delivery = visit.instance.webhooks.deliveries.get(number)
        one(visit, delivery.webhook_id)
        visit.instance.webhooks.repeat(delivery, visit.instance.clock.now())
    except KeyError:
        raise Refusal("This delivery can't be sent again: its webhook is switched off, or it is too old.") from None
    return Done(f"Sent “{delivery.event or 'a body of your own'}” again.")


SEND_VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {
    "send": _send,
    "send_body": _send_body,
    "resend": _resend,
}
