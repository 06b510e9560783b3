"""Renders a page or its fragment from one view, depending on what htmx requests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template
from htmx_flask import request
from markupsafe import Markup


def wants_fragment() -> bool:
    """Tell whether htmx requests a fragment. Plain browsers, and htmx restoring its history, need the whole page."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") == "partial"


def is_htmx() -> bool:
    """Tell whether htmx sent the request: for a fragment, for a page to select from, or to restore its history."""
    return bool(request.htmx) or "HX-History-Restore-Request" in request.headers


def show(page: str, part: str, /, status: int = 200, **context: Any) -> Response:
    """Render `part` for htmx, and for browsers `page`, which includes it."""
    return make_response(render_template(part if wants_fragment() else page, **context), status)


def show_refreshing(
    page: str,
    part: str,
    /,
    *,
    part_id: str,
    is_live: bool = False,
    version: str = "",
    keep: Mapping[str, str] = MappingProxyType({}),
    **context: Any,
) -> Response:
    """Render `page` around `part`, which refreshes itself: every two seconds while `is_live`, otherwise rarely.

    The page's template gets it as `refreshing`. A browser that already shows this version gets 204. `version` changes
    with what `part` shows; a part with forms needs one, because its HTML has a new CSRF token each time. Without one,
    the part is rendered to compare it. `keep` are arguments of the next request.
    """
    inside = "" if version else render_template(part, **context)
    stamp = stamp_of(version or inside, is_live=is_live)
    if is_unchanged(stamp):
        return make_response("", 204)
    refreshing = render_template(
        "shared/_refreshing.html",
        part_id=part_id,
        is_live=is_live,
        address=this_address(stamp=stamp, **keep),
        inside=_rendered(inside or render_template(part, **context)),
    )
    if wants_fragment():
        return make_response(refreshing)
    return make_response(render_template(page, refreshing=_rendered(refreshing), **context))


def stamp_of(version: str, *, is_live: bool) -> str:
    """Return the stamp of a version of a part that refreshes itself."""
    return hashlib.sha256(f"{is_live} {version}".encode()).hexdigest()[:16]


def is_unchanged(stamp: str) -> bool:
    """Tell whether htmx already shows the version with this stamp."""
    return bool(request.htmx) and request.args.get("stamp") == stamp


def this_address(**changes: str) -> str:
    """Return the address of this request with some arguments changed."""
    arguments = request.args.copy()
    for name, value in changes.items():
        arguments[name] = value
    return _with_query(list(arguments.items(multi=True)))


def address(arguments: Mapping[str, str]) -> str:
    """Return the path of this request with these arguments."""
    return _with_query(list(arguments.items()))


def _with_query(arguments: list[tuple[str, str]]) -> str:
    return f"{request.path}?{urlencode(arguments)}" if arguments else request.path


def redirect_window(url: str) -> Response:
    """Redirect the whole window, also in answer to a request for a fragment."""
    if wants_fragment():
        return make_response("", 200, {"HX-Redirect": url})
    return make_response(redirect(url, 303))


def current_page() -> str | None:
    """Return the path of the page that sent this request; None if it is unknown or belongs to another site.

    htmx sends it in a header of its own; browsers send it as the Referer.
    """
    by_htmx = request.headers.get("HX-Current-URL")
    try:
        page = urlsplit(by_htmx or request.headers.get("Referer", ""))
    except ValueError:
        return None
    # Only our own pages can send htmx's header. Behind a proxy, its host may differ from the one we see.
    if not by_htmx and page.netloc != request.host:
        return None
    # Exactly one leading slash: after two, browsers would read the name of another site.
    path = "/" + page.path.lstrip("/")
    if path == "/":
        return None
    return f"{path}?{page.query}" if page.query else path


def _rendered(html: str) -> Markup:
    return Markup(html)  # noqa: S704  # a template has escaped it
