"""The search from the box on every page, over all types of records."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.psa.registry import adapter_of
from portal.routes.web import current
from portal.services.pages import record_search
from portal.services.pages.record_lists import as_number

bp = Blueprint("search", __name__)

LONGEST: Final = 250


@bp.get("/search")
def index() -> ResponseReturnValue:
    """Show what was found, grouped by type. A single result is no exception."""
    text = " ".join(request.args.get("q", "").replace("\0", " ").split())[:LONGEST]
    found = record_search.search_all(current.account(), text) if text else []
    return render_template(
        "search/index.html",
        text=text,
        found=[(adapter_of(each.integration.psa), each) for each in found],
        number=as_number(text),
    )
