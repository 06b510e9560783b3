"""Log-ins, log-outs, changed passwords and wrong guesses, as Flask-Security and Flask-Login report them.

Wrong guesses at the log-in are seen in its answer, whoever refused them: an unknown e-mail address raises no signal.
"""

from __future__ import annotations

import contextlib
from typing import Any, Final

from flask import Flask, Response, request, session, template_rendered
from flask_login import user_logged_out
from flask_security import current_user
from flask_security.signals import password_changed, user_authenticated

from portal.errors import PortalError
from portal.models.accounts import User
from portal.routes import access
from portal.services import audit, audit_counts, users

# Answers to a form that was filled in wrongly; whoever gets it right is redirected.
FAILED: Final = frozenset({200, 401, 422})
THROTTLED: Final = 429
CODES: Final = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
# Where a person who is logged in already enters the current password again.
CONFIRMATIONS: Final = {"security.verify": "verify_form", "security.change_password": "change_password_form"}
# What is said of people by Flask-Security before they have entered their second factor.
UNFINISHED: Final = "tf_user_id"


def init_app(app: Flask) -> None:
    user_authenticated.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)
    password_changed.connect(_password_changed, app)
    template_rendered.connect(_note_wrong_password, app)
    app.after_request(_note_failure)


def _logged_in(sender: Flask, user: User, **_: Any) -> None:  # noqa: ARG001  # the signal's signature
    # Entering the password again, on /verify, authenticates as well, but is no log-in.
    if request.endpoint not in CONFIRMATIONS:
        audit.record(user.account, user, "login.succeeded")


def _logged_out(sender: Flask, user: Any, **_: Any) -> None:  # noqa: ARG001
    if user is not None and user.is_authenticated:
        audit.record(user.account, user, "logout")


def _password_changed(sender: Flask, user: User, **_: Any) -> None:  # noqa: ARG001
    audit.record(user.account, user, "password.changed")


def _note_wrong_password(sender: Flask, context: dict[str, Any], **_: Any) -> None:  # noqa: ARG001
    """See in a form that is shown again that the current password was wrong: no signal tells it of /change."""
    form = context.get(CONFIRMATIONS.get(request.endpoint or "", ""))
    if form is not None and request.method == "POST" and form.password.data and form.password.errors:
        _count(access.user(), "password.refused")


def _note_failure(response: Response) -> Response:
    if request.method == "POST" and response.status_code in (*FAILED, THROTTLED):
        action = "login.failed" if response.status_code in FAILED else "login.throttled"
        if request.endpoint == "security.login":
            _note_log_in(action)
        elif request.endpoint in CODES and (person := _unfinished()) is not None:
            _count(person, "login.code_failed" if action == "login.failed" else action)
    return response


def _note_log_in(action: str) -> None:
    typed, password = request.form.get("email", "").strip(), request.form.get("password", "")
    if current_user.is_authenticated or not typed or not password:
        return
    with contextlib.suppress(PortalError):
        _count(users.get(typed), action)
        return
    # What was typed is not kept: people type their password into the wrong field.
    audit_counts.count(None, None, action, "unknown e-mail address")


def _unfinished() -> User | None:
    number = session.get(UNFINISHED)
    person: User | None = User.get_or_none(User.fs_uniquifier == number) if number else None
    return person


def _count(person: User, action: str) -> None:
    audit_counts.count(person.account_id, person, action)  # type: ignore[attr-defined]  # Peewee adds it to every foreign key
