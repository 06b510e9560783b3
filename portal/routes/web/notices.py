"""What went wrong with a request of htmx, shown above a page that keeps its content."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template

# Where the layout shows notices. The page's own address, target and selection do not count for one.
HEADERS: Final = {
    "HX-Retarget": "#failure",
    "HX-Reswap": "innerHTML",
    "HX-Reselect": ".failure",
    "HX-Push-Url": "false",
}


def render(problem: str, remedy: str = "", **context: Any) -> str:
    """Render a notice. `can_retry` offers to send the request again, `log_in` is the address of a log-in."""
    return render_template("_failure.html", problem=problem, remedy=remedy, **context)
