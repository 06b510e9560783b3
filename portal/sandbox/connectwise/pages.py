"""The endpoints behind the log-in (connectwise-api.md sections 3 to 5 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.sandbox.connectwise.callbacks.callback import callback_entry
from portal.sandbox.connectwise.data.opportunities import forecast
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.lists import all_rows, is_mine, page_of
from portal.sandbox.connectwise.lookups import TABLES
from portal.sandbox.connectwise.open_pages import my_security, system_info
from portal.sandbox.connectwise.problems import no_endpoint, no_permission, not_found
from portal.sandbox.connectwise.query import ListQuery, list_query
from portal.sandbox.connectwise.record_types import CLIENTS, OPPORTUNITIES, RecordType
from portal.sandbox.connectwise.routes import Target
from portal.sandbox.connectwise.selection import select
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.connectwise.views import shown
from portal.sandbox.fault_answers import JSON
from portal.sandbox.http import Request, Response, json_response
from portal.sandbox.store import Row

_LONGEST_NUMBER = 19


@dataclass(frozen=True)
class Call:
    """A request of a member who has logged in."""

    instance: Instance
    tenant: Tenant
    request: Request
    target: Target


def answer(call: Call) -> Response:
    """Return the response. Raises Refused for an invalid query."""
    target, tenant = call.target, call.tenant
    if target.record_type:
        return _records(call, target.record_type)
    if target.kind == "info":
        return json_response(system_info(call.instance.knobs))
    if target.kind == "security":
        return no_permission() if tenant.settings.refused_security else json_response(my_security(tenant))
    if target.kind == "lookup" and target.item:
        return _lookup(call, target.item)
    if target.kind == "forecast" and target.item:
        return _forecast(call, target.item)
    if target.kind == "callbacks":
        return _callbacks(call)
    return no_endpoint()


def _records(call: Call, record_type: RecordType) -> Response:
    kind, settings, item = record_type.name, call.tenant.settings, call.target.item
    company = _whole(call.target.company) if call.target.company is not None else None
    if kind in settings.refused or (company is not None and company in settings.refused_sites_of):
        return no_permission()
    if company is not None and not _seen(call, CLIENTS, company):
        return not_found(CLIENTS.noun, str(call.target.company))
    if item is not None and item != "count":
        return _one(call, record_type, item, company)
    knobs = call.instance.knobs
    if item == "count" and knobs.count.get(kind) == "missing":
        return no_endpoint()
    query = list_query(call.request, record_type, knobs)
    rows = all_rows(call.tenant, kind, query, knobs, company)
    return _listed(call, record_type, query, rows, is_count=item == "count")


def _listed(call: Call, record_type: RecordType, query: ListQuery, rows: list[Row], *, is_count: bool) -> Response:
    knobs, kind = call.instance.knobs, record_type.name
    if is_count:
        return json_response({"count": len(rows) + (7 if knobs.count.get(kind) == "wrong" else 0)})
    page = page_of(rows, query, call.request, call.instance.url, knobs, kind)
    bodies = [shown(row, record_type, knobs, query.fields) for row in page.rows]
    return Response(200, b"[" + b",".join(bodies) + b"]", JSON, page.headers)


def _one(call: Call, record_type: RecordType, item: str, company: int | None) -> Response:
    settings, number = call.tenant.settings, _whole(item)
    if number in settings.hidden.get(record_type.name, ()) and settings.hidden_answer == "forbidden":
        return no_permission()
    row = _seen(call, record_type, number)
    if row is None or (company is not None and row not in call.tenant.selections.sites_of(company)):
        return not_found(record_type.noun, item)
    query = list_query(call.request, record_type, call.instance.knobs)
    return Response(200, shown(row, record_type, call.instance.knobs, query.fields), JSON)


def _seen(call: Call, record_type: RecordType, number: int) -> Row | None:
    """Return the record if the member may see it."""
    kind, settings = record_type.name, call.tenant.settings
    row = call.tenant.tables[kind].get(number)
    if row is None or kind in settings.unseen or (kind in settings.mine and not is_mine(row)):
        return None
    is_hidden = number in settings.hidden.get(kind, ()) and settings.hidden_answer == "missing"
    return None if is_hidden else row


def _lookup(call: Call, path: str) -> Response:
    is_info = path.endswith("/info")
    if call.tenant.settings.refused_lookups and not is_info:
        return no_permission()
    table = TABLES[path.removesuffix("/info").removesuffix("/count")]
    query = list_query(call.request, table.record_type, call.instance.knobs)
    return _listed(call, table.record_type, query, select(table.rows, query), is_count=path.endswith("/count"))


def _forecast(call: Call, item: str) -> Response:
    if OPPORTUNITIES.name in call.tenant.settings.refused:
        return no_permission()
    row = _seen(call, OPPORTUNITIES, _whole(item))
    if row is None:
        return not_found(OPPORTUNITIES.noun, item)
    return json_response(forecast(call.tenant.settings.seed, row.id))


def _callbacks(call: Call) -> Response:
    """Callbacks can be read. Whoever may only read gets 403 for anything else (app.py)."""
    entries = [callback_entry(each) for each in call.instance.webhooks.register.of(call.tenant.name)]
    item = call.target.item
    if item == "count":
        return json_response({"count": len(entries)})
    if item is None:
        return json_response(entries)
    found = next((each for each in entries if str(each["id"]) == item), None)
    return json_response(found) if found else not_found("CallbackEntry", item)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < _LONGEST_NUMBER else 0
