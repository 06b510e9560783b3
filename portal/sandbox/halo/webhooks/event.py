"""Events in Halo, in its own terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portal.sandbox.changes import Change
from portal.sandbox.halo.details import whole
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.webhook import TICKETS
from portal.sandbox.store import Row

# INFERRED from the names of the API's resources; only `ticket` was seen.
ENTITY_WORDS = {
    "clients": "client",
    "sites": "site",
    "contacts": "user",
    "products": "item",
    "assets": "asset",
    "opportunities": "opportunity",
    "contracts": "contract",
}
_KINDS = {"create": "created", "delete": "deleted"}
_TEXTS = {"created": "new {}", "updated": "{} updated", "deleted": "{} deleted"}
_NEW_TICKET = "new ticket logged"  # Halo's event 3


class Event(msgspec.Struct, frozen=True):
    """`topic` is what webhooks subscribe to, `event` is Halo's name for it, `fields` is the whole object."""

    topic: str
    event: str
    word: str
    object_id: int
    fields: Mapping[str, Any]
    moment: float

    @property
    def message(self) -> str:
        return f"{self.event.capitalize()}. {self.word.capitalize()} ID: {self.object_id:07d}."


class ManualEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event about objects that are not synced records; by default tickets."""

    object_ids: list[int]
    event: str = _NEW_TICKET
    word: str = "ticket"
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


def of_change(
    tenant: Tenant, kind: str, change: Change, rows: Sequence[Row], words: Mapping[str, str], now: float
) -> list[Event]:
    """Return one event per changed record, even if its id occurs twice."""
    word = {**ENTITY_WORDS, **words}[kind]
    happened = _KINDS.get(change.do, "updated")
    noun = word.replace("_", " ").lower()
    text = _NEW_TICKET if (noun, happened) == ("ticket", "created") else _TEXTS[happened].format(noun)
    return [
        Event(f"{kind} {happened}", text, word, row.id, whole(tenant, RECORD_TYPES[kind], row), now)
        for row in {row.id: row for row in rows}.values()
    ]


def manual_events(made: ManualEvent, now: float) -> list[Event]:
    return [
        Event(TICKETS, made.event, made.word, number, {**_ticket(number), **made.fields}, now)
        for number in made.object_ids
    ]


def _ticket(number: int) -> dict[str, Any]:
    """Make an event with the keys that have been seen in production."""
    return {
        "id": number,
        "summary": f"Ticket {number}",
        "status_id": 1,
        "tickettype_id": 25,
        "client_id": 1,
        "team_id": 5,
        "agent_id": 3,
        "customfields": [],
        "hasbeenclosed": False,
    }
