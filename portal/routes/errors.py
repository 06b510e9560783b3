"""What goes wrong becomes an answer here, once: a page, or a message in the page that htmx is keeping."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal import log
from portal.errors import PortalError
from portal.routes import limits
from portal.routes.answers import wants_fragment
from portal.routes.formats import about

logger = log.get("portal.web")

WORDS: Final = {
    400: ("The browser sent something that cannot be read.", "Go back and try again."),
    403: ("You may not see this page.", "Ask an admin of your account."),
    404: ("There is no such page.", "The address may be mistyped, or what it showed is gone."),
    405: ("This address cannot be used in that way.", "Go back and use the buttons on the page."),
    413: ("That is too large.", "Send less at once."),
    415: ("That kind of content is not accepted here.", "Send JSON."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(429, _too_often)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def _portal(error: PortalError) -> Response:
    if error.status >= 500:
        logger.error("Request failed", problem=error.problem, exc_info=error)
    return answer(error.status, error.problem, error.remedy)


def _csrf(error: CSRFError) -> Response:  # noqa: ARG001  # Flask's signature
    remedy = "Reload it, then try again. Nothing was changed."
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        remedy += (
            f" If this happens again, open {request.host_url.rstrip('/')}, and let your browser keep its cookies."
        )
    return answer(400, "This page has expired.", remedy)


def _too_often(error: HTTPException) -> Response:  # noqa: ARG001  # Flask's signature
    seconds = limits.seconds_left()
    response = answer(429, "That was tried too often.", f"Try again in {about(seconds)}.")
    response.headers["Retry-After"] = str(seconds)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    problem, remedy = WORDS.get(status, ("That did not work.", "Go back and try again."))
    response = answer(status, problem, remedy)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unknown(error: Exception) -> Response:
    error_id = secrets.token_hex(4)
    # Templates ask who is logged in. The database may be what is broken, and this page must not ask it again.
    g.setdefault("_login_user", None)
    logger.error("Request failed", error_id=error_id, exc_info=error)
    return answer(
        500, "Something went wrong in the portal.", f"Try again. If it stays, tell support the error id {error_id}."
    )


def answer(status: int, problem: str, remedy: str) -> Response:
    """Render the page for `status`; for htmx, the message alone, put where the layout keeps its notices."""
    if not wants_fragment():
        return make_response(render_template("error.html", status=status, problem=problem, remedy=remedy), status)
    part = render_template("_alert.html", kind="danger", problem=problem, remedy=remedy)
    return make_response(part, status, {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML show:top"})
