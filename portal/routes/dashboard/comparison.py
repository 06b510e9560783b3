"""The page that compares what connecting each PSA takes and brings."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from jinja2 import TemplateNotFound

from portal.psa.registry import NAMES
from portal.sync.record_types import RecordType

bp = Blueprint("comparison", __name__)

# What the template of each PSA has a macro about, with its heading.
TOPICS: Final = {
    "before": "What you need beforehand",
    "keys": "Where the keys come from",
    "permissions": "Permissions",
    "custom_fields": "Custom fields",
    "real_time": "Real-time updates",
    "limits": "Request limits",
    "schedule": "Scheduled syncs",
    "deletes": "Deleted records",
}


@bp.get("/integrations/compare")
def index() -> ResponseReturnValue:
    return render_template(
        "comparison/index.html", sides=sides(), title=title(), topics=TOPICS, record_types=list(RecordType)
    )


def sides() -> list[Any]:
    """Return what each PSA's own template has to say, sorted by the PSA's name. A PSA without one is left out."""
    found = []
    for psa in NAMES:
        with suppress(TemplateNotFound):
            found.append(current_app.jinja_env.get_template(f"{psa}/_comparison.html").module)
    return sorted(found, key=lambda side: str(side.title).casefold())


def title() -> str:
    return " vs ".join(side.title for side in sides())
