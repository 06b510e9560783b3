"""One view answers a page and its fragment: htmx says which of the two it wants."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template
from htmx_flask import request
from markupsafe import Markup


def wants_fragment() -> bool:
    """Tell whether htmx asks for a part. Plain browsers, and htmx going back in history, want the whole page."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") == "partial"


def is_scripted() -> bool:
    """Tell whether htmx asks at all: for a part, for a page that it cuts a part out of, or to go back in history."""
    return bool(request.htmx) or "HX-History-Restore-Request" in request.headers


def show(page: str, part: str, status: int = 200, **context: Any) -> Response:
    """Render `part` for htmx, or `page`, which includes it."""
    return make_response(render_template(part if wants_fragment() else page, **context), status)


def show_refreshing(page: str, part: str, /, *, part_id: str, is_live: bool = False, **context: Any) -> Response:
    """Render `page` around `part`, which keeps itself up to date: often while `is_live`, else now and then.

    The page finds it in `refreshing`. A browser that already shows exactly this part gets 204.
    """
    inside = render_template(part, **context)
    stamp = hashlib.sha256(f"{is_live} {inside}".encode()).hexdigest()[:16]
    if is_shown(stamp):
        return make_response("", 204)
    refreshing = render_template(
        "_refreshing.html", part_id=part_id, is_live=is_live, address=here(stamp=stamp), inside=_rendered(inside)
    )
    if wants_fragment():
        return make_response(refreshing)
    return make_response(render_template(page, refreshing=_rendered(refreshing), **context))


def is_shown(stamp: str) -> bool:
    """Tell whether htmx asks for what it shows already."""
    return bool(request.htmx) and request.args.get("stamp") == stamp


def here(**changes: str) -> str:
    """Return the address of this very request, with some of its arguments changed."""
    arguments = request.args.copy()
    for name, value in changes.items():
        arguments[name] = value
    return f"{request.path}?{urlencode(list(arguments.items(multi=True)))}"


def leave_for(url: str) -> Response:
    """Send the whole window to another page, out of a fragment too."""
    if wants_fragment():
        return make_response("", 200, {"HX-Redirect": url})
    return make_response(redirect(url, 303))


def page_in_window() -> str | None:
    """Return the address, within this site, of the page that sent this request; None if nothing tells.

    htmx tells it in a header of its own, and browsers tell it with every form.
    """
    by_htmx = request.headers.get("HX-Current-URL")
    try:
        page = urlsplit(by_htmx or request.headers.get("Referer", ""))
    except ValueError:
        return None
    # No other site can send the header of htmx. Behind a proxy its host may be another one than we see.
    if not by_htmx and page.netloc != request.host:
        return None
    # One slash in front: what follows two would be taken for another site.
    path = "/" + page.path.lstrip("/")
    if path == "/":
        return None
    return f"{path}?{page.query}" if page.query else path


def _rendered(html: str) -> Markup:
    return Markup(html)  # noqa: S704  # a template has escaped what is in it
