"""Replaying deliveries: what they name is read once more, as if it had just been told."""

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

# Others want to write, too.
BATCH: Final = 200
PAUSE_SECONDS: Final = 0.005
MOST: Final = 10_000

NOTHING_CHOSEN: Final = "Choose from when to when, or only those that have failed."


@dataclass(frozen=True)
class Choice:
    """Which deliveries: those that have failed, those of a time, or those that have failed in that time."""

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
    """`more` tells that there are more than can be replayed at once."""

    number: int
    more: bool


@dataclass(frozen=True)
class Offer:
    """What could be replayed at once: the question that a page asks."""

    choice: Choice
    counted: Counted


def offer(integration: Integration, choice: Choice) -> Offer:
    """Count what would be replayed. Raises Invalid when nothing is chosen."""
    if choice.is_empty:
        raise Invalid("since", "That would be all deliveries.", NOTHING_CHOSEN)
    found = _count(integration, choice)
    return Offer(choice, Counted(min(found, MOST), found > MOST))


def offers(integration: Integration, shown: DeliveryFilters) -> list[Offer]:
    """Return what a list offers to replay: all that has failed, and what came in the time that it shows."""
    choices = [Choice(failed=True)]
    if shown.since is not None or shown.until is not None:
        choices.append(Choice(since=shown.since, until=shown.until))
    found = [offer(integration, choice) for choice in choices]
    return [each for each in found if each.counted.number]


def replay(integration: Integration, delivery: Delivery, user: User | None) -> int:
    """Replay one delivery; returns how many of its refetch requests wait now to be read."""
    with db.atomic():
        audit_log.record(integration.account, user, "delivery.replayed", f"delivery {delivery.id}")
        return _batch(integration, [delivery.id])


def replay_all(integration: Integration, choice: Choice, user: User | None) -> Counted:
    """Replay the oldest that are chosen, in bites; returns how many, and whether some are left for another time.

    Raises Invalid when nothing is chosen, and for a time in which too many came to be replayed at once.
    """
    if choice.is_empty:
        raise Invalid("since", "That would be all deliveries.", NOTHING_CHOSEN)
    ids = _ids(integration, choice)
    found, ids = len(ids), ids[:MOST]
    if found > MOST and not choice.failed:
        raise Invalid("since", f"In this time more than {MOST:,} deliveries came.", "Choose a shorter one.")
    if ids:
        many = f"{len(ids):,} {'failed ' if choice.failed else ''}{'delivery' if len(ids) == 1 else 'deliveries'}"
        audit_log.record(integration.account, user, "delivery.replayed", many)
    for some in chunked(ids, BATCH):
        with db.atomic():
            _batch(integration, some, failed=choice.failed)
        time.sleep(PAUSE_SECONDS)
    return Counted(len(ids), found > MOST)


def _count(integration: Integration, choice: Choice) -> int:
    """Count in the database, by its indexes alone, and no further than MOST + 1."""
    some: Any = Delivery.select(Delivery.id).where(*wanted(integration, choice.filters)).limit(MOST + 1)
    return int(some.count())


def _ids(integration: Integration, choice: Choice) -> list[int]:
    query: Any = Delivery.select(Delivery.id).where(*wanted(integration, choice.filters))
    return [row[0] for row in query.order_by(Delivery.id).limit(MOST + 1).tuples()]


def _batch(integration: Integration, ids: list[int], *, failed: bool = False) -> int:
    """Renew the refetch requests of these deliveries, or those of them that are stuck."""
    unreadable = Delivery.select().where(Delivery.id.in_(ids), Delivery.state == DeliveryState.UNREADABLE)
    for delivery in unreadable:
        _read(integration, delivery)
    chosen = RefetchRequest.delivery.in_(ids)
    if failed:
        chosen &= RefetchRequest.state == RefetchRequestState.STUCK
    is_synced = RefetchRequest.record_type.in_(integration.record_types) & RefetchRequest.remote_id.is_null(
        is_null=False
    )
    # What was to be read while its type was synced is read no more.
    refetch_requests.ignore(
        chosen & (RefetchRequest.state == RefetchRequestState.STUCK) & ~is_synced, deliveries.NOT_SYNCED
    )
    renewed = refetch_requests.again(chosen & is_synced)
    # What was said of refetch requests that were ignored holds no more.
    Delivery.update(why="").where(Delivery.id.in_(ids), Delivery.state == DeliveryState.WAITING).execute()
    return renewed


def _read(integration: Integration, delivery: Delivery) -> None:
    """Read a body again that said nothing before: this portal may understand more than the one that received it."""
    arrival = deliveries.arrival(integration, (), bytes(delivery.body))
    understood = Delivery.update(state=arrival.state, event=arrival.event, why=arrival.why).where(
        Delivery.id == delivery.id, Delivery.state == DeliveryState.UNREADABLE
    )
    if arrival.state != DeliveryState.UNREADABLE and understood.execute():
        inbox.store_refetch_requests([(delivery.id, arrival)])
