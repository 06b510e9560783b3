"""Which clients of one PSA are those of another: by name, domain and phone. Pure.

`sure` needs two signs that agree, or the same full name that nobody else has; and no other client may claim the same
counterpart. Everything else with a sign is `likely`: a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.services.switching import names
from portal.services.switching.names import Name

MOST_SUGGESTIONS: Final = 3
# A suggestion that is this much worse than the best one is none.
FARTHEST: Final = 25
# A domain, phone number or word that more clients than this share says nothing about one of them.
MOST_SHARING: Final = 3
MOST_SHARING_WORD: Final = 40


class Verdict(StrEnum):
    SURE = "sure"
    LIKELY = "likely"
    NONE = "none"


@dataclass(frozen=True)
class Client:
    """One client of a PSA. To be matched, domains and phones must be in the form that names.py gives them."""

    remote_id: int
    name: str
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A possible counterpart. `why` names the signs, for people."""

    remote_id: int
    score: int
    why: str


@dataclass(frozen=True)
class Match:
    """`suggestions` come best first; a sure match has one."""

    verdict: Verdict
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class _Signs:
    same_name: bool
    same_core: bool
    close: float
    domain: bool
    phone: bool
    is_only_name: bool
    other_domain: bool

    @property
    def is_sure(self) -> bool:
        if self.same_core and (self.domain or self.phone):
            return True
        if self.domain and self.phone and self.close:
            return True
        return self.same_name and self.is_only_name and not self.other_domain

    @property
    def score(self) -> int:
        name = 50 if self.same_name else 45 if self.same_core else round(35 * self.close)
        return name + 30 * self.domain + 20 * self.phone - 10 * self.other_domain

    @property
    def is_any(self) -> bool:
        return self.same_core or self.domain or self.phone or self.close > 0

    @property
    def why(self) -> str:
        name = "same name" if self.same_name or self.same_core else "similar name" if self.close else ""
        found = [each for each in (name, "same domain" * self.domain, "same phone" * self.phone) if each]
        words = ", ".join(found)
        return words[:1].upper() + words[1:] + (", but different domains" if self.other_domain else "")


class _Side:
    """One PSA's clients, with an index for each sign."""

    def __init__(self, clients: Collection[Client]) -> None:
        self.clients = {each.remote_id: each for each in clients}
        self.names: Mapping[int, Name] = {each.remote_id: names.parse(each.name) for each in clients}
        self.by_full = _index((self.names[each.remote_id].full, each.remote_id) for each in clients)
        self.by_core = _index((self.names[each.remote_id].core, each.remote_id) for each in clients)
        self.by_word = _index((word, number) for number, name in self.names.items() for word in name.words)
        self.by_domain = _rare(_index((each, one.remote_id) for one in clients for each in one.domains))
        self.by_phone = _rare(_index((each, one.remote_id) for one in clients for each in one.phones))


def match(
    ours: Collection[Client], theirs: Collection[Client], rejected: Mapping[int, Collection[int]] | None = None
) -> dict[int, Match]:
    """Return a match for each of our clients. `rejected` are counterparts that a person has ruled out, by client."""
    mine, other = _Side(ours), _Side(theirs)
    found = {each.remote_id: _matched(each, mine, other, (rejected or {}).get(each.remote_id, ())) for each in ours}
    return _without_rivals(found)


def _matched(client: Client, mine: _Side, other: _Side, rejected: Collection[int]) -> Match:
    scored = []
    for number in _candidates(client, mine, other) - set(rejected):
        signs = _signs(client, other.clients[number], mine, other)
        if signs.is_any:
            scored.append((signs, Suggestion(number, signs.score, signs.why)))
    scored.sort(key=lambda each: (-each[1].score, each[1].remote_id))
    if not scored:
        return Match(Verdict.NONE)
    sure = [suggestion for signs, suggestion in scored if signs.is_sure]
    if len(sure) == 1 and sure[0] == scored[0][1]:
        return Match(Verdict.SURE, (sure[0],))
    best = scored[0][1].score
    near = [suggestion for _, suggestion in scored if suggestion.score >= best - FARTHEST]
    return Match(Verdict.LIKELY, tuple(near[:MOST_SUGGESTIONS]))


def _candidates(client: Client, mine: _Side, other: _Side) -> set[int]:
    """Return the clients that share anything with this one. Bounded, because common words are no reason."""
    name = mine.names[client.remote_id]
    found = set(other.by_core.get(name.core, ())) if name.core else set()
    for word in name.words:
        sharing = other.by_word.get(word, ())
        if len(sharing) <= MOST_SHARING_WORD:
            found.update(sharing)
    for domain in client.domains:
        if domain in mine.by_domain:
            found.update(other.by_domain.get(domain, ()))
    for phone in client.phones:
        if phone in mine.by_phone:
            found.update(other.by_phone.get(phone, ()))
    return found


def _signs(one: Client, two: Client, mine: _Side, other: _Side) -> _Signs:
    first, second = mine.names[one.remote_id], other.names[two.remote_id]
    same_core = first.core != "" and first.core == second.core
    shared = set(one.domains) & set(two.domains) & mine.by_domain.keys() & other.by_domain.keys()
    phones = set(one.phones) & set(two.phones) & mine.by_phone.keys() & other.by_phone.keys()
    return _Signs(
        same_name=first.full != "" and first.full == second.full,
        same_core=same_core,
        close=1.0 if same_core else names.similarity(first, second),
        domain=bool(shared),
        phone=bool(phones),
        is_only_name=len(mine.by_full.get(first.full, ())) == 1 and len(other.by_full.get(second.full, ())) == 1,
        other_domain=bool(one.domains and two.domains and not set(one.domains) & set(two.domains)),
    )


def _without_rivals(found: dict[int, Match]) -> dict[int, Match]:
    """Make matches that claim the same counterpart only likely."""
    claims: dict[int, int] = defaultdict(int)
    for each in found.values():
        if each.verdict is Verdict.SURE:
            claims[each.suggestions[0].remote_id] += 1
    return {
        number: Match(Verdict.LIKELY, each.suggestions)
        if each.verdict is Verdict.SURE and claims[each.suggestions[0].remote_id] > 1
        else each
        for number, each in found.items()
    }


def _index(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, number in pairs:
        if key and number not in found[key][-1:]:
            found[key].append(number)
    return dict(found)


def _rare(index: dict[str, list[int]]) -> dict[str, list[int]]:
    return {key: numbers for key, numbers in index.items() if len(numbers) <= MOST_SHARING}
