"""The pages under /records: the list of a type, one record, a new record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.halo.desk.records import many
from portal.sandbox.halo.desk.records.finding import PAGE, SORTS, STATES, find, line
from portal.sandbox.halo.desk.records.form import changes, filled, one
from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.details import detail
from portal.sandbox.halo.merges import REFERENCES
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.store import Row


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for an unknown type or record."""
    _, *rest = desk_request.path
    kind = rest[0] if rest else "clients"
    if kind not in RECORD_TYPES or len(rest) > 2:
        raise PageNotFound
    if len(rest) < 2:
        return _list(desk_request, kind)
    if rest[1] == "new":
        return _record(desk_request, kind, None)
    return _record(desk_request, kind, _row(desk_request))


def _list(desk_request: DeskRequest, kind: str) -> str:
    found = find(desk_request.tenant, kind, desk_request.query)
    return page(
        desk_request,
        "records.html",
        kind=kind,
        table=TABLES[kind],
        found=found,
        lines=[line(kind, row) for row in found.shown],
        per_page=PAGE,
        states=STATES,
        sorts=SORTS,
        can_merge=kind in REFERENCES,
        counts={name: len(desk_request.tenant.tables[name]) for name in RECORD_TYPES},
    )


def _record(desk_request: DeskRequest, kind: str, row: Row | None) -> str:
    fields = row.fields() if row else {}
    return page(
        desk_request,
        "record.html",
        kind=kind,
        table=TABLES[kind],
        row=row,
        line=line(kind, row) if row else None,
        entries=filled(kind, fields, desk_request.typed),
        sent=_readable(fields),
        detail=_readable(detail(desk_request.tenant, RECORD_TYPES[kind], row.id)) if row else "",
        typed=desk_request.typed,
        topics=("updated", "created", "deleted"),
    )


def _readable(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode(errors="replace")


def _row(desk_request: DeskRequest) -> Row:
    """Return the record. Raises PageNotFound for an unknown id."""
    kind, number = desk_request.path[1:3]
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise PageNotFound
    row = desk_request.tenant.tables[kind].get(int(number))
    if row is None:
        raise PageNotFound
    return row


def _create(desk_request: DeskRequest, form: Form) -> FormResult:
    kind = many.known(form.text("kind"))
    count = form.whole("count", "How many", least=1) if form.text("count") else 1
    fields = changes(desk_request.tenant, kind, form, {})
    ids = many.create(desk_request, kind, count, fields)
    if count > 1:
        return FormResult(f"Created {count:,} {kind}.", desk_request.url("records", kind))
    return FormResult(f"Created {TABLES[kind].one} {ids[0]}.", desk_request.url("records", kind, ids[0]))


def _save(desk_request: DeskRequest, form: Form) -> FormResult:
    kind = many.known(desk_request.path[1] if len(desk_request.path) == 3 else "")
    try:
        row = _row(desk_request)
    except PageNotFound:
        raise FormError("This record no longer exists, so nothing was saved.") from None
    fields = changes(desk_request.tenant, kind, form, row.fields())
    if not fields:
        return FormResult("Nothing changed, so nothing was saved.")
    many.do(desk_request, kind, "change", [row.id], fields)
    return FormResult(f"Saved {TABLES[kind].one} {row.id}.")


def _many(verb: many.Verb) -> Callable[[DeskRequest, Form], FormResult]:
    def act(desk_request: DeskRequest, form: Form) -> FormResult:
        kind = many.known(form.text("kind"))
        ids = many.chosen(desk_request, kind, verb, form)
        fields: dict[str, Any] = {}
        if verb == "change" and form.text("field"):
            fields = one(desk_request.tenant, kind, form.text("field"), form.text("value"))
        done = many.do(desk_request, kind, verb, ids, fields)
        is_gone = verb == "delete" and len(desk_request.path) == 3
        return FormResult(done.message, desk_request.url("records", kind)) if is_gone else done

    return act


def _merge(desk_request: DeskRequest, form: Form) -> FormResult:
    kind = many.known(form.text("kind"))
    return many.merged(desk_request, kind, many.chosen(desk_request, kind, "merge", form))


def _burst(desk_request: DeskRequest, form: Form) -> FormResult:
    """Change a random sample of a type's records, or all of them if there are fewer."""
    kind, verb = many.known(form.text("kind")), form.text("verb")
    count = form.whole("count", "How many", least=1)
    if verb == "create":
        many.create(desk_request, kind, count)
        return FormResult(f"Created {count:,} {kind}.")
    rows = desk_request.tenant.tables[kind].rows()
    if verb == "merge":
        return many.merged(desk_request, kind, many.drawn(kind, verb, rows, max(count, 2)))
    known = next((each for each in many.VERBS if each == verb), None)
    if known is None:
        raise FormError(f"“{verb[:40]}” isn't an action for records.")
    return many.do(desk_request, kind, known, many.drawn(kind, verb, rows, count))


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {
    "create": _create,
    "save": _save,
    "change": _many("change"),
    "deactivate": _many("deactivate"),
    "reactivate": _many("reactivate"),
    "delete": _many("delete"),
    "merge": _merge,
    "burst": _burst,
}
