"""List responses: envelope, and paging with its pitfalls (halo-api.md sections 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from portal.sandbox.halo.parameters import Query, flag, whole
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.http import Response

_DEFAULT_PAGE = 50
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class ListAnswer:
    """The rows of a list and its counts. `page_no` and `page_size` are set only if paging is on."""

    envelope: str
    rows: list[bytes]
    record_count: int | None
    page_no: int | None = None
    page_size: int | None = None
    is_null: bool = False  # null instead of the rows

    def response(self) -> Response:
        figures = {"page_no": self.page_no, "page_size": self.page_size, "record_count": self.record_count}
        head = "".join(f'"{name}":{value},' for name, value in figures.items() if value is not None)
        rows = b"null" if self.is_null else b"[" + b",".join(self.rows) + b"]"
        return Response(200, b'{%b"%b":%b}' % (head.encode(), self.envelope.encode(), rows), _JSON)


def list_answer(tenant: Tenant, record_type: RecordType, query: Query, knobs: Knobs) -> ListAnswer:
    kind = record_type.name
    rows: list[bytes] = []
    if kind not in tenant.settings.unseen:
        filters_updates = record_type.has_update_filter and kind not in knobs.ignores_update_filter
        hours_ahead = knobs.local_dates.get(kind, 0.0)
        rows = tenant.selections.bodies(kind, query, filters_updates=filters_updates, hours_ahead=hours_ahead)
        rows = _without(rows, tenant.settings.hidden.get(kind, ()))
    whole_list = ListAnswer(record_type.envelope, rows, len(rows))
    if record_type.has_idonly and flag(query, "idonly"):
        return whole_list  # idonly does not go with paging
    if not flag(query, "pageinate"):
        return _first_rows(whole_list, record_type, query)
    return _page(whole_list, knobs.cap(record_type), query, knobs)


def _without(rows: list[bytes], hidden: Sequence[int]) -> list[bytes]:
    """Remove rows that the agent's role hides, from the count too."""
    if not hidden:
        return rows
    return [row for row in rows if msgspec.json.decode(row)["id"] not in hidden]


def _first_rows(whole_list: ListAnswer, record_type: RecordType, query: Query) -> ListAnswer:
    """Return the whole list, silently ignoring the page parameters, because `pageinate=true` is missing."""
    count = whole(query, "count", record_type.default_count)
    if record_type.max_count:
        count = min(count, record_type.max_count)
    return replace(whole_list, rows=whole_list.rows[: max(count, 0)])


def _page(whole_list: ListAnswer, cap: int, query: Query, knobs: Knobs) -> ListAnswer:
    """Silently limit the page size to the cap; `page_size` states the size used."""
    size = whole(query, "page_size", _DEFAULT_PAGE)
    size = min(size, cap) if size > 0 else min(_DEFAULT_PAGE, cap)
    number = max(whole(query, "page_no", 1), 1)
    rows = whole_list.rows[(number - 1) * size : number * size]
    if not rows and knobs.past_end == "repeat":
        rows = whole_list.rows[:size]
    if not rows and knobs.past_end == "repeat_last" and whole_list.rows:
        rows = whole_list.rows[(len(whole_list.rows) - 1) // size * size :]
    return replace(
        whole_list,
        rows=rows,
        page_no=number,
        page_size={"granted": size, "asked": whole(query, "page_size", size), "nothing": None}[
            knobs.stated_page_size
        ],
        record_count={"total": len(whole_list.rows), "page": len(rows), "nothing": None}[knobs.stated_record_count],
    )
