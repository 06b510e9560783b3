"""A record's page: what is stored of it, or why it is not here."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.routes.dashboard import running_sync
from portal.routes.dashboard.records import bp
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import record_pages
from portal.services.records import stored_records
from portal.sync.record_types import RecordType

# Up to the largest number that a column can hold.
ONE = f"/<int(max={2**63 - 1}):remote_id>"


@bp.get(ONE)
def show(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    return _show(current.readable_integration(), record_type, remote_id)


@bp.get(f"{ONE}/progress")
def progress(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Answer a poll: nothing until a sync or a webhook changes the record."""
    integration = current.readable_integration()
    if request.args.get("stamp") == record_pages.stamp(integration, record_type, remote_id):
        return "", 204
    return _show(integration, record_type, remote_id)


@bp.post(f"{ONE}/sync")
def sync(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Start a sync of this record alone."""
    integration = current.integration()
    try:
        sync_later(
            integration,
            RunTrigger.USER,
            current.user(),
            kind=RunKind.RECORD,
            record_types=[record_type.value],
            remote_ids=[remote_id],
        )
    except SyncAlreadyRunning as error:
        return answers.redirect_window(running_sync.address_of(running_sync.flash_notice(error.run_id)))
    return redirect(url_for("records.show", record_type=record_type, remote_id=remote_id), 303)


@bp.get(f"{ONE}/payload.json")
def payload(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Download exactly what the PSA sent."""
    record = stored_records.get(current.readable_integration(), record_type, remote_id)
    export_log.record(record, current.user())
    name = f"{record_type}-{remote_id}.json"
    return Response(
        record.payload,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _show(integration: Integration, record_type: RecordType, remote_id: int) -> Response:
    """Render a record, or the reason why it is missing."""
    # Read the stamp first: if something changes meanwhile, the next poll brings the page again.
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
