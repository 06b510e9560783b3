"""What Halo calls its records in webhooks: seen for tickets, gathered from its API for the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

# Tickets are among the opportunities: they share their numbers, and only reading one tells which it is.
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
# Other things of Halo. Where one of them stands beside a record, the event is about it: "client invoice created".
OTHER_THINGS: Final = frozenset(
    {
        *("invoice", "quote", "quotation", "order", "salesorder", "purchaseorder", "project", "article", "kbarticle"),
        *("expense", "timesheet", "creditnote", "payment"),
    }
)
# These are mostly a detail of the record beside them: "ticket agent changed".
OTHER_PARTIES: Final = frozenset({"agent", "team", "department", "organisation", "supplier", "service", "report"})

VAGUE: Final = ("request", "sale")
# What `type_called` returns for other things.
OTHER: Final = "other"

# The more telling come first: "client contract updated" is about a contract, "site user added" about a contact.
_RANKS: Final = list(RECORD_WORDS)
# "Client updated by user" is about the client.
_ACTOR: Final = re.compile(r"\bby\b.*", re.IGNORECASE | re.DOTALL)
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word, _plural(word)))


TYPE_OF: Final = {form: record_type for record_type, words in RECORD_WORDS.items() for form in _forms(words)}
# As a key of an event they may mean anything: "request" is what a proxy calls the request that it passes on.
TYPE_OF_KEY: Final = {word: record_type for word, record_type in TYPE_OF.items() if word not in _forms(VAGUE)}
_THINGS: Final = _forms(OTHER_THINGS)
_PARTIES: Final = _forms(OTHER_PARTIES)


def types_in(text: str) -> list[str]:
    """Return the record types that a text speaks of, the one that it is about first."""
    found = {TYPE_OF[word] for word in _words(text) if word in TYPE_OF}
    return sorted(found, key=_RANKS.index)


def is_about_something_else(text: str) -> bool:
    """Tell whether a text speaks of something in Halo that is none of these records, and is about that."""
    words = set(_words(text))
    return bool(words & _THINGS) or (bool(words & _PARTIES) and not words & TYPE_OF.keys())


def type_called(text: str) -> str | None:
    """Return the record type of exactly this name, OTHER for other things in Halo, None for what is neither."""
    word = "".join(_WORDS.findall(text)).lower()
    return TYPE_OF.get(word) or (OTHER if word in _THINGS or word in _PARTIES else None)


def _words(text: str) -> list[str]:
    """Return the words in small letters, and each two of them as one: "Sales Order", `salesOrder`, SALES_ORDER."""
    single = [word.lower() for word in _WORDS.findall(_ACTOR.sub("", text))]
    return [*single, *(first + second for first, second in pairwise(single))]
