"""A webhook's settings, as in Halo under Configuration › Integrations › Webhooks."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from portal.sandbox.halo.record_types import RECORD_TYPES

LOCAL = frozenset({"127.0.0.1", "localhost"})
TICKETS = "tickets"
KINDS = ("created", "updated", "deleted")
TOPICS = frozenset({TICKETS, *RECORD_TYPES, *(f"{name} {kind}" for name in RECORD_TYPES for kind in KINDS)})

_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook's settings. The constructor raises ValueError for settings that cannot work.

    `events` are topics: "clients" for all events of a record type, "clients deleted" for one kind, "tickets" for
    events sent manually; empty means all. `header` is the header's name for `header` and `hmac` authentication;
    `secret` is the password, the token, or the HMAC key.
    """

    url: str
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
    active: bool = True
    disable_after: int = 10  # failures in a row, 0 for never

    def __post_init__(self) -> None:
        _must_be_local(self.url)
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

    @property
    def address(self) -> SplitResult:
        return urlsplit(self.url)

    def wants(self, topic: str) -> bool:
        return not self.events or topic in self.events or topic.partition(" ")[0] in self.events


def with_basic(url: str, user: str, secret: str) -> Webhook:
    """Make a webhook, with Basic authentication if given a user or secret. Raises ValueError for a remote URL."""
    return Webhook(url, authentication="basic" if user or secret else "none", user=user, secret=secret)


def _must_be_local(url: str) -> None:
    """Refuse remote URLs: a simulator must never call other machines."""
    if not is_one_line(url) or " " in url:
        raise ValueError("Please enter a valid URL")  # Halo's own words
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in LOCAL or address.port == 0:
        raise ValueError(f"webhooks go to http://127.0.0.1 or http://localhost only, not to {url!r}")


def is_one_line(text: str) -> bool:
    return text.isascii() and text.isprintable()
