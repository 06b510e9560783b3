"""The root address, and the health check."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    return redirect(url_for("integrations.index"))


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer that this process is alive. It checks neither database nor queue."""
    return "ok\n", 200, {"Content-Type": "text/plain"}
