"""The log-in session of a request: started at log-in, checked on every page, ended at log-out.

Flask's signed cookie holds the token of a row, and the row decides. See services/accounts/sessions.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Flask, g, request, session
from flask_login import LoginManager, user_logged_in, user_logged_out
from flask_security import password_changed
from flask_security.utils import set_request_attr
from flask_wtf.csrf import generate_csrf
from peewee import OperationalError

from portal import log
from portal.models.accounts import User
from portal.models.sessions import LoginSession
from portal.services.accounts import sessions

TOKEN: Final = "session_token"  # noqa: S105  # a name
# static/js/refresh.js sends it with automatic requests, so that an open page alone keeps nobody logged in.
REFRESH_HEADER: Final = "X-Auto-Refresh"

logger = log.get("portal.web")


def init_app(app: Flask, login_manager: LoginManager, people: type[User]) -> None:
    """Let session rows decide who is logged in. `people` is Flask-Security's class of users."""
    login_manager.user_loader(partial(_load, people))
    user_logged_in.connect(_start, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_end_others, app)


def current() -> LoginSession | None:
    """Return the session of this request; None before it is checked. Its id is also in `g.session_number`."""
    found: LoginSession | None = g.get("login_session")
    return found


def _load(people: type[User], uniquifier: str) -> User | None:
    token = session.get(TOKEN)
    found = sessions.find(token, uniquifier, people) if isinstance(token, str) else None
    if found is None:
        return None
    if REFRESH_HEADER not in request.headers:
        _touch(found)
    # Flask-Security's own loader sets these.
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    _set_current(found)
    person: User = found.user
    return person


def _touch(found: LoginSession) -> None:
    try:
        sessions.touch(found, _address())
    except OperationalError as error:
        # A full disk or a busy database must not keep people from reading.
        logger.warning("Could not note that a session is in use", session=found.id, problem=str(error))


def _start(_app: Flask, user: User, **_: Any) -> None:
    """Start a new session. Nothing that the cookie held before is kept."""
    before, asked = current(), session.get("_remember") == "set"
    # A password change logs in again on the same device.
    remembered = bool(asked or (before is not None and before.user == user and before.remembered))
    uniquifier = session["_user_id"]
    if TOKEN in session:
        sessions.end_token(session[TOKEN])
    session.clear()
    g.pop("csrf_token", None)
    token, row = sessions.start(
        user, address=_address(), user_agent=request.headers.get("User-Agent", ""), remembered=remembered
    )
    session.update({"_user_id": uniquifier, "_fresh": True, TOKEN: token})
    session.permanent = remembered
    # Generated now, so that the next pages need not set the cookie.
    generate_csrf()
    _set_current(row)


def _end(_app: Flask, **_: Any) -> None:
    if TOKEN in session:
        sessions.end_token(session[TOKEN])
    session.clear()


def _end_others(_app: Flask, user: User, **_: Any) -> None:
    sessions.end_all(user, but=g.get("session_number"))


def _set_current(row: LoginSession) -> None:
    g.login_session, g.session_number = row, row.id


def _address() -> str:
    return request.remote_addr or ""
