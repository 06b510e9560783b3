"""Replaying deliveries: the records they name are refetched as if the deliveries had just arrived."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import chunked

from portal.db import db
from portal.errors import Invalid
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, DeliveryState, RefetchRequest, RefetchRequestState
from portal.services.audit import audit_log
from portal.services.pages.delivery_lists import DeliveryFilters, wanted
from portal.services.webhooks import deliveries, inbox
from portal.sync import refetch_requests

# Small, so that other writers get their turn.
BATCH: Final = 200
PAUSE_SECONDS: Final = 0.005
MOST: Final = 10_000

NOTHING_CHOSEN: Final = "Choose a period, or only the failed ones."


@dataclass(frozen=True)
class Choice:
    """Which deliveries to replay: the failed ones, those of a period, or the failed ones of a period."""

    failed: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not self.failed and self.since is None and self.until is None

    @property
    def filters(self) -> DeliveryFilters:
        return DeliveryFilters(state=DeliveryState.STUCK if self.failed else None, since=self.since, until=self.until)


@dataclass(frozen=True)
class Counted:
    """`more` is true if there are more than can be replayed at once."""

    number: int
    more: bool


@dataclass(frozen=True)
class Offer:
    """What a page offers to replay at once."""

    choice: Choice
    counted: Counted


def offer(integration: Integration, choice: Choice) -> Offer:
    """Count the deliveries that would be replayed. Raises Invalid if nothing is chosen."""
    if choice.is_empty:
        raise Invalid("since", "That would replay every delivery.", NOTHING_CHOSEN)
    found = _count(integration, choice)
    return Offer(choice, Counted(min(found, MOST), found > MOST))


def offers(integration: Integration, shown: DeliveryFilters) -> list[Offer]:
    """Return what a list offers to replay: all failed deliveries, and those of the period it shows."""
    choices = [Choice(failed=True)]
    if shown.since is not None or shown.until is not None:
        choices.append(Choice(since=shown.since, until=shown.until))
    found = [offer(integration, choice) for choice in choices]
    return [each for each in found if each.counted.number]


def replay(integration: Integration, delivery: Delivery, user: User | None) -> int:
    """Replay one delivery; returns how many of its refetch requests are waiting now."""
    with db.atomic():
        audit_log.record(integration.account, user, "delivery.replayed", f"delivery {delivery.id}")
        return _batch(integration, [delivery.id])


def replay_all(integration: Integration, choice: Choice, user: User | None) -> Counted:
    """Replay the oldest chosen deliveries in batches; returns how many, and whether there are more.

    Raises Invalid if nothing is chosen, or if too many deliveries arrived in the period.
    """
    if choice.is_empty:
        raise Invalid("since", "That would replay every delivery.", NOTHING_CHOSEN)
    ids = _ids(integration, choice)
    found, ids = len(ids), ids[:MOST]
    if found > MOST and not choice.failed:
        raise Invalid("since", f"More than {MOST:,} deliveries arrived in this period.", "Choose a shorter one.")
    if ids:
        many = f"{len(ids):,} {'failed ' if choice.failed else ''}{'delivery' if len(ids) == 1 else 'deliveries'}"
        audit_log.record(integration.account, user, "delivery.replayed", many)
    for some in chunked(ids, BATCH):
        with db.atomic():
            _batch(integration, some, failed=choice.failed)
        time.sleep(PAUSE_SECONDS)
    return Counted(len(ids), found > MOST)


def _count(integration: Integration, choice: Choice) -> int:
    """Count in the index alone, and no further than MOST + 1."""
    some: Any = Delivery.select(Delivery.id).where(*wanted(integration, choice.filters)).limit(MOST + 1)
    return int(some.count())


def _ids(integration: Integration, choice: Choice) -> list[int]:
    query: Any = Delivery.select(Delivery.id).where(*wanted(integration, choice.filters))
    return [row[0] for row in query.order_by(Delivery.id).limit(MOST + 1).tuples()]


def _batch(integration: Integration, ids: list[int], *, failed: bool = False) -> int:
    """Renew the refetch requests of these deliveries, or only the stuck ones."""
    unreadable = Delivery.select().where(Delivery.id.in_(ids), Delivery.state == DeliveryState.UNREADABLE)
    for delivery in unreadable:
        _read(integration, delivery)
    chosen = RefetchRequest.delivery.in_(ids)
    if failed:
        chosen &= RefetchRequest.state == RefetchRequestState.STUCK
    is_synced = RefetchRequest.record_type.in_(integration.record_types) & RefetchRequest.remote_id.is_null(
        is_null=False
    )
    # Records of types that are no longer synced are not refetched.
    refetch_requests.ignore(
        chosen & (RefetchRequest.state == RefetchRequestState.STUCK) & ~is_synced, deliveries.NOT_SYNCED
    )
    renewed = refetch_requests.retry(chosen & is_synced)
    # The reason applied to refetch requests that were ignored and now wait.
    Delivery.update(why="").where(Delivery.id.in_(ids), Delivery.state == DeliveryState.WAITING).execute()
    return renewed


def _read(integration: Integration, delivery: Delivery) -> None:
    """Parse an unreadable body again: this version may understand more than the one that received it."""
    arrival = deliveries.arrival(integration, (), bytes(delivery.body))
    understood = Delivery.update(state=arrival.state, event=arrival.event, why=arrival.why).where(
        Delivery.id == delivery.id, Delivery.state == DeliveryState.UNREADABLE
    )
    if arrival.state != DeliveryState.UNREADABLE and understood.execute():
        inbox.store_refetch_requests([(delivery.id, arrival)])
