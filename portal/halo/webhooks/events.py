"""Splits a body into events: a single one, a list of events, or a list of records that share an event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from portal.halo.webhooks import claims, json_slices, subject, words
from portal.halo.webhooks.claims import DEEPEST, Claims
from portal.halo.webhooks.json_slices import JsonSlice
from portal.psa.webhooks import WebhookEvent

MOST_EVENTS: Final = 1_000
# Lists may contain other values than events, and further lists.
MOST_VALUES: Final = 10_000


def read(text: bytes) -> list[WebhookEvent]:
    """Return the events in a JSON text, in order. Raises ValueError with a message for people if there are none."""
    said = _BatchWalker().walk(json_slices.values(text), None, 0)
    found = [subject.decide(each) for each in islice(said, MOST_EVENTS + 1)]
    if not found:
        raise ValueError("It has no event.")
    if len(found) > MOST_EVENTS:
        raise ValueError(f"It has more than {MOST_EVENTS:,} events.")
    return found


class _BatchWalker:
    """Walks through nested batches, up to a limited number of values."""

    def __init__(self) -> None:
        self._left = MOST_VALUES

    def walk(self, values: Iterator[JsonSlice], shared: Claims | None, depth: int) -> Iterator[Claims]:
        """Yield the claims of each event. `shared` has the name and type that the batch states for all of them."""
        if depth > DEEPEST:
            return
        for value in values:
            self._left -= 1
            if self._left < 0:
                raise ValueError(f"Its lists have more than {MOST_VALUES:,} values.")
            if value.is_array:
                yield from self.walk(value.elements(), shared, depth + 1)
            elif value.is_object:
                yield from self._of_object(_shared(claims.of(value), shared), depth)
            elif shared and (number := value.number()):
                yield Claims(name=shared.name, stated=shared.stated, object_id=number)
            else:
                yield from self.walk(claims.embedded_json(value), shared, depth + 1)

    def _of_object(self, own: Claims, depth: int) -> Iterator[Claims]:
        """Yield the object as one event, or the events in it if it is a batch."""
        is_one = bool(own.object_id or own.linked)
        lists = _subjects(own)
        if own.batch and not is_one:
            yield from self.walk(own.batch.elements(), own, depth + 1)
        elif lists and not is_one:
            for record_type, several in lists:
                yield from self.walk(several.elements(), replace(own, stated=record_type), depth + 1)
        else:
            yield own


def _subjects(own: Claims) -> list[tuple[str, JsonSlice]]:
    """Return the lists of records that an event is about: those of the type in its name, or else all."""
    named = words.types_in(own.name)[:1] if own.lists else []
    return [each for each in own.lists if not named or each[0] in named]


def _shared(own: Claims, shared: Claims | None) -> Claims:
    if shared:
        own.name, own.stated = own.name or shared.name, own.stated or shared.stated
    return own
