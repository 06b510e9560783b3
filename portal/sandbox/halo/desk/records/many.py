"""Changes of many records at once, and which ones they mean."""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom
from typing import Final, Literal

from portal.sandbox.halo.changes import Change
from portal.sandbox.halo.data.world import UNKNOWN
from portal.sandbox.halo.desk.records.finding import find
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.visit import Done, Form, Refusal, Visit, whole
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.merges import REFERENCES, merge
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.store import Row

Verb = Literal["change", "deactivate", "reactivate", "delete"]
VERBS: Final[tuple[Verb, ...]] = ("change", "deactivate", "reactivate", "delete")
_SAID = {"change": "Changed", "deactivate": "Deactivated", "reactivate": "Reactivated", "delete": "Deleted"}
_MOST_NEW = 5_000
_DRAW = SystemRandom()


def known(kind: str) -> str:
    """Refusal for what is no record type."""
    if kind not in RECORD_TYPES:
        raise Refusal(f"“{kind[:40]}” isn't a record type.")
    return kind


def create(visit: Visit, kind: str, count: int, fields: dict[str, object] | None = None) -> list[int]:
    if not 1 <= count <= _MOST_NEW:
        raise Refusal(f"Create between 1 and {_MOST_NEW:,} records at once.")
    return edit(visit.instance, visit.tenant, kind, Change("create", count=count, fields=fields or {}))


def do(visit: Visit, kind: str, verb: Verb, ids: Sequence[int], fields: dict[str, object] | None = None) -> Done:
    """Refusal where nothing is chosen, or a record is gone."""
    if not ids:
        raise Refusal(f"No {TABLES[kind].one} was chosen, so nothing was changed. Tick one or more, then try again.")
    if verb != "change" and len(ids) > 1:
        ids = _without_unknown(kind, ids)
    if verb != "change" and kind == "clients" and UNKNOWN.id in ids:
        raise Refusal(f"Client {UNKNOWN.id}, “{UNKNOWN.name}”, is Halo's own and can't be {_SAID[verb].lower()}.")
    try:
        edit(visit.instance, visit.tenant, kind, Change(verb, ids=list(ids), fields=fields or {}))
    except KeyError as missing:
        raise _gone(kind, missing) from None
    return Done(f"{_SAID[verb]} {_named(kind, ids)}.")


def merged(visit: Visit, kind: str, ids: Sequence[int]) -> Done:
    """Merge into the first of them. Refusal where that cannot be."""
    if kind not in REFERENCES:
        raise Refusal("Halo can merge clients, sites and contacts only.")
    into, *others = sorted(set(ids)) or [0]
    if not others:
        raise Refusal("Choose two or more records to merge. The one with the lowest number stays.")
    if kind == "clients" and into == UNKNOWN.id:
        raise Refusal(f"Client {UNKNOWN.id}, “{UNKNOWN.name}”, is Halo's own and can't be merged.")
    try:
        moved = merge(visit.instance, visit.tenant, kind, into, others)
    except KeyError as missing:
        raise _gone(kind, missing) from None
    followers = "1 other record" if moved == 1 else f"{moved} other records"
    return Done(f"Merged {_named(kind, others)} into {into}; {followers} moved with it.")


def chosen(visit: Visit, kind: str, verb: str, form: Form) -> list[int]:
    """Return the numbers: those ticked, those on the page as it was shown, all that were found, or some drawn."""
    which = form.text("which")
    if which == "page":
        return _without_unknown(kind, [whole(each, "A record's number") for each in form.text("shown").split()])
    if which == "found":
        return drawn(kind, verb, find(visit.tenant, kind, visit.query).rows, None)
    if which == "random":
        count = form.whole("count", "How many to draw", least=1)
        return drawn(kind, verb, find(visit.tenant, kind, visit.query).rows, count)
    return [whole(each, "A record's number") for each in form.all("id")]


def drawn(kind: str, verb: str, rows: Sequence[Row], count: int | None) -> list[int]:
    """Draw so many of the rows that this can be done to, or take all of these."""
    wanted = {"deactivate": True, "reactivate": False}.get(verb)
    ids = _without_unknown(kind, [row.id for row in rows if wanted is None or row.active == wanted])
    return ids if count is None else sorted(_DRAW.sample(ids, min(count, len(ids))))


def _without_unknown(kind: str, ids: Sequence[int]) -> list[int]:
    return [each for each in ids if kind != "clients" or each != UNKNOWN.id]


def _gone(kind: str, missing: KeyError) -> Refusal:
    return Refusal(f"{TABLES[kind].one.capitalize()} {missing} no longer exists. Reload the page.")


def _named(kind: str, ids: Sequence[int]) -> str:
    return f"{TABLES[kind].one} {ids[0]}" if len(ids) == 1 else f"{len(ids):,} {kind}"
