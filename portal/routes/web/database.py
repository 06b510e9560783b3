"""A database connection for each request that needs one."""

from __future__ import annotations

from flask import Flask, g, request

from portal.db import db

# These endpoints need no database.
WITHOUT_DATABASE = frozenset({None, "static", "home.healthz"})


def init_app(app: Flask) -> None:
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    if request.endpoint not in WITHOUT_DATABASE:
        g.connection_opened = db.connect(reuse_if_open=True)


def _close(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    # Close only what this request opened.
    if g.pop("connection_opened", False):
        db.close()
