"""The Records tab: the types with their counts, and the records that could not be stored."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from portal import zones
from portal.routes.dashboard import kept_records
from portal.routes.dashboard.failed_forms import FailedForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import record_search
from portal.services.pages.record_overview import overview
from portal.services.records import failed_files, failed_records

bp = Blueprint("all_records", __name__, url_prefix="/integrations/<psa:psa>/records")

FILES: Final = {"csv": (failed_files.as_csv, "text/csv"), "jsonl": (failed_files.as_json_lines, "application/jsonl")}


@bp.get("")
def index() -> ResponseReturnValue:
    """Show how many records of each type there are; of a disconnected PSA, those that are kept."""
    if kept_records.is_shown():
        return kept_records.show()
    integration = current.integration()
    return answers.show_refreshing(
        "records/overview.html",
        "records/_overview.html",
        part_id="types",
        integration=integration,
        lines=overview(integration),
    )


@bp.get("/client-options")
def client_options() -> ResponseReturnValue:
    """Suggest clients for a name that is being typed."""
    integration, text = current.readable_integration(), request.args.get("client", "")[:250]
    found = record_search.clients(integration, text, 12) if text.strip() else []
    return render_template("records/_client_options.html", clients=found)


@bp.get("/failed")
def failed() -> ResponseReturnValue:
    """Show the records that were not stored in a period, each with the newest reason."""
    integration, form = current.readable_integration(), _form()
    filters = form.filters()
    return answers.show_refreshing(
        "records/failed.html",
        "records/_failed_list.html",
        part_id="failed",
        integration=integration,
        form=form,
        query=form.query(),
        page=failed_records.page(integration, filters, before=id_of("before"), after=id_of("after")),
    )


@bp.get("/failed.<any(csv, jsonl):form>")
def download_failed(form: str) -> ResponseReturnValue:
    """Download all failed records of the period."""
    integration = current.readable_integration()
    export_log.failed_records(integration, form, current.user())
    write, content_type = FILES[form]
    return Response(
        write(integration, _form().filters()),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="failed-records.{form}"'},
    )


def _form() -> FailedForm:
    return FailedForm(request.args, zone=zones.zone(current.account().time_zone))
