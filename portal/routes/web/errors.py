"""Turns errors into answers: an error page, or for htmx a notice on the current page."""

from __future__ import annotations

import json
from typing import Final

from flask import Flask, Response, g, make_response, render_template
from flask_wtf.csrf import CSRFError, generate_csrf
from htmx_flask import request
from passlib.exc import PasswordValueError
from werkzeug.exceptions import BadHost, HTTPException

from portal import log
from portal.errors import PortalError, TryLater
from portal.routes.web import limits, notices
from portal.routes.web.answers import current_page
from portal.routes.web.formats import wait
from portal.routes.web.headers import request_id
from portal.routes.web.login import expired_forms, session_cookie
from portal.services.accounts import passwords

logger = log.get("portal.web")

MESSAGES: Final = {
    400: ("The portal couldn't read what your browser sent.", "Go back and try again."),
    403: ("You don't have access to this page.", "Ask an admin of your account."),
    404: ("Page not found.", "The address may be wrong, or the page no longer exists."),
    405: ("That action isn't available here.", "Go back and use the buttons on the page."),
    413: ("This is too large.", "Send less at once."),
    415: ("This page doesn't accept that type of content.", "Use the form on the page."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(TryLater, _try_later)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(PasswordValueError, _password)
    app.register_error_handler(429, _too_many_requests)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


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
        if new_form := expired_forms.answer():
            return new_form
        remedy = f"Nothing was saved. Reload the page, then try again. {session_cookie.advice()}"
        return answer(400, "This page has expired.", remedy.strip())
    remedy = "Nothing was saved, but what you typed is still here. Try again."
    response = answer(400, "This page had expired.", remedy, can_retry=True)
    # Only our own pages can read this answer. static/js/session.js puts the new token into the page.
    response.headers["HX-Trigger"] = json.dumps({"csrf:renewed": {"token": generate_csrf()}})
    return response


def _password(error: PasswordValueError) -> Response:  # noqa: ARG001  # Flask's signature
    return answer(422, "That password is too long.", f"Use at most {passwords.MAX_LENGTH:,} characters.")


def _too_many_requests(error: HTTPException) -> Response:  # noqa: ARG001  # Flask's signature
    seconds = limits.seconds_left()
    response = answer(429, "Too many attempts.", f"Try again in {wait(seconds)}.", can_retry=True)
    response.headers["Retry-After"] = str(seconds)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    # No address can be built for a host that makes no sense, so no page either.
    if status < 400 or isinstance(error, BadHost):
        return make_response(error.get_response())
    problem, remedy = MESSAGES.get(status, ("That didn't work.", "Go back and try again."))
    response = answer(status, problem, remedy)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    # Templates look up who is logged in. If the database is what failed, the error page must not query it again.
    g.setdefault("_login_user", None)
    logger.error("Request failed", error_id=request_id(), exc_info=error)
    remedy = f"Try again. If it keeps happening, give support error ID {request_id()}."
    return answer(500, "Something went wrong in the portal.", remedy, can_retry=True)


def answer(status: int, problem: str, remedy: str, *, can_retry: bool = False) -> Response:
    """Render an error page; for htmx a notice, which leaves the current page as it is."""
    if request.htmx:
        return make_response(notices.render(problem, remedy, can_retry=can_retry), status, notices.HEADERS)
    page = render_template("shared/error.html", status=status, problem=problem, remedy=remedy, back=current_page())
    return make_response(page, status)
