"""Renders templates. Values are escaped, and undefined values are errors."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from portal.sandbox.desk import assets
from portal.sandbox.desk.desk_request import DESK, DeskRequest
from portal.sandbox.http import Response

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(desk_request: DeskRequest, template: str, **values: Any) -> str:
    described = {"psa": desk_request.psa, "about": desk_request.description, "sections": _sections(desk_request)}
    return _environment().get_template(template).render(desk_request=desk_request, **described, **values)


def response(text: str, *, status: int = 200, forget_notice: bool = False) -> Response:
    """Render a page. Characters that cannot be encoded, such as lone surrogates, become question marks."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if forget_notice:
        headers["Set-Cookie"] = f"notice=; Path={DESK}; Max-Age=0"
    return Response(status, text.encode(errors="replace"), "text/html; charset=utf-8", headers)


def _sections(desk_request: DeskRequest) -> tuple[tuple[str, str], ...]:
    """Return the paths and titles of the sections; the PSA has its own word for webhooks."""
    return (
        ("", "Overview"),
        ("records", "Records"),
        ("behavior", "Behavior"),
        ("faults", "Faults"),
        ("webhooks", desk_request.description.webhooks.title),
        ("requests", "Requests"),
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = assets.address
    environment.filters |= {"time": _time, "moment": _moment, "minute": _minute, "count": _count}
    return environment


def _time(moment: float) -> str:
    return f"{_datetime(moment):%H:%M:%S}"


def _moment(moment: float) -> str:
    return f"{_datetime(moment):%d %b %Y, %H:%M:%S} UTC"


def _minute(moment: float) -> str:
    return f"{_datetime(moment):%d %b %Y, %H:%M}"


def _datetime(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _count(number: int, one: str, many: str = "") -> str:
    """Return "1 client" or "1,200 clients"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
