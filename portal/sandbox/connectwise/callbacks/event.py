"""What happened to a record, as callbacks tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from portal.sandbox.store import Row

_ACTIONS = {"create": "added", "delete": "deleted"}
# The Entity of a contact was seen without these.
_NOT_IN_SUMMARY = frozenset({"communicationItems", "customFields", "questions", "types"})


class Event(NamedTuple):
    """`action` is added, updated or deleted."""

    kind: str
    action: str
    number: int
    fields: Mapping[str, Any]
    moment: float

    def summary(self) -> dict[str, Any]:
        return {key: value for key, value in self.fields.items() if key not in _NOT_IN_SUMMARY}


def events_of(kind: str, done: str, rows: Sequence[Row], now: float) -> list[Event]:
    """Return one event per changed record, even if its id occurs twice."""
    action = _ACTIONS.get(done, "updated")
    return [Event(kind, action, row.id, row.fields(), now) for row in {row.id: row for row in rows}.values()]
