"""The stored records: a list for each type. record_page.py adds the page of each record."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.routes.dashboard.record_forms import RecordSearchForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import record_lists, record_pages
from portal.services.pages.keyset import Page
from portal.services.pages.record_lists import Wanted
from portal.services.records import exclusions, record_files
from portal.sync.record_types import RecordType

bp = Blueprint("records", __name__, url_prefix="/integrations/<psa:psa>/records/<record_type:record_type>")

FILES: Final = {"csv": (record_files.as_csv, "text/csv"), "jsonl": (record_files.as_json_lines, "application/jsonl")}


@bp.get("")
def index(record_type: RecordType) -> ResponseReturnValue:
    integration = current.readable_integration()
    form = RecordSearchForm(request.args)
    wanted = form.wanted(record_type)
    number = record_lists.as_number(wanted.containing)
    numbered = record_lists.with_number(integration, record_type, number)
    page, counts = _page(integration, wanted), _counts(integration, record_type)
    stamp = record_lists.stamp([*page.rows, *([numbered] if numbered else [])], counts, page.previous, page.next)
    if answers.is_unchanged(stamp):
        return "", 204
    context = {"integration": integration, "form": form, "wanted": wanted, "numbered": numbered, "page": page}
    return render_template(
        "records/index.html",
        counts=counts,
        absence=record_pages.absence(integration, record_type, number) if number and not numbered else None,
        read_at=record_lists.read_at(integration, record_type),
        refresh=answers.this_address(stamp=stamp),
        **context,
    )


def _counts(integration: Integration, record_type: RecordType) -> dict[RecordState, int]:
    excluded = exclusions.counts(integration)[record_type]
    return record_lists.counts(integration, record_type) | {RecordState.OUT_OF_SCOPE: excluded}


def _page(integration: Integration, wanted: Wanted) -> Page[Any]:
    """Return a page of records. Excluded records have their own list, with the reasons."""
    edges = {"before": id_of("before"), "after": id_of("after")}
    if wanted.state is RecordState.OUT_OF_SCOPE:
        return exclusions.page(integration, wanted.record_type, containing=wanted.containing, **edges)
    return record_lists.page(integration, wanted, **edges)


@bp.get("/export.<any(csv, jsonl):form>")
def download(record_type: RecordType, form: str) -> ResponseReturnValue:
    """Download all live or all deleted records of a type."""
    is_deleted = request.args.get("state") == RecordState.DELETED
    state = RecordState.DELETED if is_deleted else RecordState.LIVE
    integration = current.readable_integration()
    export_log.records(integration, [record_type], state, form, current.user())
    write, content_type = FILES[form]
    name = f"{record_type}-deleted.{form}" if is_deleted else f"{record_type}.{form}"
    if not integration.is_active:
        name = f"{integration.psa}-as-of-{integration.disconnected_at:%Y-%m-%d}-{name}"
    return Response(
        write(integration, record_type, state),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
