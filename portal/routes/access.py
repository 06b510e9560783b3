"""Who may do what, decided before any view runs: what is not listed needs a log-in, and to change it an admin."""

from __future__ import annotations

from typing import Final

from flask import Flask, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.errors import NotAllowed
from portal.models.accounts import Account, User
from portal.routes.answers import wants_fragment

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
    if wants_fragment():
        # A log-in page inside a fragment's place would be no use: send the whole window there.
        return make_response("", 401, {"HX-Redirect": url_for("security.login")})
    if request.method in SAFE and request.path != "/":
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return redirect(url_for("security.login"))
