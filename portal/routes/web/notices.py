"""Error notices for htmx requests, shown above the current page, which keeps its content."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template

# Show the notice at its place in the layout, instead of the request's own target, and keep the page's address.
HEADERS: Final = {
    "HX-Retarget": "#failure",
    "HX-Reswap": "innerHTML",
    "HX-Reselect": ".failure",
    "HX-Push-Url": "false",
}


def render(problem: str, remedy: str = "", **context: Any) -> str:
    """Render a notice. `can_retry` adds a button that sends the request again; `log_in` is the log-in's address."""
    return render_template("shared/_failure.html", problem=problem, remedy=remedy, **context)
