"""What goes wrong becomes an answer here, once: a page, or a message in the page that htmx is keeping."""

from __future__ import annotations

import json
from typing import Final

from flask import Flask, Response, g, make_response, render_template
from flask_wtf.csrf import CSRFError, generate_csrf
from htmx_flask import request
from passlib.exc import PasswordValueError
from werkzeug.exceptions import HTTPException

from portal import log
from portal.errors import PortalError, TryLater
from portal.routes import limits, log_in_again, notices, session_cookie
from portal.routes.answers import page_in_window
from portal.routes.formats import wait
from portal.routes.headers import request_id
from portal.services.accounts import passwords

logger = log.get("portal.web")

WORDS: Final = {
    400: ("The portal couldn't read what your browser sent.", "Go back and try again."),
    403: ("You don't have access to this page.", "Ask an admin of your account."),
    404: ("Page not found.", "The address may be wrong, or the page no longer exists."),
    405: ("That action isn't available here.", "Go back and use the buttons on the page."),
    413: ("That's too large.", "Send less at once."),
    415: ("This page doesn't accept that type of content.", "Use the form on the page."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(TryLater, _try_later)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(PasswordValueError, _password)
    app.register_error_handler(429, _too_often)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def _portal(error: PortalError) -> Response:
    if error.status >= 500:
        logger.error("Request failed", error_id=request_id(), problem=error.problem, exc_info=error)
        return answer(error.status, error.problem, f"{error.remedy} Error ID {request_id()}.".strip(), can_retry=True)
    return answer(error.status, error.problem, error.remedy)


def _try_later(error: TryLater) -> Response:
    response = answer(error.status, error.problem, f"Try again in {wait(error.retry_after)}.", can_retry=True)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _csrf(error: CSRFError) -> Response:  # noqa: ARG001  # Flask's signature
    if not request.htmx:
        if once_more := log_in_again.answer():
            return once_more
        remedy = f"Nothing was saved. Reload the page, then try again. {session_cookie.advice()}"
        return answer(400, "This page has expired.", remedy.strip())
    remedy = "Nothing was saved, but what you typed is still here. Try again."
    response = answer(400, "This page had expired.", remedy, can_retry=True)
    # Only our own pages can read this answer, and they carry a token anyway: static/js/session.js puts it in.
    response.headers["HX-Trigger"] = json.dumps({"csrf:renewed": {"token": generate_csrf()}})
    return response


def _password(error: PasswordValueError) -> Response:  # noqa: ARG001  # Flask's signature
    return answer(422, "That password is too long.", f"Use at most {passwords.MAX_LENGTH:,} characters.")


def _too_often(error: HTTPException) -> Response:  # noqa: ARG001  # Flask's signature
    seconds = limits.seconds_left()
    response = answer(429, "Too many attempts.", f"Try again in {wait(seconds)}.", can_retry=True)
    response.headers["Retry-After"] = str(seconds)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    problem, remedy = WORDS.get(status, ("That didn't work.", "Go back and try again."))
    response = answer(status, problem, remedy)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unknown(error: Exception) -> Response:
    # Templates ask who is logged in. The database may be what is broken, and this page must not ask it again.
    g.setdefault("_login_user", None)
    logger.error("Request failed", error_id=request_id(), exc_info=error)
    remedy = f"Try again. If it keeps happening, give support error ID {request_id()}."
    return answer(500, "Something went wrong in the portal.", remedy, can_retry=True)


def answer(status: int, problem: str, remedy: str, *, can_retry: bool = False) -> Response:
    """Render the page for `status`; for htmx a notice, which leaves the page's content where it is."""
    if request.htmx:
        return make_response(notices.render(problem, remedy, can_retry=can_retry), status, notices.HEADERS)
    page = render_template("error.html", status=status, problem=problem, remedy=remedy, back=page_in_window())
    return make_response(page, status)
