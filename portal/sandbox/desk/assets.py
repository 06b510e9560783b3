"""The desk's style sheet and script. Their URLs change with the content, so browsers may cache them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from portal.sandbox.desk.desk_request import DESK, PageNotFound
from portal.sandbox.http import Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {"desk.css": "text/css; charset=utf-8", "desk.js": "text/javascript; charset=utf-8"}


def asset(name: str) -> Response:
    """Return an asset. Raises PageNotFound for an unknown name."""
    if name not in _TYPES:
        raise PageNotFound
    headers = {"Cache-Control": "max-age=31536000, immutable"}
    return Response(200, _content(name), _TYPES[name], headers)


def address(name: str) -> str:
    return f"{DESK}/static/{name}?v={sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
