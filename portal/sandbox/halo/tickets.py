"""Ordinary tickets: /Opportunities/{id} answers them, the list of opportunities does not have them."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

import msgspec

from portal.sandbox.halo import details
from portal.sandbox.halo.data import tickets as data
from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.world import New
from portal.sandbox.halo.record_types import OPPORTUNITIES, RecordType
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.store import Row, encode_row
from portal.sandbox.halo.tenant import Tenant


class TicketChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people do with tickets: `convert` makes opportunities of them, `revert` tickets of opportunities.

    They are named by `ids`; `create` makes `count` of them otherwise.
    """

    do: Literal["create", "change", "convert", "revert", "delete"]
    ids: list[int] | None = None
    count: int = 1
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


def answered(tenant: Tenant, record_type: RecordType, number: int, knobs: Knobs) -> dict[str, Any] | None:
    """Return what Halo answers for a record of this id; None if there is none. Of opportunities, any ticket."""
    fields = details.detail(tenant, record_type, number)
    if record_type is not OPPORTUNITIES:
        return fields
    ticket = tenant.tickets.get(number)
    fields = ticket_detail(ticket) if ticket else fields
    if fields and not knobs.is_opportunity_told:
        fields.pop("is_opportunity", None)
    return fields


def ticket_detail(ticket: Row) -> dict[str, Any]:
    return data.detail(ticket.fields())


def apply(tenant: Tenant, change: TicketChange, now: float) -> list[Row]:
    """Do it while `tenant.lock` is held. Return the rows as they are now, the deleted as they were last.

    KeyError for an id that does not exist; ValueError to create one that does.
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
        free = (each for each in tenant.maker.ids(OPPORTUNITIES.name) if not any(table.get(each) for table in tables))
        ids = list(islice(free, change.count))
    if taken := [number for number in ids if any(table.get(number) for table in tables)]:
        raise ValueError(f"tickets {taken} exist already")
    world = tenant.maker.world
    made = ((number, data.make(world, Draw(world.seed, "tickets", number), New(number, True, now))) for number in ids)
    rows = [_row(number, {**fields, **change.fields}, now) for number, fields in made]
    tenant.tickets.put(rows)
    return rows


def _row(number: int, fields: dict[str, Any], now: float) -> Row:
    stamps = {"last_update": halo_date(now), "lastactiondate": halo_date(now)}
    return Row(number, encode_row({**fields, **stamps}), not fields.get("hasbeenclosed"), now)
