"""The desk's style sheet and script: their addresses change with their content, so browsers may keep them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from portal.sandbox.halo.desk.visit import DESK, Missing
from portal.sandbox.http import Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {"desk.css": "text/css; charset=utf-8", "desk.js": "text/javascript; charset=utf-8"}


def asset(name: str) -> Response:
    """Missing for any other name."""
    if name not in _TYPES:
        raise Missing
    headers = {"Cache-Control": "max-age=31536000, immutable"}
    return Response(200, _content(name), _TYPES[name], headers)


def address(name: str) -> str:
    return f"{DESK}/static/{name}?v={sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
