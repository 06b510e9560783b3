"""Webhook deliveries whose records could not be read, although it was tried several times."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState

MOST: Final = 1_000
EXAMPLES: Final = 10


@dataclass(frozen=True)
class StuckDeliveries:
    """`count` is at most MOST. `cause` is the most common one; `records` counts the records they name. `examples`
    are some of these records. `newest` is the id of the newest delivery, which arrived at `at`.
    """

    count: int
    cause: str
    records: int
    examples: list[tuple[str, int]]
    newest: int
    at: datetime


def read(integration: Integration) -> StuckDeliveries | None:
    is_stuck = (Delivery.integration == integration) & (Delivery.state == DeliveryState.STUCK)
    query: Any = Delivery.select(Delivery.id, Delivery.received_at).where(is_stuck)
    found = list(query.order_by(Delivery.id.desc()).limit(MOST).tuples())
    if not found:
        return None
    columns = (RefetchRequest.record_type, RefetchRequest.remote_id, RefetchRequest.why)
    of_them = RefetchRequest.delivery.in_([delivery_id for delivery_id, _ in found])
    requests: Any = RefetchRequest.select(*columns).where(of_them, RefetchRequest.state == RefetchRequestState.STUCK)
    rows = list(requests.order_by(RefetchRequest.id.desc()).tuples())
    causes = Counter(why for *_, why in rows if why)
    records = list(dict.fromkeys((name, remote_id) for name, remote_id, _ in rows if name and remote_id))
    cause = causes.most_common(1)[0][0] if causes else ""
    newest, at = found[0]
    return StuckDeliveries(len(found), cause, len(records), records[:EXAMPLES], newest, at)
