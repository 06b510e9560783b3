"""The events in a webhook delivery, for any PSA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 100
NEXT_SYNC: Final = "The next sync checks for changes."


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event. A ticket counts as an opportunity here, because only fetching it shows whether it is one.

    `record_type` and `remote_id` are None if the record is unknown; `why` then explains that to people, and
    `needs_sync` asks for a sync to find out what changed.
    """

    name: str
    record_type: str | None = None
    remote_id: int | None = None
    why: str = ""
    needs_sync: bool = False


@dataclass(frozen=True)
class WebhookFormat:
    """How to parse a PSA's deliveries.

    `is_readable` takes a body and its content type, and returns whether it can be a delivery at all. `extract_json`
    takes the same and returns the JSON; `read` parses the events in that JSON. Both raise ValueError with a message
    for people. `abridge` returns the JSON to store.
    """

    is_readable: Callable[[bytes, str], bool]
    extract_json: Callable[[bytes, str], bytes]
    read: Callable[[bytes], list[WebhookEvent]]
    abridge: Callable[[bytes], bytes]
