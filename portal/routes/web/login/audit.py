"""Records log-ins, log-outs, changed passwords and failed attempts in the audit log.

Failed attempts are counted rather than recorded one by one, so that nobody can fill the table by guessing.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Response, request, session
from flask_login import user_logged_out
from flask_security.signals import password_changed, user_authenticated

from portal.models.accounts import User
from portal.routes.web.login.password_forms import password_refused
from portal.services.audit import audit_counts, audit_log

LOG_IN: Final = "security.login"
# Entering the password again also authenticates, but is not a log-in.
CONFIRMATIONS: Final = frozenset({"security.verify", "security.change_password"})
CODES: Final = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
# A wrong code shows the form again; a right one redirects.
CODE_ACTIONS: Final = {200: "login.code_failed", 429: "login.throttled"}
# Flask-Security's key for the person who has entered the password, but not yet the code.
UNFINISHED: Final = "tf_user_id"


def init_app(app: Flask) -> None:
    user_authenticated.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)
    password_changed.connect(_password_changed, app)
    password_refused.connect(_password_refused, app)
    app.after_request(_count_wrong_code)


def _logged_in(_app: Flask, user: User, **_: Any) -> None:
    if request.endpoint not in CONFIRMATIONS:
        audit_log.record(user.account, user, "login.succeeded")


def _logged_out(_app: Flask, user: Any, **_: Any) -> None:
    if user is not None and user.is_authenticated:
        audit_log.record(user.account, user, "logout")


def _password_changed(_app: Flask, user: User, **_: Any) -> None:
    audit_log.record(user.account, user, "password.changed")


def _password_refused(_app: Flask, email: str, user: User | None, *, was_checked: bool, **_: Any) -> None:
    person = user or User.get_or_none(User.email == email)
    if request.endpoint != LOG_IN:
        action = "password.refused" if was_checked else "password.throttled"
    else:
        action = "login.failed" if was_checked else "login.throttled"
    if person is not None:
        _count(person, action)
    else:
        # Don't keep what was typed: people type their password into the wrong field.
        audit_counts.count(None, None, action, "unknown email address")


def _count_wrong_code(response: Response) -> Response:
    """Count a wrong code. Flask-Security sends no signal for it, so it is recognized by the answer."""
    action = CODE_ACTIONS.get(response.status_code)
    if action and request.method == "POST" and request.endpoint in CODES and request.form.get("code"):
        person = User.get_or_none(User.fs_uniquifier == session.get(UNFINISHED, ""))
        if person is not None:
            _count(person, action)
    return response


def _count(person: User, action: str) -> None:
    audit_counts.count(person.account_id, person, action)  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
