"""Changes between two syncs, as people make them in Halo: create, change, deactivate, reactivate, delete."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any, Literal

import msgspec

from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.states import state_fields
from portal.sandbox.halo.store import Row, encode_row
from portal.sandbox.halo.tenant import Tenant

# The key that a change without `fields` edits.
_LABEL = {
    "clients": "name",
    "sites": "name",
    "contacts": "name",
    "products": "name",
    "assets": "key_field",
    "opportunities": "summary",
    "contracts": "refextra",
}


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of the records `ids`, or of `count` random ones chosen with `seed`.

    Random choices exclude client 1, and include only records that can change this way: active ones to deactivate.
    """

    do: Literal["create", "change", "deactivate", "reactivate", "delete"]
    ids: list[int] | None = None
    count: int = 1
    seed: int = 0
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    # Simulates a transaction that commits late: the record's update time is this many seconds in the past.
    stamped_ago: float = 0.0


def apply(tenant: Tenant, kind: str, change: Change, now: float) -> list[Row]:
    """Apply the change; the caller holds `tenant.lock`. Return the new rows, and the last state of deleted ones.

    Raises KeyError for an unknown id, and ValueError to create an id that exists.
    """
    now -= change.stamped_ago
    if change.do == "create":
        return _create(tenant, kind, change, now)
    table = tenant.tables[kind]
    ids = change.ids if change.ids is not None else _drawn(table.rows(), change)
    rows = [table.existing(number) for number in ids]
    if change.do == "delete":
        table.remove(ids)
    else:
        rows = [_edited(kind, row, change, now) for row in rows]
        table.put(rows)
    return rows


def _create(tenant: Tenant, kind: str, change: Change, now: float) -> list[Row]:
    table = tenant.tables[kind]
    ids = change.ids
    if ids is None:
        free = (number for number in tenant.factory.ids(kind) if not table.get(number))
        ids = list(islice(free, change.count))
    taken = [number for number in ids if table.get(number)]
    if taken:
        raise ValueError(f"{kind} {taken} exist already")
    made = tenant.factory.make_now(kind, ids, now)
    rows = [_with(row, change.fields, kind, now, active=True) for row in made]
    table.put(rows)
    return rows


def _drawn(rows: list[Row], change: Change) -> list[int]:
    wanted = {"deactivate": True, "reactivate": False}.get(change.do)
    ids = [row.id for row in rows if row.id != 1 and wanted in {None, row.active}]
    return sorted(Random(change.seed).sample(ids, change.count))  # noqa: S311 - a draw, not a secret


def _edited(kind: str, row: Row, change: Change, now: float) -> Row:
    if change.do == "change":
        fields = change.fields or {_LABEL[kind]: f"{row.fields().get(_LABEL[kind], '')} ★"}
        return _with(row, fields, kind, now, active=row.active)
    active = change.do == "reactivate"
    fields = state_fields(kind, active=active, moment=now)
    return _with(row, {**fields, **change.fields}, kind, now, active=active)


def _with(row: Row, changes: dict[str, Any], kind: str, now: float, *, active: bool) -> Row:
    """Return a new row with its update time set."""
    fields = {**row.fields(), **changes}
    stamp = RECORD_TYPES[kind].stamp_in_list
    if stamp:
        fields[stamp] = halo_date(now)
    return Row(row.id, encode_row(fields), active, now)
