"""Webhook coverage: how many changes arrived by webhook first, and how many a sync had to find."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import Case, fn

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import CHANGES, Delivery, RefetchRequest, RefetchRequestState
from portal.psa.registry import adapter_of
from portal.services.webhooks import discoveries
from portal.sync.record_types import RecordType

PERIOD: Final = timedelta(days=7)
# A page must not wait to count more than this: with more changes, the measured period begins later.
NEWEST_REFETCH_REQUESTS: Final = 2_000
NEWEST_DELAYS: Final = 500


@dataclass(frozen=True)
class Share:
    """Changes to the stored records: `by_webhook` arrived by webhook first, `by_sync` had to be found by a sync."""

    by_webhook: int = 0
    by_sync: int = 0

    @property
    def total(self) -> int:
        return self.by_webhook + self.by_sync

    @property
    def percent(self) -> int:
        """Return the percentage that arrived by webhook, below 100 as long as a single change did not."""
        return 100 * self.by_webhook // self.total if self.total else 0


@dataclass(frozen=True)
class Coverage:
    """`usual` and `slow` are the median and the 95th percentile of the seconds from a delivery to the stored record,
    None if there were none. No webhook is ever about the types in `unannounced`; their changes are not in `whole`.
    """

    since: datetime
    whole: Share
    types: dict[RecordType, Share]
    usual: float | None
    slow: float | None
    unannounced: tuple[RecordType, ...] = ()


def coverage(integration: Integration) -> Coverage | None:
    """Measure the last seven days, or the time since the first delivery. None while webhooks are not in use."""
    begun = _in_use_since(integration)
    if begun is None:
        return None
    newest = _newest(integration, max(begun, clock.now() - PERIOD))
    counts, since = _by_webhook(newest, max(begun, clock.now() - PERIOD))
    found = discoveries.count_by_type(integration, since)
    types = {one: Share(counts.get(one, 0), found.get(one, 0)) for one in RecordType if one in counts or one in found}
    delays, unannounced = _delays(newest), adapter_of(integration.psa).webhooks.unannounced
    expected = [share for record_type, share in types.items() if record_type not in unannounced]
    return Coverage(
        since=since,
        whole=Share(sum(each.by_webhook for each in expected), sum(each.by_sync for each in expected)),
        types=types,
        usual=_at(delays, 0.5),
        slow=_at(delays, 0.95),
        unannounced=tuple(one for one in RecordType if one in unannounced and one in integration.record_types),
    )


def _in_use_since(integration: Integration) -> datetime | None:
    """Return when the first known delivery arrived."""
    mine = Delivery.select(Delivery.received_at).where(Delivery.integration == integration)
    oldest: Any = mine.order_by(Delivery.id).limit(1).tuples().first()
    last: datetime | None = integration.last_delivery_at
    return last if last is None or oldest is None else min(last, oldest[0])


def _newest(integration: Integration, since: datetime) -> Any:
    columns = (
        RefetchRequest.record_type,
        RefetchRequest.state,
        RefetchRequest.outcome,
        RefetchRequest.received_at,
        RefetchRequest.settled_at,
    )
    settled = RefetchRequest.select(*columns).where(
        RefetchRequest.integration == integration, RefetchRequest.settled_at > since
    )
    return settled.order_by(RefetchRequest.settled_at.desc()).limit(NEWEST_REFETCH_REQUESTS).alias("newest")


def _by_webhook(newest: Any, since: datetime) -> tuple[dict[str, int], datetime]:
    """Return the number of refetch requests that changed a record, by type, and when the count starts."""
    changed = fn.SUM(Case(None, [(newest.c.outcome.in_([each.value for each in CHANGES]), 1)], 0))
    columns = (newest.c.record_type, changed, fn.COUNT(1), fn.MIN(newest.c.settled_at))
    rows = list(newest.select_from(*columns).group_by(newest.c.record_type).tuples())
    if sum(row[2] for row in rows) >= NEWEST_REFETCH_REQUESTS:
        since = RefetchRequest.settled_at.python_value(min(row[3] for row in rows)) or since
    return {row[0]: row[1] for row in rows if row[0] and row[1]}, since


def _delays(newest: Any) -> list[float]:
    """Return the delays of the newest refetches, sorted."""
    # As text, because Peewee takes longer to read a moment than the database takes for all of this.
    moments = (newest.c.received_at.cast("text"), newest.c.settled_at.cast("text"))
    done = newest.select_from(*moments).where(newest.c.state == RefetchRequestState.DONE.value).limit(NEWEST_DELAYS)
    pairs = [(datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in done.tuples()]
    return sorted((last - first).total_seconds() for first, last in pairs)


def _at(ordered: Sequence[float], share: float) -> float | None:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
