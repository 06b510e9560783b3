"""Bulk changes, and the selection of records for them."""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom
from typing import Any, Final, Literal

import msgspec

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult, whole
from portal.sandbox.desk.records.finding import find
from portal.sandbox.desk.records.form import one
from portal.sandbox.desk.simulated_psa import SimulatedPsa
from portal.sandbox.store import Row

Verb = Literal["change", "deactivate", "reactivate", "delete"]
VERBS: Final[tuple[Verb, ...]] = ("change", "deactivate", "reactivate", "delete")
_SAID = {"change": "Changed", "deactivate": "Deactivated", "reactivate": "Reactivated", "delete": "Deleted"}
_MOST_NEW = 5_000
_DRAW = SystemRandom()


def known(psa: SimulatedPsa, kind: str) -> str:
    """Return the record type. Raises FormError for an unknown one."""
    if kind not in psa.description.tables:
        raise FormError(f"“{kind[:40]}” isn't a record type.")
    return kind


def create(psa: SimulatedPsa, kind: str, count: int, fields: dict[str, Any] | None = None) -> list[int]:
    if not 1 <= count <= _MOST_NEW:
        raise FormError(f"Create between 1 and {_MOST_NEW:,} records at once.")
    return psa.edit(kind, "create", fields or {}, count=count)


def do(
    psa: SimulatedPsa, kind: str, verb: Verb, ids: Sequence[int], fields: dict[str, Any] | None = None
) -> FormResult:
    """Change the records. Raises FormError if none is selected, or if one does not exist."""
    ids = _meant(psa, kind, verb, ids)
    try:
        psa.edit(kind, verb, fields or {}, ids=list(ids))
    except KeyError as missing:
        raise _gone(psa, kind, missing) from None
    return FormResult(f"{_SAID[verb]} {_named(psa, kind, ids)}.")


def set_field(psa: SimulatedPsa, kind: str, ids: Sequence[int], key: str, text: str) -> FormResult:
    """Set one field of the records. Raises FormError like `do`, and for an invalid value."""
    ids = _meant(psa, kind, "change", ids)
    changes: dict[bytes, tuple[dict[str, Any], list[int]]] = {}
    for number in ids:
        row = psa.tables[kind].get(number)
        if row is None:
            raise _gone(psa, kind, KeyError(number))
        fields = one(psa, kind, key, text, row.fields())
        changes.setdefault(msgspec.json.encode(fields), (fields, []))[1].append(number)
    for fields, changed in changes.values():
        do(psa, kind, "change", changed, fields)
    return FormResult(f"{_SAID['change']} {_named(psa, kind, ids)}.")


def merged(psa: SimulatedPsa, kind: str, ids: Sequence[int]) -> FormResult:
    """Merge into the first record. Raises FormError if that is impossible."""
    description = psa.description
    if kind not in description.mergeable:
        mergeable = _listed([description.titles[each] for each in description.mergeable])
        raise FormError(f"{description.name} can merge {mergeable} only.")
    into, *others = sorted(set(ids)) or [0]
    if not others:
        raise FormError("Choose two or more records to merge. The one with the lowest number stays.")
    if into in _own(psa, kind):
        raise _refusal(psa, kind, into, "merged")
    try:
        moved = psa.merge(kind, into, others)
    except KeyError as missing:
        raise _gone(psa, kind, missing) from None
    followers = "1 other record" if moved == 1 else f"{moved} other records"
    return FormResult(f"Merged {_named(psa, kind, others)} into {into}; {followers} moved with it.")


def chosen(desk_request: DeskRequest, kind: str, verb: str, form: Form) -> list[int]:
    """Return the ids: the ticked ones, those on the page shown, all results, or a random sample."""
    psa, which = desk_request.psa, form.text("which")
    if which == "page":
        return _without_own(psa, kind, [whole(each, "A record's number") for each in form.text("shown").split()])
    if which == "found":
        return drawn(psa, kind, verb, find(psa, kind, desk_request.query).rows, None)
    if which == "random":
        count = form.whole("count", "How many to draw", least=1)
        return drawn(psa, kind, verb, find(psa, kind, desk_request.query).rows, count)
    return [whole(each, "A record's number") for each in form.all("id")]


def drawn(psa: SimulatedPsa, kind: str, verb: str, rows: Sequence[Row], count: int | None) -> list[int]:
    """Return a random sample of the rows that this can be done to, or all of them if there are fewer."""
    wanted = {"deactivate": True, "reactivate": False}.get(verb)
    ids = _without_own(psa, kind, [row.id for row in rows if not row.deleted and wanted in {None, row.active}])
    return ids if count is None else sorted(_DRAW.sample(ids, min(count, len(ids))))


def _meant(psa: SimulatedPsa, kind: str, verb: Verb, ids: Sequence[int]) -> Sequence[int]:
    if not ids:
        one_word = psa.description.tables[kind].one
        raise FormError(f"No {one_word} was chosen, so nothing was changed. Tick one or more, then try again.")
    if verb != "change" and len(ids) > 1:
        ids = _without_own(psa, kind, ids)
    own = next((each for each in ids if each in _own(psa, kind)), None)
    if verb != "change" and own is not None:
        raise _refusal(psa, kind, own, _SAID[verb].lower())
    return ids


def _own(psa: SimulatedPsa, kind: str) -> dict[int, str]:
    return dict(psa.description.own.get(kind, {}))


def _without_own(psa: SimulatedPsa, kind: str, ids: Sequence[int]) -> list[int]:
    own = _own(psa, kind)
    return [each for each in ids if each not in own]


def _refusal(psa: SimulatedPsa, kind: str, number: int, verb: str) -> FormError:
    one_word, name = psa.description.tables[kind].one.capitalize(), _own(psa, kind)[number]
    return FormError(f"{one_word} {number}, “{name}”, is {psa.description.name}'s own and can't be {verb}.")


def _gone(psa: SimulatedPsa, kind: str, missing: KeyError) -> FormError:
    return FormError(f"{psa.description.tables[kind].one.capitalize()} {missing} no longer exists. Reload the page.")


def _named(psa: SimulatedPsa, kind: str, ids: Sequence[int]) -> str:
    table = psa.description.tables[kind]
    return f"{table.one} {ids[0]}" if len(ids) == 1 else f"{len(ids):,} {table.many}"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
