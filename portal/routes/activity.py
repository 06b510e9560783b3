"""The Activity page: who did what in this account."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.routes import access, answers
from portal.services import activity

bp = Blueprint("activity", __name__)


@bp.get("/activity")
def index() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    page = activity.page(access.account(), before=before if before and 0 < before < 2**63 else None)
    return answers.show_refreshing("activity/index.html", "activity/_list.html", part_id="activity", page=page)
