"""Sends events manually: for any record in any form, custom bodies, and earlier deliveries again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult, whole
from portal.sandbox.desk.records.many import known
from portal.sandbox.desk.switches.reading import changed
from portal.sandbox.desk.webhooks.setup import one
from portal.sandbox.webhooks.register import Registered
from portal.sandbox.webhooks.webhook import is_one_line

_MOST = 1_000


def _send(desk_request: DeskRequest, form: Form) -> FormResult:
    psa, words = desk_request.psa, desk_request.description.webhooks
    kind, numbers = known(psa, form.text("kind")), _numbers(form.text("numbers"))
    names = {name for name in words.shapes if name in form} if form.text("laid_out") == "chosen" else set()
    receivers = [
        (each, changed(each.webhook, names, words.words, form)) for each in _fitting(desk_request, form, kind)
    ]
    happened = form.text("happened") or words.happened[0]
    options = {each.name: form.text(each.name) for each in words.options if form.text(each.name)}
    made = psa.webhooks.events(kind, numbers, happened, options)
    for registered, shaped in receivers:
        psa.webhooks.send(registered, shaped, made.events)
    return FormResult(
        f"Sent “{made.text}” for {psa.description.tables[kind].one} {', '.join(map(str, numbers[:5]))}."
    )


def _numbers(text: str) -> list[int]:
    numbers = [whole(each, "A record's number") for each in text.replace(",", " ").split()]
    if not 1 <= len(numbers) <= _MOST:
        raise FormError("Enter the number of at least one record, such as 12 or 12, 15.")
    return numbers


def _reached(desk_request: DeskRequest, form: Form) -> Sequence[Registered[Any]]:
    words, wanted = desk_request.description.webhooks, form.text("id")
    if wanted:
        found = one(desk_request, wanted)
        if not found.webhook.active:
            raise FormError(f"This {words.one} is switched off. Switch it on first.")
        return [found]
    active = [each for each in desk_request.psa.webhooks.registered() if each.webhook.active]
    if not active:
        raise FormError(
            f"No {words.one} is set up and switched on, so nothing was sent. Add one on the {words.title} page."
        )
    return active


def _fitting(desk_request: DeskRequest, form: Form, kind: str) -> Sequence[Registered[Any]]:
    psa = desk_request.psa
    found = [each for each in _reached(desk_request, form) if psa.webhooks.fits(each.webhook, kind)]
    if not found:
        words, many = psa.description.webhooks, psa.description.tables[kind].many
        raise FormError(f"No {words.one} for {many} is set up and switched on here, so nothing was sent.")
    return found


def _send_body(desk_request: DeskRequest, form: Form) -> FormResult:
    content_type = form.text("content_type") or "application/json"
    if not is_one_line(content_type):
        raise FormError("A content type is one line of plain characters, such as application/json.")
    body = form.raw("body").encode(errors="replace")
    for registered in _reached(desk_request, form):
        desk_request.psa.webhooks.post(registered.id, body, content_type)
    return FormResult("Sent a body of your own.")


def _resend(desk_request: DeskRequest, form: Form) -> FormResult:
    number = form.whole("number", "The delivery's number")
    try:
        delivery = desk_request.psa.webhooks.repeat(number)
    except KeyError:
        noun = desk_request.description.webhooks.one
        raise FormError(f"This delivery can't be sent again: its {noun} is switched off, or it is too old.") from None
    return FormResult(f"Sent “{desk_request.psa.webhooks.event_of(delivery) or 'a body of your own'}” again.")


SEND_VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "send": _send,
    "send_body": _send_body,
    "resend": _resend,
}
