"""Read-only access for the vendor's support: making a link, and revoking it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.config import Config
from portal.errors import Conflict, Invalid
from portal.routes.dashboard.support import page
from portal.routes.dashboard.support.access_forms import AccessForm
from portal.routes.web import current
from portal.services.accounts import support_access

bp = Blueprint("access", __name__, url_prefix="/access")


@bp.post("")
def grant() -> ResponseReturnValue:
    """Make a link and show it. No other page can show it again."""
    form = AccessForm()
    if not form.validate():
        return page.show(422, form=form)
    try:
        token, made = support_access.grant(
            current.account(), current.user(), int(form.days.data), form.note.data or ""
        )
    except Invalid as error:
        form.add_error(error)
        return page.show(422, form=form)
    except Conflict as error:
        return page.show(409, refused=error)
    return render_template("support/link.html", url=_address(token), access=made)


@bp.post("/<uid>/revoke")
def revoke(uid: str) -> ResponseReturnValue:
    try:
        support_access.revoke(current.account(), uid, current.user())
    except Conflict as error:
        flash(error.problem, "info")
    else:
        flash("Access revoked. Its sessions have ended.", "success")
    return redirect(url_for("support.index"), 303)


def _address(token: str) -> str:
    config: Config = current_app.config["PORTAL"]
    root = config.public_url or request.host_url.rstrip("/")
    return f"{root}{url_for('support_access.show', token=token)}"
