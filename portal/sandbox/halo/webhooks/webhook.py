"""A webhook's settings, as in Halo under Configuration › Integrations › Webhooks."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.webhooks import webhook
from portal.sandbox.webhooks.webhook import is_one_line

TICKETS = "tickets"
KINDS = ("created", "updated", "deleted")
TOPICS = frozenset({TICKETS, *RECORD_TYPES, *(f"{name} {kind}" for name in RECORD_TYPES for kind in KINDS)})

_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


class Webhook(webhook.Webhook, frozen=True, forbid_unknown_fields=True):
    """A webhook's settings. The constructor raises ValueError for settings that cannot work.

    `events` are topics: "clients" for all events of a record type, "clients deleted" for one kind, "tickets" for
    events sent manually; empty means all. `header` is the header's name for `header` and `hmac` authentication;
    `secret` is the password, the token, or the HMAC key.
    """

    events: list[str] = msgspec.field(default_factory=list)
    form: Literal["full", "small", "event"] = "full"
    batching: Literal["none", "array", "nested", "grouped", "objects", "plural"] = "none"
    batch_size: int = 100
    authentication: Literal["none", "basic", "header", "bearer", "hmac"] = "none"
    user: str = ""
    secret: str = ""
    header: str = "Token"
    # See shapes.py.
    shape: Literal["usual", "linked", "entity", "custom", "wrapped", "unnamed", "wrong_id"] = "usual"
    keys: Literal["usual", "capitals"] = "usual"
    encoding: Literal["utf-8", "utf-8-sig", "utf-16"] = "utf-8"
    content_type: str = "application/json"  # a form has the whole payload in its field "payload"
    logo: bool = False  # full objects include a 300 kB picture
    numbers_as_strings: bool = False
    disable_after: int = 10  # failures in a row, 0 for never

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [topic for topic in self.events if topic not in TOPICS]
        if unknown:
            raise ValueError(f"no such event: {', '.join(unknown)}; known are {', '.join(sorted(TOPICS))}")
        if self.batch_size < 1:
            raise ValueError("a batch holds at least one event")
        if not _HEADER_NAME.fullmatch(self.header):
            raise ValueError(f"{self.header!r} is no name of a header")
        if not is_one_line(self.content_type):
            raise ValueError("a content type is printable ASCII")
        if self.authentication in {"header", "bearer"} and not is_one_line(self.secret):
            raise ValueError("a token in a header is printable ASCII")

    def wants(self, topic: str) -> bool:
        return not self.events or topic in self.events or topic.partition(" ")[0] in self.events


def with_basic(url: str, user: str, secret: str) -> Webhook:
    """Make a webhook, with Basic authentication if given a user or secret. Raises ValueError for a remote URL."""
    return Webhook(url, authentication="basic" if user or secret else "none", user=user, secret=secret)
