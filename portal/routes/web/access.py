"""Checks permissions before any view runs. Pages need a log-in, and changes an admin, unless they are listed here."""

from __future__ import annotations

from typing import Final

from flask import Flask, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.errors import NotAllowed
from portal.routes.web import audit_refusals, current, notices
from portal.routes.web.answers import current_page, is_htmx

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Open to everybody. Flask-Security's own endpoints check who is in the middle of logging in.
OPEN: Final = frozenset(
    {
        "static",
        "home.healthz",
        "security.static",
        "security.login",
        "security.logout",
        "security.two_factor_token_validation",
        "security.two_factor_rescue",
        "security.tf_select",
        "security.mf_recovery",
        "support_access.show",
        "support_access.enter",
    }
)

# Open to everybody who is logged in, because these change only their own log-in.
OWN_LOGIN: Final = frozenset(
    {
        "security.verify",
        "security.change_password",
        "security.two_factor_setup",
        "security.two_factor_setup_validate",
        "security.mf_recovery_codes",
        "sessions.end",
        "sessions.end_others",
        "two_factor.begin",
        "two_factor.finish",
        "two_factor.cancel",
        "two_factor.make_codes",
        "two_factor.switch_off",
    }
)

# A guest has no log-in of their own to change, and does not see the account's other links.
NOT_FOR_GUESTS: Final = frozenset({"security", "two_factor", "sessions", "support"})


def init_app(app: Flask) -> None:
    app.before_request(enforce)


def enforce() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return _redirect_to_login()
    if current_user.is_guest and not NOT_FOR_GUESTS.isdisjoint(request.blueprints):
        raise NotAllowed("This page isn't part of read-only access.", "Ask the account's admin.")
    if request.method not in SAFE and endpoint not in OWN_LOGIN and not current_user.is_admin:
        audit_refusals.note(current.user())
        raise NotAllowed("Only an admin of your account can change this.", "Ask an admin to do it for you.")
    return None


def _redirect_to_login() -> ResponseReturnValue:
    """Send the browser to the log-in page, which leads back to the current page."""
    # The reason goes into the address, not the cookie: the log-in page may already be open in another tab.
    why = None if request.method in SAFE else "unsaved"
    log_in = url_for("security.login", next=_return_address(), why=why)
    if not is_htmx():
        return redirect(log_in)
    # static/js/session.js keeps a page with unsaved input open; this notice is for those pages.
    remedy = "Nothing was saved, but what you typed is still here."
    notice = notices.render("Your session has expired.", remedy, log_in=log_in)
    return make_response(notice, 401, {**notices.HEADERS, "HX-Redirect": log_in})


def _return_address() -> str | None:
    if is_htmx() or request.method not in SAFE:
        return current_page()
    return request.full_path.rstrip("?") if request.path != "/" else None
