"""A log-in form that is older than its session: shown once more instead of an error, and the second press works."""

from __future__ import annotations

from typing import Final

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from portal.routes.web.login import session_cookie

CODE_FORMS: Final = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
# What is kept of a form. The password is never sent back.
KEPT: Final = ("email", "remember")


def answer() -> Response | None:
    """Answer a form of the log-in whose CSRF token does not fit; None for all other forms."""
    if request.endpoint != "security.login" and request.endpoint not in CODE_FORMS:
        return None
    if current_user.is_authenticated:
        # Another tab has logged in meanwhile.
        return make_response(redirect(url_for("integrations.index"), 303))
    if request.endpoint == "security.login":
        return _form()
    if session_cookie.is_waiting_for_code():
        flash("This page had expired. Enter the code again.", "warning")
        return make_response(redirect(request.full_path.rstrip("?"), 303))
    return make_response(redirect(url_for("security.login", next=request.args.get("next"), why="interrupted"), 303))


def _form() -> Response:
    info = current_app.extensions["security"].forms["login_form"]
    kept = MultiDict({name: request.form[name] for name in KEPT if name in request.form})
    form = info.instantiator("login_form", info.cls, formdata=kept)
    sentence = f"This page had expired. Enter your password again. {session_cookie.advice()}".strip()
    form.form_errors.append(sentence)
    return make_response(render_template("security/login_user.html", login_user_form=form), 400)
