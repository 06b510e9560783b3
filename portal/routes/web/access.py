"""Who may do what, decided before any view runs: what is not listed needs a log-in, and to change it an admin."""

from __future__ import annotations

from typing import Final

from flask import Flask, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.errors import NotAllowed
from portal.models.accounts import Account, User
from portal.routes.web import audit_refusals, notices
from portal.routes.web.answers import is_scripted, page_in_window

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Anyone may ask for these; those of Flask-Security check for themselves who is in the middle of logging in.
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
    }
)

# Everyone who is logged in may change these, because they are their own.
OWN_AFFAIRS: Final = frozenset(
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


def init_app(app: Flask) -> None:
    app.before_request(enforce)


def enforce() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return _ask_to_log_in()
    if request.method not in SAFE and endpoint not in OWN_AFFAIRS and not current_user.is_admin:
        audit_refusals.note(user())
        raise NotAllowed("Only an admin of your account can change this.", "Ask an admin to do it for you.")
    return None


def user() -> User:
    """Return the person who is logged in."""
    person: User = current_user._get_current_object()
    return person


def account() -> Account:
    """Return the account of the person who is logged in. No view learns of an account in any other way."""
    owner: Account = user().account
    return owner


def _ask_to_log_in() -> ResponseReturnValue:
    """Send the window to the log-in, which leads back to the page it shows now."""
    # Said in the address, not in the cookie: the log-in page may be open in another tab already.
    why = None if request.method in SAFE else "unsaved"
    log_in = url_for("security.login", next=_way_back(), why=why)
    if not is_scripted():
        return redirect(log_in)
    # The notice is for pages with something typed in them: static/js/session.js keeps those.
    remedy = "Nothing was saved, but what you typed is still here."
    notice = notices.render("Your session has expired.", remedy, log_in=log_in)
    return make_response(notice, 401, {**notices.HEADERS, "HX-Redirect": log_in})


def _way_back() -> str | None:
    if is_scripted() or request.method not in SAFE:
        return page_in_window()
    return request.full_path.rstrip("?") if request.path != "/" else None
