"""The copy, record by record: a list for each type, and a page for each record with its history."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter, ValidationError

from portal.errors import SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.models.sync import RunKind, RunTrigger
from portal.routes import access, answers, joining
from portal.routes.search_forms import RecordSearchForm, id_of
from portal.services.audit import export_log
from portal.services.connecting import integrations
from portal.services.pages import record_lists, record_pages
from portal.services.pages.keyset import Page
from portal.services.pages.record_lists import Wanted
from portal.services.records import exclusions, record_files, stored_records
from portal.sync.record_types import RecordType

bp = Blueprint("records", __name__, url_prefix="/integrations/halo/records/<record_type:record_type>")

# A number that a column can hold.
ONE = f"/<int(max={2**63 - 1}):remote_id>"
FILES: Final = {"csv": (record_files.as_csv, "text/csv"), "jsonl": (record_files.as_json_lines, "application/jsonl")}


class RecordTypeConverter(BaseConverter):
    """A record type in an address; a word that is none leads to no page."""

    def to_python(self, value: str) -> RecordType:
        try:
            return RecordType(value)
        except ValueError as error:
            raise ValidationError from error


@bp.record_once
def _know_record_types(state: Any) -> None:
    state.app.url_map.converters["record_type"] = RecordTypeConverter


@bp.get("")
def index(record_type: RecordType) -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = RecordSearchForm(request.args)
    wanted = form.wanted(record_type)
    number = record_lists.as_number(wanted.containing)
    numbered = record_lists.with_number(integration, record_type, number)
    page = _page(integration, wanted)
    excluded = exclusions.counts(integration)[record_type]
    counts = record_lists.counts(integration, record_type) | {RecordState.OUT_OF_SCOPE: excluded}
    stamp = record_lists.stamp([*page.rows, *([numbered] if numbered else [])], counts, page.previous, page.next)
    if answers.is_shown(stamp):
        return "", 204
    absence = record_pages.absence(integration, record_type, number) if number and not numbered else None
    return render_template(
        "records/index.html",
        integration=integration,
        form=form,
        wanted=wanted,
        numbered=numbered,
        absence=absence,
        page=page,
        counts=counts,
        read_at=record_lists.read_at(integration, record_type),
        refresh=answers.here(stamp=stamp),
    )


def _page(integration: Integration, wanted: Wanted) -> Page[Any]:
    """Return the page that the address asks for: the excluded records have a list of their own, with reasons."""
    edges = {"before": id_of("before"), "after": id_of("after")}
    if wanted.state is RecordState.OUT_OF_SCOPE:
        return exclusions.page(integration, wanted.record_type, containing=wanted.containing, **edges)
    return record_lists.page(integration, wanted, **edges)


@bp.get(ONE)
def show(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    return _show(integrations.halo(access.account()), record_type, remote_id)


@bp.get(f"{ONE}/progress")
def progress(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Answer a record's page, which asks every few seconds: with nothing until a sync or a webhook changes it."""
    integration = integrations.halo(access.account())
    if request.args.get("stamp") == record_pages.stamp(integration, record_type, remote_id):
        return "", 204
    return _show(integration, record_type, remote_id)


@bp.post(f"{ONE}/sync")
def sync(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Ask Halo for this record alone."""
    integration = integrations.halo(access.account())
    try:
        sync_later(
            integration,
            RunTrigger.USER,
            access.user(),
            kind=RunKind.RECORD,
            record_types=[record_type.value],
            remote_ids=[remote_id],
        )
    except SyncAlreadyRunning as error:
        return answers.leave_for(joining.address_of(joining.describe(error.run_id)))
    return redirect(url_for("records.show", record_type=record_type, remote_id=remote_id), 303)


@bp.get("/export.<any(csv, jsonl):form>")
def download(record_type: RecordType, form: str) -> ResponseReturnValue:
    """Hand over all live or all deleted records of a type as a file."""
    is_deleted = request.args.get("state") == RecordState.DELETED
    state = RecordState.DELETED if is_deleted else RecordState.LIVE
    integration = integrations.halo(access.account())
    export_log.records(integration, [record_type], state, form, access.user())
    write, content_type = FILES[form]
    name = f"{record_type}-deleted.{form}" if is_deleted else f"{record_type}.{form}"
    return Response(
        write(integration, record_type, state),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get(f"{ONE}/payload.json")
def payload(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Hand over exactly what Halo sent."""
    record = stored_records.get(integrations.halo(access.account()), record_type, remote_id)
    export_log.record(record, access.user())
    name = f"{record_type}-{remote_id}.json"
    return Response(
        record.payload,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _show(integration: Integration, record_type: RecordType, remote_id: int) -> Response:
    """Render a record, or why it is not here, as a page or for htmx as its part."""
    # Before the rest: what changes in between makes the next poll bring the page again, rather than miss it.
    stamp = record_pages.stamp(integration, record_type, remote_id)
    view = record_pages.view(integration, record_type, remote_id, before=id_of("before"))
    absence = None if view else record_pages.absence(integration, record_type, remote_id)
    return answers.show(
        "records/show.html",
        "records/_record.html",
        200 if view else 404,
        integration=integration,
        record_type=record_type,
        remote_id=remote_id,
        view=view,
        absence=absence,
        stamp=stamp,
        asking=record_pages.live_sync(integration, record_type, remote_id),
    )
