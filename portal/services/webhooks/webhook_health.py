"""The webhook's health: the last delivery's outcome, what waits for the PSA, silence, and keys that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, Refetching
from portal.services.webhooks import signing_keys
from portal.services.webhooks.signing_keys import KeyProblem
from portal.services.webhooks.silence import Silence, silence

MOST_COUNTED: Final = 1_000


@dataclass(frozen=True)
class LastDelivery:
    """`why` says more about its state, where there is more to say."""

    received_at: datetime
    state: DeliveryState
    event: str
    why: str


@dataclass(frozen=True)
class Backlog:
    """Deliveries that wait because the PSA does not answer. `count` is at most MOST_COUNTED."""

    count: int
    problem: str
    remedy: str
    not_before: datetime | None

    @property
    def is_more(self) -> bool:
        return self.count >= MOST_COUNTED


@dataclass(frozen=True)
class Health:
    last: LastDelivery | None
    backlog: Backlog | None
    silence: Silence | None
    key_problem: KeyProblem | None


def health(integration: Integration) -> Health:
    return Health(_last(integration), _backlog(integration), silence(integration), signing_keys.problem(integration))


def _last(integration: Integration) -> LastDelivery | None:
    columns = (Delivery.received_at, Delivery.state, Delivery.event, Delivery.why)
    mine = Delivery.select(*columns).where(Delivery.integration == integration)
    row: Any = mine.order_by(Delivery.id.desc()).limit(1).tuples().first()
    return LastDelivery(row[0], DeliveryState(row[1]), row[2], row[3]) if row else None


def _backlog(integration: Integration) -> Backlog | None:
    turn = Refetching.get_or_none(Refetching.integration == integration, Refetching.problem != "")
    if turn is None:
        return None
    waiting = (Delivery.integration == integration) & (Delivery.state == DeliveryState.WAITING)
    count = Delivery.select(Delivery.id).where(waiting).limit(MOST_COUNTED).count()
    return Backlog(count, turn.problem, turn.remedy, turn.not_before) if count else None
