"""The list of a person's log-in sessions, and ending them."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.routes.web import current
from portal.services.accounts import browsers, sessions

bp = Blueprint("sessions", __name__, url_prefix="/sessions")


@bp.get("")
def index() -> ResponseReturnValue:
    rows = [(each, browsers.in_words(each.user_agent)) for each in sessions.of(current.user())]
    # The current session first; the others keep their order.
    rows.sort(key=lambda row: row[0].id != g.session_number)
    return render_template("sessions/index.html", rows=rows, own_session=g.session_number)


@bp.post("/<int(max=9223372036854775807):number>/end")
def end(number: int) -> ResponseReturnValue:
    sessions.end(current.user(), number)
    flash("Logged out on that device.", "success")
    return redirect(url_for("sessions.index"), 303)


@bp.post("/end-others")
def end_others() -> ResponseReturnValue:
    ended = sessions.end_others(current.user(), keep=g.session_number)
    flash("Logged out on all other devices." if ended else "You weren't logged in anywhere else.", "success")
    return redirect(url_for("sessions.index"), 303)
