"""What a webhook delivery announces, whatever PSA sent it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 100
NEXT_SYNC: Final = "The next sync checks for changes."


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. A ticket may be an opportunity, which only reading it tells: it is named as one.

    `record_type` and `remote_id` are None where the record is not known; `why` tells people the reason, and
    `needs_sync` says that a sync should look.
    """

    name: str
    record_type: str | None = None
    remote_id: int | None = None
    why: str = ""
    needs_sync: bool = False


@dataclass(frozen=True)
class WebhookFormat:
    """How a PSA writes its deliveries.

    `is_readable` tells of a body and its content type whether the PSA may have sent it. `json_in` finds the JSON in
    them, and `read` the events in the JSON; both raise ValueError with a reason for people. `shortened` returns the
    JSON as it is kept.
    """

    is_readable: Callable[[bytes, str], bool]
    json_in: Callable[[bytes, str], bytes]
    read: Callable[[bytes], list[Event]]
    shortened: Callable[[bytes], bytes]
