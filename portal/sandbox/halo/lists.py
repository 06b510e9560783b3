"""A list's answer: envelope, paging and its pitfalls (halo-api.md sections 3.1 and 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.sandbox.halo.parameters import Query, flag, whole
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.http import Response

_DEFAULT_PAGE = 50
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class ListAnswer:
    """Rows and the figures around them; `page_no` and `page_size` only where paging is on."""

    envelope: str
    rows: list[bytes]
    record_count: int
    page_no: int | None = None
    page_size: int | None = None

    def response(self) -> Response:
        head = f'"record_count":{self.record_count},"{self.envelope}":['
        if self.page_no is not None:
            head = f'"page_no":{self.page_no},"page_size":{self.page_size},{head}'
        return Response(200, b"".join((b"{", head.encode(), b",".join(self.rows), b"]}")), _JSON)


def list_answer(tenant: Tenant, record_type: RecordType, query: Query, knobs: Knobs) -> ListAnswer:
    kind = record_type.name
    rows: list[bytes] = []
    if kind not in tenant.settings.unseen:
        filters_updates = record_type.has_update_filter and kind not in knobs.ignores_update_filter
        rows = tenant.selections.bodies(kind, query, filters_updates=filters_updates)
    whole_list = ListAnswer(record_type.envelope, rows, len(rows))
    if record_type.has_idonly and flag(query, "idonly"):
        return whole_list  # idonly does not go with paging
    if not flag(query, "pageinate"):
        return _first_rows(whole_list, record_type, query)
    return _page(whole_list, knobs.cap(record_type), query, knobs)


def _first_rows(whole_list: ListAnswer, record_type: RecordType, query: Query) -> ListAnswer:
    """Ignore the page parameters silently: `pageinate=true` is missing."""
    count = whole(query, "count", record_type.default_count)
    if record_type.max_count:
        count = min(count, record_type.max_count)
    return replace(whole_list, rows=whole_list.rows[: max(count, 0)])


def _page(whole_list: ListAnswer, cap: int, query: Query, knobs: Knobs) -> ListAnswer:
    """Cut a larger page than the cap down silently; `page_size` tells the size that was used."""
    size = whole(query, "page_size", _DEFAULT_PAGE)
    size = min(size, cap) if size > 0 else min(_DEFAULT_PAGE, cap)
    number = max(whole(query, "page_no", 1), 1)
    rows = whole_list.rows[(number - 1) * size : number * size]
    if not rows and knobs.past_end == "repeat":
        rows = whole_list.rows[:size]
    return replace(whole_list, rows=rows, page_no=number, page_size=size)
