"""Ordinary tickets: /Opportunities/{id} returns them, but the list of opportunities does not include them."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

import msgspec

from portal.sandbox.halo import details
from portal.sandbox.halo.data import tickets as data
from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.record_types import OPPORTUNITIES, RecordType
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.store import Row, encode_row


class TicketChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of tickets: `convert` turns them into opportunities, `revert` turns opportunities into tickets.

    It applies to `ids`; without them, `create` makes `count` new tickets.
    """

    do: Literal["create", "change", "convert", "revert", "delete"]
    ids: list[int] | None = None
    count: int = 1
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


def answered(tenant: Tenant, record_type: RecordType, number: int, knobs: Knobs) -> dict[str, Any] | None:
    """Return the detail for this id; None if there is none. For opportunities, it may be any ticket."""
    fields = details.detail(tenant, record_type, number)
    if record_type is not OPPORTUNITIES:
        return fields
    ticket = tenant.tickets.get(number)
    fields = ticket_detail(ticket) if ticket else fields
    if fields and not knobs.has_opportunity_flag:
        fields.pop("is_opportunity", None)
    return fields


def ticket_detail(ticket: Row) -> dict[str, Any]:
    return data.detail(ticket.fields())


def apply(tenant: Tenant, change: TicketChange, now: float) -> list[Row]:
    """Apply the change; the caller holds `tenant.lock`. Return the new rows, and the last state of deleted ones.

    Raises KeyError for an unknown id, and ValueError to create an id that exists.
    """
    if change.do == "create":
        return _create(tenant, change, now)
    source = tenant.tables[OPPORTUNITIES.name] if change.do == "revert" else tenant.tickets
    rows = [source.existing(number) for number in change.ids or []]
    if change.do != "change":
        source.remove([row.id for row in rows])
    if change.do == "delete":
        return rows
    become = {"convert": data.as_opportunity, "revert": data.as_ticket}.get(change.do, dict[str, Any])
    rows = [_row(row.id, {**become(row.fields()), **change.fields}, now) for row in rows]
    (tenant.tables[OPPORTUNITIES.name] if change.do == "convert" else tenant.tickets).put(rows)
    return rows


def _create(tenant: Tenant, change: TicketChange, now: float) -> list[Row]:
    tables = (tenant.tickets, tenant.tables[OPPORTUNITIES.name])
    ids = change.ids
    if ids is None:
        free = (
            each for each in tenant.factory.ids(OPPORTUNITIES.name) if not any(table.get(each) for table in tables)
        )
        ids = list(islice(free, change.count))
    if taken := [number for number in ids if any(table.get(number) for table in tables)]:
        raise ValueError(f"tickets {taken} exist already")
    references = tenant.factory.references
    made = (
        (
            number,
            data.make(references, SeededRandom(references.seed, "tickets", number), NewRecord(number, True, now)),
        )
        for number in ids
    )
    rows = [_row(number, {**fields, **change.fields}, now) for number, fields in made]
    tenant.tickets.put(rows)
    return rows


def _row(number: int, fields: dict[str, Any], now: float) -> Row:
    stamps = {"last_update": halo_date(now), "lastactiondate": halo_date(now)}
    return Row(number, encode_row({**fields, **stamps}), not fields.get("hasbeenclosed"), now)
