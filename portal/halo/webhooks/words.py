"""Halo's names for its records in webhooks: seen for tickets, inferred from its API for the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

# Tickets count as opportunities: they share ids, and only fetching one shows which it is.
RECORD_WORDS: Final = {
    "contracts": ("contract", "clientcontract", "contractheader"),
    "opportunities": (
        *("opportunity", "salesopportunity", "opp", "sale"),
        *("ticket", "fault", "request", "servicerequest", "incident"),
    ),
    "assets": ("asset", "device", "configurationitem"),
    "products": ("item", "product"),
    "contacts": ("user", "enduser", "contact", "clientuser", "clientcontact", "sitecontact"),
    "sites": ("site", "clientsite"),
    "clients": ("client", "customer", "area"),
}
# Other things in Halo. If one is named beside a record, the event is about it: "client invoice created".
OTHER_THINGS: Final = frozenset(
    {
        *("invoice", "quote", "quotation", "order", "salesorder", "purchaseorder", "project", "article", "kbarticle"),
        *("expense", "timesheet", "creditnote", "payment"),
    }
)
# These are usually just a detail of the record named beside them: "ticket agent changed".
OTHER_PARTIES: Final = frozenset({"agent", "team", "department", "organisation", "supplier", "service", "report"})

VAGUE: Final = ("request", "sale")
# Returned by `type_named` for other things.
OTHER: Final = "other"

# Most specific first: "client contract updated" is about a contract, "site user added" about a contact.
_RANKS: Final = list(RECORD_WORDS)
# "Client updated by user" is about the client.
_ACTOR: Final = re.compile(r"\bby\b.*", re.IGNORECASE | re.DOTALL)
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word, _plural(word)))


TYPE_OF: Final = {form: record_type for record_type, words in RECORD_WORDS.items() for form in _forms(words)}
# Not usable as keys of an event: a proxy may, for example, put the HTTP request it forwards under "request".
TYPE_OF_KEY: Final = {word: record_type for word, record_type in TYPE_OF.items() if word not in _forms(VAGUE)}
_THINGS: Final = _forms(OTHER_THINGS)
_PARTIES: Final = _forms(OTHER_PARTIES)


def types_in(text: str) -> list[str]:
    """Return the record types that a text mentions, the one that it is about first."""
    found = {TYPE_OF[word] for word in _words(text) if word in TYPE_OF}
    return sorted(found, key=_RANKS.index)


def is_about_something_else(text: str) -> bool:
    """Whether a text is about something in Halo other than these records."""
    words = set(_words(text))
    return bool(words & _THINGS) or (bool(words & _PARTIES) and not words & TYPE_OF.keys())


def type_named(text: str) -> str | None:
    """Return the record type with exactly this name, OTHER for other things in Halo, or None."""
    word = "".join(_WORDS.findall(text)).lower()
    return TYPE_OF.get(word) or (OTHER if word in _THINGS or word in _PARTIES else None)


def _words(text: str) -> list[str]:
    """Return the words in lower case, and each pair joined, as in "Sales Order", `salesOrder` and SALES_ORDER."""
    single = [word.lower() for word in _WORDS.findall(_ACTOR.sub("", text))]
    return [*single, *(first + second for first, second in pairwise(single))]
