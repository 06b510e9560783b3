"""Downloading the account's support bundle."""

from __future__ import annotations

from flask import Blueprint, Response

from portal import clock
from portal.routes.web import current, limits
from portal.services.audit import export_log
from portal.services.operations import account_bundle

bp = Blueprint("bundle", __name__)


@bp.post("/bundle.zip")
@limits.bundles_of_account
def download() -> Response:
    """Send the bundle. A form sends for it, so that it is recorded, and only for an admin."""
    content = account_bundle.build(current.account())
    export_log.bundle(current.account(), current.user())
    headers = {"Content-Disposition": f'attachment; filename="scopable-support-{clock.now():%Y-%m-%d}.zip"'}
    return Response(content, content_type="application/zip", headers=headers)
