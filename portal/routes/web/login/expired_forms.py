"""Shows a log-in form again, instead of an error, if its session has expired; submitting it again works."""

from __future__ import annotations

from typing import Final

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from portal.routes.web.login import session_cookie

CODE_FORMS: Final = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
# The fields that keep their values. The password is never sent back.
KEPT_FIELDS: Final = ("email", "remember")


def answer() -> Response | None:
    """Answer a log-in form whose CSRF token is invalid; return None for all other forms."""
    if request.endpoint != "security.login" and request.endpoint not in CODE_FORMS:
        return None
    if current_user.is_authenticated:
        # Another tab has logged in in the meantime.
        return make_response(redirect(url_for("integrations.index"), 303))
    if request.endpoint == "security.login":
        return _login_form()
    if session_cookie.is_awaiting_code():
        flash("This page had expired. Enter the code again.", "warning")
        return make_response(redirect(request.full_path.rstrip("?"), 303))
    return make_response(redirect(url_for("security.login", next=request.args.get("next"), why="interrupted"), 303))


def _login_form() -> Response:
    info = current_app.extensions["security"].forms["login_form"]
    kept = MultiDict({name: request.form[name] for name in KEPT_FIELDS if name in request.form})
    form = info.instantiator("login_form", info.cls, formdata=kept)
    message = f"This page had expired. Enter your password again. {session_cookie.advice()}".strip()
    form.form_errors.append(message)
    return make_response(render_template("security/login_user.html", login_user_form=form), 400)
