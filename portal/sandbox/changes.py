"""Changes between two syncs, as people make them in a PSA: create, change, deactivate, reactivate, delete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import islice
from random import Random
from typing import Any, Literal

import msgspec

from portal.sandbox.record_factory import RecordFactory
from portal.sandbox.store import Row, Table


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of the records `ids`, or of `count` random ones chosen with `seed`.

    Random choices include only records that can change this way: active ones to deactivate.
    """

    do: Literal["create", "change", "deactivate", "reactivate", "delete"]
    ids: list[int] | None = None
    count: int = 1
    seed: int = 0
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    # Simulates a transaction that commits late: the record's update time is this many seconds in the past.
    stamped_ago: float = 0.0
    # The update time stays, as it may when only a part of the record changes that the PSA keeps elsewhere.
    quietly: bool = False


class Editor(ABC):
    """Applies changes in the way of one PSA."""

    @abstractmethod
    def label(self, kind: str) -> str:
        """Return the key that a change without `fields` edits."""

    @abstractmethod
    def state_fields(self, kind: str, *, active: bool, moment: float) -> dict[str, Any]:
        """Return the keys that say whether a record is active."""

    @abstractmethod
    def with_fields(self, row: Row, fields: dict[str, Any], kind: str, now: float, *, active: bool) -> Row:
        """Return a new row with these fields and its update time set."""

    @abstractmethod
    def may_be_drawn(self, kind: str, row: Row) -> bool:
        """Whether a random choice may include the record: not if it is the PSA's own, or gone already."""

    def deleted(self, table: Table, rows: list[Row], kind: str, now: float) -> list[Row]:
        """Delete the rows and return their last state."""
        del kind, now
        table.remove([row.id for row in rows])
        return rows

    def apply(
        self, tables: Mapping[str, Table], factory: RecordFactory[Any], kind: str, change: Change, now: float
    ) -> list[Row]:
        """Apply the change; the caller holds the tenant's lock. Return the new rows, and the last state of deleted
        ones. Raises KeyError for an unknown id, and ValueError to create an id that exists.
        """
        now -= change.stamped_ago
        table = tables[kind]
        if change.do == "create":
            return self._create(table, factory, kind, change, now)
        ids = change.ids if change.ids is not None else self._drawn(kind, table.rows(), change)
        rows = [table.existing(number) for number in ids]
        if change.do == "delete":
            return self.deleted(table, rows, kind, now)
        rows = [self._edited(kind, row, change, row.updated if change.quietly else now) for row in rows]
        table.put(rows)
        return rows

    def _create(self, table: Table, factory: RecordFactory[Any], kind: str, change: Change, now: float) -> list[Row]:
        ids = change.ids
        if ids is None:
            free = (number for number in factory.ids(kind) if not table.get(number))
            ids = list(islice(free, change.count))
        taken = [number for number in ids if table.get(number)]
        if taken:
            raise ValueError(f"{kind} {taken} exist already")
        made = factory.make_now(kind, ids, now)
        rows = [self.with_fields(row, change.fields, kind, now, active=True) for row in made]
        table.put(rows)
        return rows

    def _edited(self, kind: str, row: Row, change: Change, now: float) -> Row:
        if change.do == "change":
            label = self.label(kind)
            fields = change.fields or {label: f"{row.fields().get(label, '')} ★"}
            return self.with_fields(row, fields, kind, now, active=row.active)
        active = change.do == "reactivate"
        fields = self.state_fields(kind, active=active, moment=now)
        return self.with_fields(row, {**fields, **change.fields}, kind, now, active=active)

    def _drawn(self, kind: str, rows: list[Row], change: Change) -> list[int]:
        wanted = {"deactivate": True, "reactivate": False}.get(change.do)
        ids = [row.id for row in rows if wanted in {None, row.active} and self.may_be_drawn(kind, row)]
        return sorted(Random(change.seed).sample(ids, change.count))  # noqa: S311 - a draw, not a secret
