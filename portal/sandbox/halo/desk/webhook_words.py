"""Descriptions of webhook settings. Every field in webhooks/webhook.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.words import SettingText
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.webhook import TICKETS, TOPICS

_SORTED_TOPICS = [TICKETS, *(topic for name in RECORD_TYPES for topic in sorted(TOPICS) if topic.startswith(name))]

WEBHOOK: Final[dict[str, SettingText]] = {
    "url": SettingText("Payload URL", "The portal's webhook URL, on this machine."),
    "events": SettingText("Events", "What it sends. Nothing selected means everything.", choices=_SORTED_TOPICS),
    "form": SettingText(
        "Form",
        "How much of the record a body includes.",
        says={"full": "the full object", "small": "key fields only", "event": "the event only"},
    ),
    "batching": SettingText(
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
    "batch_size": SettingText("Events per batch", "The most events in one body.", least=1),
    "authentication": SettingText(
        "Authentication",
        "How Halo authenticates itself.",
        says={"header": "a header", "hmac": "HMAC signature"},
    ),
    "user": SettingText("Username", "For Basic authentication."),
    "secret": SettingText("Password, token or key", "For any authentication."),
    "header": SettingText("Header", "Header name, for a token or a signature."),
    "numbers_as_strings": SettingText("Numbers as text", "Writes every number as text."),
    "shape": SettingText("Layout", "How the event and its object are laid out."),
    "keys": SettingText("Keys", "How keys are written."),
    "encoding": SettingText("Encoding", "The encoding of the body."),
    "content_type": SettingText("Content type", "Of the body. A form puts everything into its payload field."),
    "logo": SettingText("Logo", "Full objects include a 300 kB picture."),
    "active": SettingText("Active", "If off, it sends nothing."),
    "disable_after": SettingText("Switch off after", "Failures in a row. 0 means never.", least=0),
}
