"""The list of a type's records, and its export. The excluded records have a list of their own, with the reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import zones
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.routes.dashboard import record_forms
from portal.routes.dashboard.record_forms import RecordSearchForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import record_columns, record_lists, record_pages, record_search
from portal.services.pages.keyset import Page
from portal.services.pages.record_lists import Wanted
from portal.services.records import exclusions, record_files
from portal.sync.record_types import RecordType

FILES: Final = {"csv": (record_files.as_csv, "text/csv"), "jsonl": (record_files.as_json_lines, "application/jsonl")}
YEAR_SECONDS: Final = 365 * 24 * 3600


def answer(integration: Integration, record_type: RecordType) -> ResponseReturnValue:
    if "keep" in request.args:
        return _keep_columns(record_type)
    form = _form(record_type)
    wanted, columns = form.wanted(), record_forms.columns(record_type)
    clients = _clients(integration, form, wanted)
    if len(clients) == 1:
        return redirect(answers.this_address(client=str(clients[0].remote_id)))
    number = record_lists.as_number(wanted.containing)
    numbered = record_lists.with_number(integration, record_type, number)
    is_vague = bool(form.chosen("client")) and wanted.client is None
    page: Page[Any] = Page([]) if is_vague else _page(integration, wanted)
    counts = _counts(integration, record_type)
    stamp = record_lists.stamp([*page.rows, *([numbered] if numbered else [])], counts, page.previous, page.next)
    if answers.is_unchanged(stamp):
        return "", 204
    context = {"integration": integration, "form": form, "wanted": wanted, "columns": columns, "page": page}
    return render_template(
        "records/index.html",
        numbered=numbered,
        rows=[] if wanted.state is RecordState.OUT_OF_SCOPE else _rows(page.rows, numbered, columns),
        is_vague=is_vague,
        clients=clients,
        query=form.query(),
        available=record_columns.available(record_type),
        site=record_lists.with_number(integration, RecordType.SITES, wanted.site),
        client=record_lists.with_number(integration, RecordType.CLIENTS, wanted.client),
        counts=counts,
        absence=record_pages.absence(integration, record_type, number) if number and not numbered else None,
        read_at=record_lists.read_at(integration, record_type),
        refresh=answers.this_address(stamp=stamp),
        **context,
    )


def status_options(integration: Integration, record_type: RecordType) -> str:
    """Suggest the statuses of the list's records."""
    found = record_lists.statuses(integration, _form(record_type).wanted())
    return render_template("records/_status_options.html", statuses=found)


def download(integration: Integration, record_type: RecordType, form: str) -> Response:
    """Answer with exactly the records of the filtered list: the columns that it shows, or all fields."""
    wanted = _form(record_type).wanted()
    columns = record_forms.columns(record_type) if request.args.get("fields") == "shown" else None
    export_log.records(integration, [record_type], wanted.state, form, current.user(), narrowed=wanted.is_narrowed)
    write, content_type = FILES[form]
    return Response(
        write(integration, wanted, columns),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(integration, wanted)}.{form}"'},
    )


def _form(record_type: RecordType) -> RecordSearchForm:
    zone = zones.zone(current.account().time_zone)
    return RecordSearchForm(request.args, record_type=record_type, zone=zone)


def _keep_columns(record_type: RecordType) -> Response:
    """Remember the chosen columns in this browser, and show the list with them."""
    names = ",".join(request.args.getlist("columns"))[:2_000]
    others = {name: value for name, value in request.args.items() if name not in {"keep", "columns"}}
    answer = make_response(redirect(answers.address(others)))
    cookie = record_forms.cookie_of(record_type)
    answer.set_cookie(cookie, names, YEAR_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


def _clients(integration: Integration, form: RecordSearchForm, wanted: Wanted) -> list[Record]:
    """Return the clients that a name in place of a number may mean."""
    text = form.chosen("client")
    return record_search.clients(integration, text) if text and wanted.client is None else []


def _page(integration: Integration, wanted: Wanted) -> Page[Any]:
    edges = {"before": id_of("before"), "after": id_of("after")}
    if wanted.state is RecordState.OUT_OF_SCOPE:
        return exclusions.page(integration, wanted.record_type, containing=wanted.containing, **edges)
    return record_lists.page(integration, wanted, **edges)


def _rows(
    records: list[Record], numbered: Record | None, columns: list[record_columns.Column]
) -> list[record_columns.Row]:
    """Return the rows, the record of the number that was searched for first."""
    first = [numbered] if numbered is not None else []
    others = [each for each in records if numbered is None or each.remote_id != numbered.remote_id]
    return record_columns.rows([*first, *others], columns)


def _counts(integration: Integration, record_type: RecordType) -> dict[RecordState, int]:
    excluded = exclusions.counts(integration)[record_type]
    return record_lists.counts(integration, record_type) | {RecordState.OUT_OF_SCOPE: excluded}


def _file_name(integration: Integration, wanted: Wanted) -> str:
    state = "-deleted" if wanted.state is RecordState.DELETED else ""
    name = f"{wanted.record_type}{state}{'-filtered' if wanted.is_narrowed else ''}"
    as_of: datetime | None = integration.disconnected_at
    return name if integration.is_active or as_of is None else f"{integration.psa}-as-of-{as_of:%Y-%m-%d}-{name}"
