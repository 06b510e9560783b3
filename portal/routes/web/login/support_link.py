"""The link that opens read-only access for the vendor's support. Looking at it does not use it: a button does."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user

from portal import zones
from portal.models.support_access import SupportAccess
from portal.routes.web import limits
from portal.routes.web.forms import PlainForm
from portal.services.accounts import support_access

bp = Blueprint("support_access", __name__)

ADDRESS: Final = "/support-access/<token>"


@bp.get(ADDRESS)
@limits.support_links
def show(token: str) -> Response:
    """Say what the link opens, so that previews of links in chats and mails open nothing."""
    access = _find(token)
    ends = access.ends_at.astimezone(zones.zone(access.account.time_zone))
    page = render_template("support/enter.html", access=access, ends=ends, form=PlainForm())
    return make_response(page, 200, {"X-Robots-Tag": "noindex, nofollow"})


@bp.post(ADDRESS)
@limits.support_links
def enter(token: str) -> ResponseReturnValue:
    guest = support_access.use(_find(token))
    people = current_app.extensions["security"].datastore.user_model
    # Not Flask-Security's log-in: there is no password, no second factor, and no device to remember.
    login_user(people.get_by_id(guest.id))
    return redirect(url_for("integrations.index"), 303)


def _find(token: str) -> SupportAccess:
    """Return what the token opens. A wrong one, an old one and a revoked one lead to the same page."""
    return support_access.find(token) or abort(404)
