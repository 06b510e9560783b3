"""A database connection for each request that a view answers."""

from __future__ import annotations

from flask import Flask, g, request

from portal.db import db

# These answer without the database: a file, and whether the process lives.
WITHOUT = frozenset({None, "static", "home.healthz"})


def init_app(app: Flask) -> None:
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    if request.endpoint not in WITHOUT:
        g.connection_opened = db.connect(reuse_if_open=True)


def _close(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    # A connection that somebody further up had opened is theirs to close.
    if g.pop("connection_opened", False):
        db.close()
