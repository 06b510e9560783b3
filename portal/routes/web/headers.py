"""Headers of every answer."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Response, g, request

from portal.config import Config
from portal.routes.web.settings import is_https

CSP: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Without any Referer, browsers would also send "null" as the Origin of our own forms (see origin.py).
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CACHE_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"


def init_app(app: Flask, config: Config) -> None:
    always = dict(HEADERS)
    if is_https(config):
        always["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(always)
        # It lets the page tell our answers from those of a proxy in between.
        response.headers["X-Request-Id"] = request_id()
        response.headers["Cache-Control"] = _caching()
        return response


def request_id() -> str:
    """Return the request's id. The answer's header, error pages and the log carry it."""
    found: str = g.setdefault("request_id", secrets.token_hex(4))
    return found


def _caching() -> str:
    if request.endpoint != "static":
        return "no-store"
    return CACHE_FOR_A_YEAR if "v" in request.args else "no-cache"
