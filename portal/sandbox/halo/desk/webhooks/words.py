"""What each setting of a webhook does. A field that is new in webhooks/webhook.py needs its sentence here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.halo.desk.switches.words import Words
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.webhook import TICKETS, TOPICS

_SORTED_TOPICS = [TICKETS, *(topic for name in RECORD_TYPES for topic in sorted(TOPICS) if topic.startswith(name))]

WEBHOOK: Final[dict[str, Words]] = {
    "url": Words("Payload URL", "The portal's webhook URL, on this machine."),
    "events": Words("Events", "What it sends. Nothing selected means everything.", choices=_SORTED_TOPICS),
    "form": Words(
        "Form",
        "How much of the record a body includes.",
        says={"full": "the full object", "small": "key fields only", "event": "the event only"},
    ),
    "batching": Words(
        "Batching",
        "How several events of one change are sent.",
        says={
            "none": "one by one",
            "array": "an array of events",
            "grouped": "an object with “events”",
            "objects": "one event with “objects”",
            "nested": "an array in an array",
            "plural": "the records under their plural name",
        },
    ),
    "batch_size": Words("Events per batch", "The most events in one body.", least=1),
    "authentication": Words(
        "Authentication",
        "How Halo authenticates itself.",
        says={"header": "a header", "hmac": "HMAC signature"},
    ),
    "user": Words("Username", "For Basic authentication."),
    "secret": Words("Password, token or key", "For any authentication."),
    "header": Words("Header", "Header name, for a token or a signature."),
    "numbers_as_strings": Words("Numbers as text", "Writes every number as text."),
    "shape": Words("Layout", "How the event and its object are laid out."),
    "keys": Words("Keys", "How keys are written."),
    "encoding": Words("Encoding", "The encoding of the body."),
    "content_type": Words("Content type", "Of the body. A form puts everything into its payload field."),
    "logo": Words("Logo", "Full objects include a 300 kB picture."),
    "active": Words("Active", "If off, it sends nothing."),
    "disable_after": Words("Switch off after", "Failures in a row. 0 means never.", least=0),
}
