"""The page of one delivery: what the PSA sent, and the outcome of each event."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.errors import NotFound
from portal.json_errors import JSON_ERRORS
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest
from portal.services.pages import delivery_rows
from portal.services.pages.delivery_rows import DeliveryRow
from portal.services.webhooks.deliveries import HIDDEN

LONGEST_BODY: Final = 20_000
MOST_REFETCH_REQUESTS: Final = 200
UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Body:
    """`text` is the beginning, indented if it is JSON. `rest` counts the characters that are not shown.

    If the body is not text, `is_text` is False and other bytes are escaped.
    """

    text: str
    rest: int
    is_text: bool
    is_json: bool
    size: int


@dataclass(frozen=True)
class DeliveryView:
    """`refetch_requests` are the first ones; `row` sums up all of them."""

    row: DeliveryRow
    body: Body
    refetch_requests: list[RefetchRequest]
    hidden: int

    @property
    def stamp(self) -> str:
        return stamp(self.row)

    @property
    def waits(self) -> bool:
        return bool(self.row.delivery.state == DeliveryState.WAITING)


def get(integration: Integration, delivery_id: int) -> Delivery:
    """Return a delivery. Raises NotFound if the integration has none with this id."""
    found: Delivery | None = Delivery.get_or_none(Delivery.id == delivery_id, Delivery.integration == integration)
    if found is None:
        raise NotFound(
            "This delivery doesn't exist.", "It may have been deleted: deliveries are kept for a limited time."
        )
    return found


def without_address(delivery: Delivery, webhook_id: str) -> Delivery:
    """Hide the webhook's address, which proxies put into headers and a PSA may put into bodies. Saves nothing."""
    hidden = re.compile(re.escape(webhook_id), re.IGNORECASE)
    delivery.headers = [(name, hidden.sub(HIDDEN, value)) for name, value in delivery.headers]
    delivery.body = re.sub(re.escape(webhook_id).encode(), HIDDEN.encode(), bytes(delivery.body), flags=re.IGNORECASE)
    return delivery


def view(delivery: Delivery) -> DeliveryView:
    (row,) = delivery_rows.rows([delivery])
    query = (
        RefetchRequest.select()
        .where(RefetchRequest.delivery == delivery)
        .order_by(RefetchRequest.id)
        .limit(MOST_REFETCH_REQUESTS)
    )
    refetch_requests = list(query)
    return DeliveryView(
        row, body(bytes(delivery.body)), refetch_requests, row.refetch_requests - len(refetch_requests)
    )


def stamp(row: DeliveryRow) -> str:
    """Return what changes whenever the delivery's page does."""
    outcomes = sum(row.outcomes.values())
    return f"{row.delivery.state}-{row.refetch_requests}-{outcomes}-{row.attempts}"


def body(raw: bytes) -> Body:
    """Make any body readable."""
    is_json = True
    try:
        text, is_text = msgspec.json.format(raw, indent=2).decode(), True
    except JSON_ERRORS:
        is_json = False
        try:
            text, is_text = raw.decode(), True
        except UnicodeDecodeError:
            text, is_text = raw[:LONGEST_BODY].decode(errors="backslashreplace"), False
    shown = text[:LONGEST_BODY]
    rest = max(0, len(text) - len(shown)) if is_text else max(0, len(raw) - LONGEST_BODY)
    return Body(UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", shown), rest, is_text, is_json, len(raw))


def still_there(integration: Integration, ids: Collection[int]) -> set[int]:
    """Return which of these deliveries still exist."""
    if not ids:
        return set()
    query: Any = Delivery.select(Delivery.id).where(Delivery.id.in_(list(ids)), Delivery.integration == integration)
    return {row[0] for row in query.tuples()}
