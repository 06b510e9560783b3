"""One view answers a page and its fragment: htmx says which of the two it wants."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template
from htmx_flask import request


def wants_fragment() -> bool:
    """Tell whether htmx asks for a part. Plain browsers, and htmx going back in history, want the whole page."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") == "partial"


def show(page: str, part: str, status: int = 200, **context: Any) -> Response:
    """Render `part` for htmx, or `page`, which includes it."""
    return make_response(render_template(part if wants_fragment() else page, **context), status)


def leave_for(url: str) -> Response:
    """Send the whole window to another page, out of a fragment too."""
    if wants_fragment():
        return make_response("", 200, {"HX-Redirect": url})
    return make_response(redirect(url, 303))
