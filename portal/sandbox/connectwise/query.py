"""What a list request asks for (connectwise-api.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.sandbox.connectwise.conditions.parser import parse
from portal.sandbox.connectwise.conditions.tree import Comparison, Condition, comparisons
from portal.sandbox.connectwise.problems import Refused, find_condition, refusal
from portal.sandbox.connectwise.record_types import RecordType
from portal.sandbox.connectwise.settings import Knobs
from portal.sandbox.http import Request

_SECRETLY_KNOWN = frozenset({"lastupdated", "_info"})


@dataclass(frozen=True)
class ListQuery:
    """`texts` are the conditions as sent, by kind: they name the query in the cache of selections."""

    texts: tuple[str, str, str, str]
    conditions: Condition | None
    child_conditions: Condition | None
    custom_field_conditions: Condition | None
    order: tuple[tuple[tuple[str, ...], bool], ...]  # paths, and whether descending
    fields: tuple[tuple[str, ...], ...]
    page: int
    page_size: int
    page_id: int
    is_forward_only: bool


def list_query(request: Request, record_type: RecordType, knobs: Knobs) -> ListQuery:
    """Raise Refused for a query that ConnectWise refuses."""
    query = request.query
    page = max(_whole(query, "page", 1), 1)
    forgotten = knobs.forgets_conditions and (page > 1 or "pageid" in query)
    names = ("conditions", "childconditions", "customfieldconditions", "orderby")
    texts = tuple("" if forgotten and name != "orderby" else query.get(name, "").strip() for name in names)
    conditions, child_conditions, custom_fields = (parse(text) if text else None for text in texts[:3])
    _check(conditions, record_type, knobs, children=False)
    _check(child_conditions, record_type, knobs, children=True)
    is_forward_only = request.headers.get("pagination-type", "").lower() == "forward-only"
    if is_forward_only and texts[3]:
        raise Refused(refusal(400, "InvalidQuery", "orderBy is not supported with forward-only pagination."))
    return ListQuery(
        (texts[0], texts[1], texts[2], texts[3]),
        conditions,
        child_conditions,
        custom_fields,
        _order(texts[3], record_type, knobs),
        _fields(query.get("fields", ""), record_type, knobs),
        page,
        min(max(_whole(query, "pagesize", knobs.default_page_size), 1), knobs.cap(record_type.name)),
        _whole(query, "pageid", 0),
        is_forward_only and record_type.name not in knobs.no_forward_only,
    )


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    try:
        return int(text) if text else default
    except ValueError:
        raise Refused(refusal(400, "InvalidQuery", f"The value '{text}' is not valid for {name}.")) from None


def _check(condition: Condition | None, record_type: RecordType, knobs: Knobs, *, children: bool) -> None:
    """Refuse names that rows of this type do not have, and arrays where they do not belong."""
    known = {name.lower() for name in (record_type.children if children else record_type.fields)}
    if not children:
        known = (known | _SECRETLY_KNOWN) - {name.lower() for name in record_type.children}
    refused = {name.lower() for name in knobs.refused_conditions.get(record_type.name, ())}
    for each in comparisons(condition) if condition else ():
        if each.path[0] not in known or "/".join(each.path) in refused:
            raise find_condition(f"{each.name} is not a recognized name.")


def _order(text: str, record_type: RecordType, knobs: Knobs) -> tuple[tuple[tuple[str, ...], bool], ...]:
    order = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, direction = part.partition(" ")
        path = tuple(name.lower().split("/"))
        _check(Comparison(path, "=", None, name=name), record_type, knobs, children=False)
        order.append((path, direction.strip().lower() == "desc"))
    return tuple(order)


def _fields(text: str, record_type: RecordType, knobs: Knobs) -> tuple[tuple[str, ...], ...]:
    """Return the paths, in lower case. An unknown name is refused, or ignored."""
    known = {name.lower() for name in record_type.fields}
    paths = [tuple(name.strip().lower().split("/")) for name in text.split(",") if name.strip()]
    unknown = [path for path in paths if path[0] not in known]
    if unknown and knobs.unknown_fields == "refused":
        raise Refused(refusal(400, "InvalidFields", f"{'/'.join(unknown[0])} is not a recognized field."))
    return tuple(path for path in paths if path not in unknown)
