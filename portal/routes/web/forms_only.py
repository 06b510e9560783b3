"""Refuses request bodies other than forms, such as JSON, before anything parses them."""

from __future__ import annotations

from typing import Final

from flask import Flask, abort, request

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def init_app(app: Flask) -> None:
    app.before_request(check)


def check() -> None:
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if (has_body or request.mimetype) and request.mimetype not in FORMS:
        abort(415)
