"""The Support page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from portal.routes.dashboard.support.access_forms import AccessForm
from portal.routes.web import current
from portal.services.accounts import support_access

bp = Blueprint("support", __name__, url_prefix="/support")


@bp.get("")
def index() -> ResponseReturnValue:
    return show()


def show(status: int = 200, **result: Any) -> Response:
    """Render the page. `result` replaces values of the context."""
    links = [(each, support_access.is_over(each)) for each in support_access.newest_first(current.account())]
    context = {"form": AccessForm(formdata=None), "links": links}
    return make_response(render_template("support/index.html", **context | result), status)
