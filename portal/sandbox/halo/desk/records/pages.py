"""The addresses below /records: the list of a type, one record, a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from portal.sandbox.halo.desk.records import many
from portal.sandbox.halo.desk.records.finding import PAGE, SORTS, STATES, find, line
from portal.sandbox.halo.desk.records.form import changes, filled, one
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.visit import Done, Form, Missing, Refusal, Visit
from portal.sandbox.halo.details import detail
from portal.sandbox.halo.merges import REFERENCES
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.store import Row


def show(visit: Visit) -> str:
    """Missing for a type or a record that is not there."""
    _, *rest = visit.path
    kind = rest[0] if rest else "clients"
    if kind not in RECORD_TYPES or len(rest) > 2:
        raise Missing
    if len(rest) < 2:
        return _list(visit, kind)
    if rest[1] == "new":
        return _record(visit, kind, None)
    return _record(visit, kind, _row(visit))


def _list(visit: Visit, kind: str) -> str:
    found = find(visit.tenant, kind, visit.query)
    return page(
        visit,
        "records.html",
        kind=kind,
        table=TABLES[kind],
        found=found,
        lines=[line(kind, row) for row in found.shown],
        per_page=PAGE,
        states=STATES,
        sorts=SORTS,
        can_merge=kind in REFERENCES,
        counts={name: len(visit.tenant.tables[name]) for name in RECORD_TYPES},
    )


def _record(visit: Visit, kind: str, row: Row | None) -> str:
    fields = row.fields() if row else {}
    return page(
        visit,
        "record.html",
        kind=kind,
        table=TABLES[kind],
        row=row,
        line=line(kind, row) if row else None,
        entries=filled(kind, fields, visit.typed),
        sent=_readable(fields),
        detail=_readable(detail(visit.tenant, RECORD_TYPES[kind], row.id)) if row else "",
        typed=visit.typed,
        topics=("updated", "created", "deleted"),
    )


def _readable(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode(errors="replace")


def _row(visit: Visit) -> Row:
    """Missing for a number that no record of this type has."""
    kind, number = visit.path[1:3]
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise Missing
    row = visit.tenant.tables[kind].get(int(number))
    if row is None:
        raise Missing
    return row


def _create(visit: Visit, form: Form) -> Done:
    kind = many.known(form.text("kind"))
    count = form.whole("count", "How many", least=1) if form.text("count") else 1
    fields = changes(visit.tenant, kind, form, {})
    ids = many.create(visit, kind, count, fields)
    if count > 1:
        return Done(f"Created {count:,} {kind}.", visit.url("records", kind))
    return Done(f"Created {TABLES[kind].one} {ids[0]}.", visit.url("records", kind, ids[0]))


def _save(visit: Visit, form: Form) -> Done:
    kind = many.known(visit.path[1] if len(visit.path) == 3 else "")
    try:
        row = _row(visit)
    except Missing:
        raise Refusal("This record no longer exists, so nothing was saved.") from None
    fields = changes(visit.tenant, kind, form, row.fields())
    if not fields:
        return Done("Nothing changed, so nothing was saved.")
    many.do(visit, kind, "change", [row.id], fields)
    return Done(f"Saved {TABLES[kind].one} {row.id}.")


def _many(verb: many.Verb) -> Callable[[Visit, Form], Done]:
    def act(visit: Visit, form: Form) -> Done:
        kind = many.known(form.text("kind"))
        ids = many.chosen(visit, kind, verb, form)
        fields: dict[str, Any] = {}
        if verb == "change" and form.text("field"):
            fields = one(visit.tenant, kind, form.text("field"), form.text("value"))
        done = many.do(visit, kind, verb, ids, fields)
        is_gone = verb == "delete" and len(visit.path) == 3
        return Done(done.message, visit.url("records", kind)) if is_gone else done

    return act


def _merge(visit: Visit, form: Form) -> Done:
    kind = many.known(form.text("kind"))
    return many.merged(visit, kind, many.chosen(visit, kind, "merge", form))


def _burst(visit: Visit, form: Form) -> Done:
    """Do one thing to so many records of a type, drawn at random. With fewer of them, do it to all there are."""
    kind, verb = many.known(form.text("kind")), form.text("verb")
    count = form.whole("count", "How many", least=1)
    if verb == "create":
        many.create(visit, kind, count)
        return Done(f"Created {count:,} {kind}.")
    rows = visit.tenant.tables[kind].rows()
    if verb == "merge":
        return many.merged(visit, kind, many.drawn(kind, verb, rows, max(count, 2)))
    known = next((each for each in many.VERBS if each == verb), None)
    if known is None:
        raise Refusal(f"“{verb[:40]}” isn't an action for records.")
    return many.do(visit, kind, known, many.drawn(kind, verb, rows, count))


VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {
    "create": _create,
    "save": _save,
    "change": _many("change"),
    "deactivate": _many("deactivate"),
    "reactivate": _many("reactivate"),
    "delete": _many("delete"),
    "merge": _merge,
    "burst": _burst,
}
