"""Takes a body apart into its events: one, a list of them, or records that share an event."""

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
# Lists may hold what is no event, and lists of lists.
MOST_VALUES: Final = 10_000


def read(text: bytes) -> list[WebhookEvent]:
    """Return the events of a JSON text, in order. Raises ValueError, with the reason for people, when it has none."""
    said = _Batches().said(json_slices.values(text), None, 0)
    found = [subject.decide(each) for each in islice(said, MOST_EVENTS + 1)]
    if not found:
        raise ValueError("There is no event in it.")
    if len(found) > MOST_EVENTS:
        raise ValueError(f"There are more than {MOST_EVENTS:,} events in it.")
    return found


class _Batches:
    """Goes through batches, and batches in batches, with an end to it however many values there are."""

    def __init__(self) -> None:
        self._left = MOST_VALUES

    def said(self, values: Iterator[JsonSlice], shared: Claims | None, depth: int) -> Iterator[Claims]:
        """Yield what each event says. `shared` is what its batch says of all of them: its name and type count."""
        if depth > DEEPEST:
            return
        for value in values:
            self._left -= 1
            if self._left < 0:
                raise ValueError(f"There are more than {MOST_VALUES:,} values in its lists.")
            if value.is_array:
                yield from self.said(value.elements(), shared, depth + 1)
            elif value.is_object:
                yield from self._of_object(_shared(claims.of(value), shared), depth)
            elif shared and (number := value.number()):
                yield Claims(name=shared.name, stated=shared.stated, object_id=number)
            else:
                yield from self.said(claims.inside(value), shared, depth + 1)

    def _of_object(self, own: Claims, depth: int) -> Iterator[Claims]:
        """Yield one event, or those of the batch that it turns out to be."""
        is_one = bool(own.object_id or own.linked)
        lists = _subjects(own)
        if own.batch and not is_one:
            yield from self.said(own.batch.elements(), own, depth + 1)
        elif lists and not is_one:
            for record_type, several in lists:
                yield from self.said(several.elements(), replace(own, stated=record_type), depth + 1)
        else:
            yield own


def _subjects(own: Claims) -> list[tuple[str, JsonSlice]]:
    """Return the lists of records that an event is about: those that its name speaks of, else all of them."""
    named = words.types_in(own.name)[:1] if own.lists else []
    return [each for each in own.lists if not named or each[0] in named]


def _shared(own: Claims, shared: Claims | None) -> Claims:
    if shared:
        own.name, own.stated = own.name or shared.name, own.stated or shared.stated
    return own
