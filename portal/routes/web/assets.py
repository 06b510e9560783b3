"""Static files, compressed and with a version in their address, and inline icons."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, url_for
from flask_compress import Compress
from markupsafe import Markup

from portal.errors import PortalError

STATIC: Final = Path(__file__).parents[2] / "static"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, icon=icon)
    Compress(app)
    # Runs before the compression, which drops the file without closing it.
    app.after_request(_close_file)


def asset(name: str) -> str:
    """Return the address of a static file with its version; browsers may cache it for a year."""
    return url_for("static", filename=name, v=_version(name))


@cache
def icon(name: str, css: str = "") -> Markup:
    """Return a Tabler icon as inline SVG. It is decoration: the text beside it carries the meaning."""
    svg = _read(f"npm/icons/{name}.svg").decode()
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    head = f'<svg class="icon {css}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
    ends = 'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
    return Markup(f"{head} {ends}{body}")  # noqa: S704  # our own files, no input


def _close_file(response: Response) -> Response:
    if response.is_streamed and (close := getattr(response.response, "close", None)):
        response.call_on_close(close)
    return response


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_read(name)).hexdigest()[:10]


def _read(name: str) -> bytes:
    try:
        return (STATIC / name).read_bytes()
    except FileNotFoundError as error:
        raise PortalError(f"The file {name} is missing.", "Run `python tools/assets.py`.") from error
