"""`portal webhook`: lists and replays deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, print_table, say
from portal.cli.parameters import MOMENT, RecordNumber, utc
from portal.cli.targets import Target, active_integration, target_options
from portal.jobs.refetches import ring
from portal.models.integrations import Integration
from portal.models.webhooks import DeliveryState, RefetchRequest
from portal.services.pages import delivery_lists, delivery_pages
from portal.services.pages.delivery_lists import DeliveryFilters
from portal.services.pages.delivery_rows import DeliveryRow
from portal.services.webhooks import replaying
from portal.services.webhooks.replaying import Choice
from portal.sync.record_types import RecordType

DELIVERY = click.IntRange(1, 2**31 - 1)


@click.group()
def webhook() -> None:
    """List, show and replay webhook deliveries."""


@webhook.command("list")
@target_options
@click.option(
    "--state", type=click.Choice(DeliveryState, case_sensitive=False), help="Only deliveries in this state."
)
@click.option(
    "--record", type=RecordNumber(typed=False), help="Only deliveries about one record: assets:123, or 123."
)
@click.option("--event", default="", help="Only deliveries of this event, as the PSA calls it.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@json_option
@with_database()
def list_(
    target: Target,
    state: DeliveryState | None,
    record: tuple[RecordType | None, int] | None,
    event: str,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """List deliveries, newest first."""
    record_type, number = record or (None, None)
    filters = DeliveryFilters(state=state, event=event, remote_id=number, record_type=record_type)
    found = islice(_newest_first(active_integration(target), filters), limit)
    if as_json:
        print_json([_report(row) for row in found])
    else:
        rows = [_line(row) for row in found]
        print_table(("DELIVERY", "RECEIVED (UTC)", "EVENT", "RECORD", "STATE", "OUTCOME", "WHY"), rows)


@webhook.command()
@target_options
@click.argument("delivery_id", metavar="DELIVERY", type=DELIVERY)
@json_option
@with_database()
def show(target: Target, delivery_id: int, *, as_json: bool) -> None:
    """Show one delivery and its outcome."""
    view = delivery_pages.view(delivery_pages.get(active_integration(target), delivery_id))
    delivery, refetch_requests = (
        view.row.delivery,
        [_refetch_request(refetch_request) for refetch_request in view.refetch_requests],
    )
    if as_json:
        print_json(
            {
                **_report(view.row),
                "headers": delivery.headers,
                "body": view.body.text,
                "refetch_requests": refetch_requests,
            }
        )
        return
    say(f"Delivery {delivery.id} of {delivery.received_at:%Y-%m-%d %H:%M:%S} (UTC): {delivery.state}.")
    for name, value in delivery.headers:
        say(f"{name}: {value}")
    say(f"\n{view.body.text}\n")
    print_table(
        ("RECORD", "EVENT", "STATE", "OUTCOME", "FAILED", "WHY"),
        [list(refetch_request.values())[:6] for refetch_request in refetch_requests],
    )


@webhook.command()
@target_options
@click.argument("delivery_id", metavar="[DELIVERY]", type=DELIVERY, required=False)
@click.option("--failed", is_flag=True, help="All failed deliveries.")
@click.option("--since", type=MOMENT, help="Deliveries at or after this time (UTC).")
@click.option("--until", type=MOMENT, help="Deliveries before this time (UTC).")
@with_database()
def replay(
    target: Target, delivery_id: int | None, since: datetime | None, until: datetime | None, *, failed: bool
) -> None:
    """Replay one delivery, all failed ones, or those from a period."""
    choice = Choice(failed, utc(since), utc(until))
    if (delivery_id is None) == choice.is_empty:
        raise click.UsageError("Give the number of a delivery, or --failed, --since or --until.")
    integration = active_integration(target)
    if delivery_id is not None:
        waiting = replaying.replay(integration, delivery_pages.get(integration, delivery_id), None)
        say("Replaying it." if waiting else "Nothing to replay: it doesn't name a record that is synced.")
    else:
        replayed = replaying.replay_all(integration, choice, None)
        say(f"Replayed {replayed.number:,}.{' There are more; replay again for those.' if replayed.more else ''}")
    ring(integration.id)


def _newest_first(integration: Integration, filters: DeliveryFilters) -> Iterator[DeliveryRow]:
    page = delivery_lists.page(integration, filters)
    yield from page.rows
    while page.next is not None:
        page = delivery_lists.page(integration, filters, before=page.next)
        yield from page.rows


def _report(row: DeliveryRow) -> dict[str, Any]:
    return {
        "delivery": row.delivery.id,
        "at": row.delivery.received_at.isoformat(),
        "event": row.delivery.event,
        "state": row.delivery.state,
        "records": [_record(refetch_request) for refetch_request in row.named if refetch_request.remote_id],
        "events": row.refetch_requests,
        "outcomes": {outcome.value: count for outcome, count in row.outcomes.items()},
        "why": row.why,
        "seconds": row.seconds,
    }


def _line(row: DeliveryRow) -> tuple[object, ...]:
    report, more = _report(row), row.refetch_requests - len(row.named)
    records = " ".join(report["records"]) + (f" +{more}" if more else "")
    outcomes = " ".join(report["outcomes"])
    at = f"{row.delivery.received_at:%Y-%m-%d %H:%M:%S}"
    return row.delivery.id, at, row.delivery.event, records, row.delivery.state, outcomes, report["why"]


def _refetch_request(refetch_request: RefetchRequest) -> dict[str, Any]:
    """Return the request as JSON, starting with the columns of the table."""
    return {
        "record": _record(refetch_request),
        "event": refetch_request.event,
        "state": refetch_request.state,
        "outcome": refetch_request.outcome or "",
        "attempts": refetch_request.attempts,
        "why": refetch_request.why,
        "next_try": refetch_request.not_before,
        "read_at": refetch_request.read_at,
        "settled_at": refetch_request.settled_at,
    }


def _record(refetch_request: RefetchRequest) -> str:
    return (
        f"{refetch_request.record_type}:{refetch_request.remote_id}"
        if refetch_request.record_type and refetch_request.remote_id
        else ""
    )
