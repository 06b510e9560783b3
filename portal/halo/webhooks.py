"""What a webhook's body tells of (halo-api.md section 6): one event, or several in a batch.

Halo's forms are known from one production receiver, and their spellings vary. So everything that may name a record is
tried: the linked object, whatever its word, then the words of the event. A wrong guess costs one read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.halo.records import as_id
from portal.halo.unreadable import UNREADABLE

MOST_EVENTS: Final = 1_000
LONGEST_NAME: Final = 100

# The more telling first: "client contract updated" is about a contract, "site user added" about a contact.
WORDS: Final = {
    "contracts": ("contract", "clientcontract", "contractheader"),
    "opportunities": ("opportunity", "opp", "sale"),
    "tickets": ("ticket", "fault", "request", "incident"),
    "assets": ("asset", "device"),
    "products": ("item", "product"),
    "contacts": ("user", "contact", "enduser"),
    "sites": ("site",),
    "clients": ("client", "customer", "area"),
}
_TYPES: Final = {word: record_type for record_type, words in WORDS.items() for word in words}
_RANKS: Final = list(WORDS)

NO_OBJECT: Final = "It is about nothing that is synced."
NO_ID: Final = "It does not tell which record it is about."


@dataclass(frozen=True)
class Event:
    """One thing that happened. A ticket may be an opportunity, which only reading it tells: it is named as one.

    Either of `record_type` and `remote_id` is None where that is not told; `why` says so to people.
    """

    name: str
    record_type: str | None = None
    remote_id: int | None = None
    why: str = ""


def read(body: bytes) -> list[Event]:
    """Return the events of a body, in order. Raises ValueError, with the reason for people, when there is none."""
    try:
        told = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise ValueError("It is not JSON.") from error
    heads = list(_heads(told))
    if not heads:
        raise ValueError("There is no event in it.")
    if len(heads) > MOST_EVENTS:
        raise ValueError(f"There are more than {MOST_EVENTS:,} events in it.")
    return [_event(head) for head in heads]


def _heads(told: Any) -> Iterator[dict[str, Any]]:
    """Take a batch apart: a list of events, a list under `events`, or objects that share an event."""
    if isinstance(told, list):
        for each in told:
            yield from _heads(each) if isinstance(each, dict) else ()
    elif isinstance(told, dict):
        if isinstance(told.get("events"), list):
            yield from _heads(told["events"])
        elif isinstance(told.get("objects"), list):
            shared = {key: value for key, value in told.items() if key != "objects"}
            yield from (shared | each for each in told["objects"] if isinstance(each, dict))
        else:
            yield told


def _event(head: dict[str, Any]) -> Event:
    name = _name(head.get("event"))
    word, linked = _linked(head)
    record_type = _TYPES.get(_singular(word)) or _type_in(name)
    if record_type is None:
        return Event(name, why=NO_OBJECT)
    remote_id = as_id(head.get("object_id")) or as_id(linked.get("id"))
    if remote_id is None:
        return Event(name, why=NO_ID)
    return Event(name, "opportunities" if record_type == "tickets" else record_type, remote_id)


def _linked(head: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Find the linked object and its word; what the event says itself comes next."""
    objects = [(key, value) for key, value in head.items() if isinstance(value, dict)]
    known = [(key, value) for key, value in objects if _singular(key) in _TYPES]
    if known:
        return min(known, key=lambda pair: _RANKS.index(_TYPES[_singular(pair[0])]))
    for key in ("entity", "object_type", "type"):
        if isinstance(head.get(key), str):
            return head[key], {}
    return "", {}


def _type_in(name: str) -> str | None:
    found = {_TYPES[word] for each in re.findall(r"[a-z]+", name.lower()) if (word := _singular(each)) in _TYPES}
    return min(found, key=_RANKS.index, default=None)


def _singular(word: str) -> str:
    word = re.sub(r"[^a-z]", "", word.lower())
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("s")


def _name(said: Any) -> str:
    return said.strip()[:LONGEST_NAME] if isinstance(said, str) else ""
