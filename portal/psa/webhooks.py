"""The events in a webhook delivery, for any PSA."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from portal.outbound import OutboundClient

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
class WebhookCall:
    """A request to the webhook. `header` returns a header by its name, empty if it is missing."""

    header: Callable[[str], str]
    body: bytes


@dataclass(frozen=True)
class WebhookAuthentication:
    """How an integration's deliveries must authenticate: the method, and the header and user name that it needs."""

    method: str
    header: str
    user: str


@dataclass(frozen=True)
class HostedKeys:
    """How to find the key of a PSA that signs its deliveries itself. Each delivery names the address of its key.

    `address_of` takes the public connection values and a body, of which nothing is proved yet. It returns the key's
    address, or None if the delivery is not about this connection or the address is not one of this PSA. It raises
    nothing. `fetch` takes all connection values and that address, and returns the key. Raises PsaError.
    """

    address_of: Callable[[Mapping[str, str], bytes], str | None]
    fetch: Callable[[OutboundClient, Mapping[str, str], str], str]


def _no_message_key(_body: bytes) -> str:
    return ""


@dataclass(frozen=True)
class WebhookFormat:
    """How to authenticate and parse a PSA's deliveries.

    `proof` returns what a call offers as proof of its sender, empty if there is none; `expected_proof` returns what
    the sender of a body offers if it knows the secret. Both raise nothing, and the caller compares them. The secret
    is ours, unless the PSA has `hosted_keys`. `proof_headers` names, in lower case, what is never shown.

    `is_readable` takes a body and its content type, and returns whether it can be a delivery at all. `extract_json`
    takes the same and returns the JSON; `read` parses the events in that JSON. Both raise ValueError with a message
    for people. `abridge` returns the JSON to store. `message_key` returns what only a repetition of the same delivery
    has in common with it, empty if the PSA does not say.

    `address_ending` follows the address that people register. `unannounced` are the record types that no delivery is
    ever about.
    """

    proof: Callable[[WebhookAuthentication, WebhookCall], str]
    expected_proof: Callable[[WebhookAuthentication, str, bytes], str]
    is_readable: Callable[[bytes, str], bool]
    extract_json: Callable[[bytes, str], bytes]
    read: Callable[[bytes], list[WebhookEvent]]
    abridge: Callable[[bytes], bytes]
    hosted_keys: HostedKeys | None = None
    proof_headers: frozenset[str] = frozenset()
    message_key: Callable[[bytes], str] = _no_message_key
    address_ending: str = ""
    unannounced: frozenset[str] = frozenset()
