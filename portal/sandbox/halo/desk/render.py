"""Pages from templates. Every value is escaped; a missing one is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2

from portal.sandbox.halo.desk import assets
from portal.sandbox.halo.desk.visit import DESK, Visit
from portal.sandbox.http import Response

SECTIONS: Final = (
    ("", "Overview"),
    ("records", "Records"),
    ("behavior", "Behavior"),
    ("faults", "Faults"),
    ("webhooks", "Webhooks"),
    ("requests", "Requests"),
)
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(visit: Visit, template: str, **values: Any) -> str:
    return _environment().get_template(template).render(visit=visit, sections=SECTIONS, **values)


def response(text: str, *, status: int = 200, forget_notice: bool = False) -> Response:
    """Odd characters of records, such as half a surrogate pair, become question marks."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if forget_notice:
        headers["Set-Cookie"] = f"notice=; Path={DESK}; Max-Age=0"
    return Response(status, text.encode(errors="replace"), "text/html; charset=utf-8", headers)


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
    """Write "1 client" and "1,200 clients"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
