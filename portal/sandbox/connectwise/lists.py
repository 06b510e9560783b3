"""List responses: which rows, which page, and the Link header (connectwise-api.md section 4)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from urllib.parse import quote_plus

from portal.sandbox.connectwise.query import ListQuery
from portal.sandbox.connectwise.settings import Knobs
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.connectwise.update_filters import distorted
from portal.sandbox.http import Request
from portal.sandbox.store import Row

_FOREIGN = "https://elsewhere.example"
_NAMES = {
    "pagesize": "pageSize",
    "pageid": "pageId",
    "orderby": "orderBy",
    "childconditions": "childConditions",
    "customfieldconditions": "customFieldConditions",
}


@dataclass(frozen=True)
class ListPage:
    rows: Sequence[Row]
    headers: Mapping[str, str]


def all_rows(tenant: Tenant, kind: str, query: ListQuery, knobs: Knobs, company: int | None) -> list[Row]:
    """Return all rows that the API member may see, in the requested order."""
    settings = tenant.settings
    if kind in settings.unseen:
        return []
    query = replace(query, conditions=distorted(query.conditions, kind, knobs))
    key = (knobs.update_filter.get(kind), knobs.hours_ahead)
    rows = tenant.selections.rows(kind, query, key=key, company=company)
    hidden = frozenset(settings.hidden.get(kind, ()))
    if hidden or kind in settings.mine:
        rows = [row for row in rows if row.id not in hidden and (kind not in settings.mine or is_mine(row))]
    if kind == "clients" and knobs.doubled_deleted:
        rows = [row for row in rows for _ in range(2 if row.deleted else 1)]
    if knobs.default_order == "updated" and not query.order and not query.is_forward_only:
        rows = sorted(rows, key=lambda row: row.updated)
    return rows


def is_mine(row: Row) -> bool:
    """Whether Inquire = My covers the record."""
    return row.id % 3 == 0


def page_of(rows: list[Row], query: ListQuery, request: Request, url: str, knobs: Knobs, kind: str) -> ListPage:
    if query.is_forward_only:
        return _forward_only(rows, query, request, url, knobs)
    size = query.page_size
    page = rows[(query.page - 1) * size : query.page * size]
    if not page and rows and knobs.past_end == "repeat_last":
        page = rows[(len(rows) - 1) // size * size :]
    is_unsupported = kind in knobs.no_forward_only and "pagination-type" in request.headers
    if is_unsupported or knobs.link == "none":
        return ListPage(page, {})
    last = max(ceil(len(rows) / size), 1)
    numbers = {"next": query.page + 1, "prev": query.page - 1, "first": 1, "last": last}
    shown = {
        word: number
        for word, number in numbers.items()
        if 1 <= number <= last and (word == "next" or knobs.link != "next_only")
    }
    links = [f'<{_link(request, url, knobs, page=number)}>; rel="{word}"' for word, number in shown.items()]
    return ListPage(page, {"Link": ", ".join(links)} if links else {})


def _forward_only(rows: list[Row], query: ListQuery, request: Request, url: str, knobs: Knobs) -> ListPage:
    """Continue after `pageId`. The Link is always there, and empty on the last page."""
    start = bisect_right(rows, query.page_id, key=lambda row: row.id)
    page = rows[start : start + query.page_size]
    if start + query.page_size >= len(rows):
        return ListPage(page, {"Link": ""})
    return ListPage(page, {"Link": f'<{_link(request, url, knobs, pageid=page[-1].id)}>; rel="next"'})


def _link(request: Request, url: str, knobs: Knobs, **place: int) -> str:
    """Write a link as seen: a slash before the question mark, escapes in lower case, blanks as plus signs."""
    query = {**request.query, **place}
    if "pageid" in place:
        query.pop("page", None)
    if knobs.link == "without_conditions":
        query.pop("conditions", None)
    host = _FOREIGN if knobs.link == "foreign" else url
    text = "&".join(f"{_NAMES.get(name, name)}={_escaped(str(value))}" for name, value in query.items())
    return f"{host}{request.path.rstrip('/')}/?{text}"


def _escaped(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), quote_plus(text))
