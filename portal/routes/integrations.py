"""The Integrations page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.routes import access
from portal.services import overview

bp = Blueprint("integrations", __name__)


@bp.get("/integrations")
def index() -> ResponseReturnValue:
    return render_template("integrations/index.html", cards=overview.cards(access.account()))
