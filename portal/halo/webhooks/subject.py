"""Decides which record an event is about. Pure. If that is uncertain, the next sync has to find out."""

from __future__ import annotations

import re
from typing import Final

from portal.halo.webhooks import words
from portal.halo.webhooks.claims import Claims
from portal.psa.webhooks import NEXT_SYNC, WebhookEvent

NOT_A_RECORD: Final = "It's about something in Halo that isn't synced."
NO_SUBJECT: Final = f"It doesn't say what it's about. {NEXT_SYNC}"
NO_ID: Final = f"It doesn't say which record it's about. {NEXT_SYNC}"
SEVERAL: Final = f"It has several records and doesn't say which one it's about. {NEXT_SYNC}"
CONTRADICTION: Final = f"It contradicts itself about which record it's about. {NEXT_SYNC}"

# Seen: "The status has been changed for Ticket ID: 0004242."
_IN_MESSAGE: Final = re.compile(r"\b([A-Za-z]+(?: [A-Za-z]+)?) ID: 0*([1-9]\d{0,17})\b")


class _Unknown(Exception):
    """The record cannot be identified; the message explains that to people."""


def decide(claims: Claims) -> WebhookEvent:
    try:
        record_type = _type(claims)
        if record_type == words.OTHER:
            return WebhookEvent(claims.name, why=NOT_A_RECORD)
        return WebhookEvent(claims.name, record_type, _id(claims, record_type))
    except _Unknown as unknown:
        return WebhookEvent(claims.name, why=str(unknown), needs_sync=True)


def _type(claims: Claims) -> str:
    """Return the type of the record. An explicit type takes precedence over the event's name, and the name over
    embedded records, most of which are merely linked.
    """
    named = words.types_in(claims.name)
    if claims.stated:
        if named and claims.stated not in named:
            raise _Unknown(CONTRADICTION)
        return claims.stated
    alike = [each for each, number in claims.linked.items() if number and number == claims.object_id]
    if len(alike) == 1 and alike[0] in named:
        if named[0] not in (alike[0], *claims.linked):
            # "Site user added" with the site's id: is it the site, or a user with the same id?
            raise _Unknown(CONTRADICTION)
        return alike[0]
    if words.is_about_something_else(claims.name):
        return words.OTHER
    if named:
        return named[0]
    if len(alike) == 1:
        return alike[0]
    return _only(claims)


def _only(claims: Claims) -> str:
    """Return the only type that an event without a meaningful name can be about."""
    found = set(claims.linked or claims.own_ids)
    if len(found) > 1:
        raise _Unknown(SEVERAL)
    if not claims.linked and found and claims.other_id and claims.other_id not in claims.own_ids.values():
        # It has an id of its own beside, say, its client's id: it may be anything that belongs to that client.
        raise _Unknown(NO_SUBJECT)
    if found:
        return found.pop()
    if said := _in_message(claims):
        return said[0]
    raise _Unknown(NO_SUBJECT)


def _id(claims: Claims, record_type: str) -> int:
    carried = claims.linked.get(record_type)
    if claims.object_id and carried and claims.object_id != carried:
        raise _Unknown(CONTRADICTION)
    said = _in_message(claims)
    found = claims.object_id or carried or claims.own_ids.get(record_type) or claims.other_id
    if found is None and said and said[0] == record_type:
        found = said[1]
    if found is None:
        raise _Unknown(NO_ID)
    return found


def _in_message(claims: Claims) -> tuple[str, int] | None:
    for called, number in _IN_MESSAGE.findall(claims.message):
        types = words.types_in(called)
        if types:
            return types[0], int(number)
    return None
