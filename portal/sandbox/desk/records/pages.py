"""The pages under /records: the list of a type, one record, a new record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.desk.records import many
from portal.sandbox.desk.records.finding import PAGE, SORTS, find, line, states
from portal.sandbox.desk.records.form import changes, filled
from portal.sandbox.desk.render import page
from portal.sandbox.store import Row


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for an unknown type or record."""
    _, *rest = desk_request.path
    kind = rest[0] if rest else desk_request.description.kinds[0]
    if kind not in desk_request.description.tables or len(rest) > 2:
        raise PageNotFound
    if len(rest) < 2:
        return _list(desk_request, kind)
    if rest[1] == "new":
        return _record(desk_request, kind, None)
    return _record(desk_request, kind, _row(desk_request))


def _list(desk_request: DeskRequest, kind: str) -> str:
    psa, table = desk_request.psa, desk_request.description.tables[kind]
    found = find(psa, kind, desk_request.query)
    return page(
        desk_request,
        "records.html",
        kind=kind,
        table=table,
        found=found,
        lines=[line(table, row) for row in found.shown],
        per_page=PAGE,
        states=states(table),
        sorts=SORTS,
        can_merge=kind in desk_request.description.mergeable,
        counts={name: len(psa.tables[name]) for name in desk_request.description.kinds},
    )


def _record(desk_request: DeskRequest, kind: str, row: Row | None) -> str:
    psa, table = desk_request.psa, desk_request.description.tables[kind]
    fields = row.fields() if row else {}
    return page(
        desk_request,
        "record.html",
        kind=kind,
        table=table,
        row=row,
        line=line(table, row) if row else None,
        entries=filled(psa, kind, fields, desk_request.typed),
        views=[(each.title, _readable(each.value)) for each in psa.views(kind, row)] if row else [],
        typed=desk_request.typed,
        topics=desk_request.description.webhooks.happened[:3],
    )


def _readable(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode(errors="replace")


def _row(desk_request: DeskRequest) -> Row:
    """Return the record. Raises PageNotFound for an unknown id."""
    kind, number = desk_request.path[1:3]
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise PageNotFound
    row = desk_request.psa.tables[kind].get(int(number))
    if row is None:
        raise PageNotFound
    return row


def _create(desk_request: DeskRequest, form: Form) -> FormResult:
    psa = desk_request.psa
    kind = many.known(psa, form.text("kind"))
    count = form.whole("count", "How many", least=1) if form.text("count") else 1
    ids = many.create(psa, kind, count, changes(psa, kind, form, {}))
    table = psa.description.tables[kind]
    if count > 1:
        return FormResult(f"Created {count:,} {table.many}.", desk_request.url("records", kind))
    return FormResult(f"Created {table.one} {ids[0]}.", desk_request.url("records", kind, ids[0]))


def _save(desk_request: DeskRequest, form: Form) -> FormResult:
    psa = desk_request.psa
    kind = many.known(psa, desk_request.path[1] if len(desk_request.path) == 3 else "")
    try:
        row = _row(desk_request)
    except PageNotFound:
        raise FormError("This record no longer exists, so nothing was saved.") from None
    fields = changes(psa, kind, form, row.fields())
    if not fields:
        return FormResult("Nothing changed, so nothing was saved.")
    many.do(psa, kind, "change", [row.id], fields)
    return FormResult(f"Saved {psa.description.tables[kind].one} {row.id}.")


def _many(verb: many.Verb) -> Callable[[DeskRequest, Form], FormResult]:
    def act(desk_request: DeskRequest, form: Form) -> FormResult:
        psa = desk_request.psa
        kind = many.known(psa, form.text("kind"))
        ids = many.chosen(desk_request, kind, verb, form)
        if verb == "change" and form.text("field"):
            return many.set_field(psa, kind, ids, form.text("field"), form.text("value"))
        done = many.do(psa, kind, verb, ids)
        is_gone = verb == "delete" and len(desk_request.path) == 3
        return FormResult(done.message, desk_request.url("records", kind)) if is_gone else done

    return act


def _merge(desk_request: DeskRequest, form: Form) -> FormResult:
    psa = desk_request.psa
    kind = many.known(psa, form.text("kind"))
    return many.merged(psa, kind, many.chosen(desk_request, kind, "merge", form))


def _burst(desk_request: DeskRequest, form: Form) -> FormResult:
    """Change a random sample of a type's records, or all of them if there are fewer."""
    psa, verb = desk_request.psa, form.text("verb")
    kind = many.known(psa, form.text("kind"))
    count = form.whole("count", "How many", least=1)
    if verb == "create":
        many.create(psa, kind, count)
        return FormResult(f"Created {count:,} {psa.description.tables[kind].many}.")
    rows = psa.tables[kind].rows()
    if verb == "merge":
        return many.merged(psa, kind, many.drawn(psa, kind, verb, rows, max(count, 2)))
    known = next((each for each in many.VERBS if each == verb), None)
    if known is None:
        raise FormError(f"“{verb[:40]}” isn't an action for records.")
    return many.do(psa, kind, known, many.drawn(psa, kind, verb, rows, count))


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
