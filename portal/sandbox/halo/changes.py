"""What people do in Halo between two syncs: create, change, deactivate, reactivate, delete."""

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

# What a person would edit first; a change without `fields` writes there.
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
    """Records are named by `ids`, or `count` of them are drawn with `seed`.

    A draw never takes client 1, and takes only records that can be changed so: active ones to deactivate.
    """

    do: Literal["create", "change", "deactivate", "reactivate", "delete"]
    ids: list[int] | None = None
    count: int = 1
    seed: int = 0
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    # A transaction that commits late: the record carries a stamp that is older by so many seconds.
    stamped_ago: float = 0.0


def apply(tenant: Tenant, kind: str, change: Change, now: float) -> list[Row]:
    """Do it while `tenant.lock` is held. Return the rows as they are now, the deleted as they were last.

    KeyError for an id that does not exist; ValueError to create one that does.
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
        free = (number for number in tenant.maker.ids(kind) if not table.get(number))
        ids = list(islice(free, change.count))
    taken = [number for number in ids if table.get(number)]
    if taken:
        raise ValueError(f"{kind} {taken} exist already")
    made = tenant.maker.make_now(kind, ids, now)
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
    """Return a new row with its stamp moved."""
    fields = {**row.fields(), **changes}
    stamp = RECORD_TYPES[kind].stamp_in_list
    if stamp:
        fields[stamp] = halo_date(now)
    return Row(row.id, encode_row(fields), active, now)
