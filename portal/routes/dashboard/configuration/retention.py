"""How long stored data is kept. The operator sets the periods for all accounts."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.routes.dashboard.configuration import sections
from portal.routes.web import current
from portal.services.operations import kept_periods

bp = Blueprint("retention", __name__)


@bp.get("/retention")
def index() -> ResponseReturnValue:
    integration = current.integration()
    return sections.show(sections.RETENTION, integration=integration, periods=kept_periods.periods())
